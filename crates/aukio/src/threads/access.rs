//! Permits for threads and messages. A thread is as readable as its space.

use aukio_core::policy::{self, Act, Standing};
use aukio_core::{Language, PersonId, SpaceId, ThreadId, Viewer};

use super::{Message, Thread, store};
use crate::app::App;
use crate::spaces::access::{self, permit};
use crate::spaces::{AccessError, MayRead, Space};

/// A thread that the viewer may read.
pub struct MayReadThread {
    pub thread: Thread,
    pub place: MayRead,
}

pub async fn may_read(app: &App, viewer: &Viewer, thread: ThreadId) -> Result<MayReadThread, AccessError> {
    let thread = store::by_id(&app.db, thread).await?.ok_or(AccessError::Hidden)?;
    let place = access::may_read_id(app, viewer, thread.space).await?;
    Ok(MayReadThread { thread, place })
}

/// Leave to open a discussion in a space.
pub struct MayStart {
    space: Space,
    author: PersonId,
}

impl MayStart {
    pub(super) fn spend(self) -> (Space, PersonId) {
        (self.space, self.author)
    }

    /// For the program itself: an import that an operator started.
    pub fn for_import(space: Space, author: PersonId) -> Self {
        Self { space, author }
    }
}

pub fn may_start(place: MayRead) -> Result<MayStart, AccessError> {
    let author = place.actor(Act::StartThread)?;
    Ok(MayStart { space: place.space().clone(), author })
}

/// Leave to add a message.
pub struct MayPost {
    thread: ThreadId,
    space: SpaceId,
    language: Language,
    author: PersonId,
}

impl MayPost {
    pub(super) fn spend(self) -> (ThreadId, SpaceId, Language, PersonId) {
        (self.thread, self.space, self.language, self.author)
    }

    pub(super) fn in_new_thread(thread: &Thread) -> Self {
        Self { thread: thread.id, space: thread.space, language: thread.language, author: thread.author }
    }

    /// For the program itself: an import that an operator started.
    pub fn for_import(thread: &Thread, author: PersonId) -> Self {
        Self { thread: thread.id, space: thread.space, language: thread.language, author }
    }
}

pub fn may_post(read: &MayReadThread) -> Result<MayPost, AccessError> {
    let author = read.place.actor(Act::Post)?;
    let thread = &read.thread;
    Ok(MayPost { thread: thread.id, space: thread.space, language: thread.language, author })
}

/// Leave to change one's own message.
pub struct MayEditMessage {
    message: Message,
    space: SpaceId,
}

impl MayEditMessage {
    pub(super) fn spend(self) -> (Message, SpaceId) {
        (self.message, self.space)
    }

    pub fn message(&self) -> &Message {
        &self.message
    }
}

pub fn may_edit(read: &MayReadThread, message: Message) -> Result<MayEditMessage, AccessError> {
    permit(policy::decide(towards(read, &message), Act::EditMessage))?;
    Ok(MayEditMessage { message, space: read.thread.space })
}

/// Leave to take a message away.
pub struct MayWithdraw {
    message: Message,
    space: SpaceId,
    by: PersonId,
}

impl MayWithdraw {
    pub(super) fn spend(self) -> (Message, SpaceId, PersonId) {
        (self.message, self.space, self.by)
    }

    pub fn message(&self) -> &Message {
        &self.message
    }
}

pub fn may_withdraw(read: &MayReadThread, message: Message) -> Result<MayWithdraw, AccessError> {
    let standing = towards(read, &message);
    permit(policy::decide(standing, Act::WithdrawMessage))?;
    let by = standing.person.ok_or(AccessError::SignIn)?;
    Ok(MayWithdraw { message, space: read.thread.space, by })
}

fn towards(read: &MayReadThread, message: &Message) -> Standing {
    let standing = read.place.standing();
    Standing { own: standing.person == Some(message.author), ..standing }
}

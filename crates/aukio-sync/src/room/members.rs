//! The sessions in a room: what they may do, what they are sent, when they are sent away.

use aukio_protocol::wire;
use bytes::Bytes;
use tokio::time::Instant;
use yrs::Update;

use super::frames::reason;
use super::{Room, State};
use crate::log::Log;
use crate::rooms::{JoinError, Who};
use crate::session::{self, Allowance, Outbox};
use crate::{Access, Close, Connection, Session};

/// A session in the room.
pub(super) struct Member {
    pub who: Session,
    outbox: Outbox,
    /// The schema version that the client said hello with; only then does it know our own messages.
    pub hello: Option<u64>,
    pub allowance: Allowance,
    last_sent: Instant,
    /// Frames taken from this session, and how many there will be, once it has left.
    pub received: u64,
    leaves_after: Option<u64>,
    /// The state vector of a step 1 that could not be answered while the log failed.
    pub owed: Option<Vec<u8>>,
    pub wants_presence: bool,
}

impl<L: Log> Room<L> {
    pub(super) fn sessions(&self) -> Vec<u64> {
        self.members.keys().copied().collect()
    }

    pub(super) fn join(&mut self, who: Session) -> Result<Connection, JoinError> {
        let settings = &self.shared.settings;
        if self.members.len() >= settings.sessions_max {
            return Err(JoinError::Full);
        }
        let session = self.next_session;
        self.next_session += 1;
        let (connection, outbox) = session::pair(session, self.frames.clone(), self.leaves.clone());
        let now = Instant::now();
        let member = Member {
            who,
            outbox,
            hello: None,
            allowance: Allowance::new(settings.messages_per_second, settings.bytes_per_second, now),
            last_sent: now,
            received: 0,
            leaves_after: None,
            owed: None,
            wants_presence: false,
        };
        self.members.insert(session, member);
        self.evicted = false;
        self.size.busy();
        if self.state == State::Live {
            self.send(session, wire::encode_step1(&self.replica.state_vector()));
        }
        if let Some(all) = self.presence.all(session) {
            self.send(session, wire::encode_awareness(&all));
        }
        Ok(connection)
    }

    pub(super) fn set_access(&mut self, who: Who, access: Access) {
        let concerned = |member: &Member| who.includes(member.who.actor) && member.who.access != access;
        for session in self.sessions() {
            let Some(member) = self.members.get_mut(&session).filter(|member| concerned(member)) else { continue };
            member.who.access = access;
            if access != Access::Write {
                for _ in 0..self.replica.forget(session) {
                    self.refuse(session, reason::READ_ONLY);
                }
            }
            match access {
                Access::None => self.close(session, Close::NoAccess),
                Access::Read | Access::Write => self.tell_access(session),
            }
            if access == Access::Write && self.state == State::Live {
                // It may have written into its own copy while it was not allowed to; ask for that.
                self.send(session, wire::encode_step1(&self.replica.state_vector()));
            }
        }
    }

    /// Tells a client that knows the message whether it may write now: by its right, and by the room's state. That
    /// the document is damaged is told as the reason, before anything was sent that could be refused.
    pub(super) fn tell_access(&mut self, session: u64) {
        let Some(member) = self.members.get(&session) else { return };
        if member.hello.is_some() {
            let may_write =
                member.who.access == Access::Write && !matches!(self.state, State::ReadOnly | State::Damaged);
            if self.state == State::Damaged {
                self.send(session, wire::encode_refused(reason::DAMAGED));
            }
            self.send(session, wire::encode_access_changed(may_write));
        }
    }

    /// An editor that does not know a kind of node deletes it for everyone. So once a newer editor may have
    /// written, older ones are sent away; their page loads the new one.
    pub(super) fn raise_schema(&mut self, version: u64) {
        let version = version.min(self.shared.settings.schema_newest);
        if version <= self.schema {
            return;
        }
        self.schema = version;
        for session in self.sessions() {
            if self.members.get(&session).and_then(|member| member.hello).is_some_and(|hello| hello < version) {
                self.close(session, Close::Outdated);
            }
        }
    }

    pub(super) fn send(&mut self, session: u64, frame: Vec<u8>) {
        self.send_bytes(session, Bytes::from(frame));
    }

    pub(super) fn send_bytes(&mut self, session: u64, frame: Bytes) {
        let Some(member) = self.members.get_mut(&session) else { return };
        member.last_sent = Instant::now();
        if !member.outbox.push(frame) {
            self.close(session, Close::Slow);
        }
    }

    pub(super) fn refuse(&mut self, session: u64, reason: &str) {
        if self.members.get(&session).is_some_and(|member| member.hello.is_some()) {
            self.send(session, wire::encode_refused(reason));
        }
    }

    pub(super) fn leaving(&mut self, session: u64, frames: u64) {
        if let Some(member) = self.members.get_mut(&session) {
            member.leaves_after = Some(frames);
            self.leave_if_done(session);
        }
    }

    /// A session leaves when its last frame has been taken: the last edit before a page closes counts.
    pub(super) fn leave_if_done(&mut self, session: u64) {
        if self.members.get(&session).is_some_and(|member| member.leaves_after == Some(member.received)) {
            self.close(session, Close::Left);
        }
    }

    pub(super) fn close(&mut self, session: u64, reason: Close) {
        let Some(member) = self.members.remove(&session) else { return };
        self.presence.leave(session, member.who.actor);
        self.schedule_presence();
        member.outbox.close(reason);
        if self.members.is_empty() {
            self.idle_since = Instant::now();
            self.size.idle(self.idle_since);
            self.shared.relieve();
        }
    }

    /// Sends an empty update to who has heard nothing for a while. An awareness query would do as well,
    /// but stock clients answer that with everybody's state.
    pub(super) fn break_silence(&mut self, now: Instant) {
        let empty = Bytes::from(wire::encode_update(Update::EMPTY_V1));
        for session in self.sessions() {
            let quiet = |member: &Member| now.duration_since(member.last_sent) >= self.shared.settings.quiet;
            if self.members.get(&session).is_some_and(quiet) {
                self.send_bytes(session, empty.clone());
            }
        }
    }
}

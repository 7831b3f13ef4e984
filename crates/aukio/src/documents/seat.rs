//! A place in a document's room for one client, whatever it is connected by: who it is, what it may do, and
//! what it is told when that changes.

use aukio_core::policy::Act;
use aukio_core::{DocumentId, Viewer};
use aukio_sync::{Access, Close, Incoming, JoinError, OpenError, Outgoing, Session, Who};
use axum::body::Bytes;
use axum::http::HeaderMap;
use axum_extra::extract::CookieJar;
use tokio::sync::watch;

use super::{StopSignal, access};
use crate::app::App;
use crate::people;
use crate::spaces::AccessError;
use crate::web::{Visit, secure};

/// The largest message from a client: a step 2 of a document written offline (4 MiB), and its frame.
pub const MESSAGE_BYTES_MOST: usize = 4 * 1024 * 1024 + 64;

/// Close codes beyond those of the room. The first three are final: a page stops trying.
pub mod close {
    pub const GONE: u16 = 4404;
    pub const NO_ACCESS: u16 = 4403;
    pub const SIGN_IN: u16 = 4401;
    pub const TRY_AGAIN: u16 = 1013;
}

/// Who wants a seat.
pub struct Guest {
    pub app: App,
    pub viewer: Viewer,
    /// The secret of the session that the viewer is known by.
    pub token: Option<String>,
}

impl Guest {
    pub fn of(visit: &Visit, headers: &HeaderMap) -> Guest {
        let jar = CookieJar::from_headers(headers);
        let token = jar.get(secure::cookie_name(&visit.app)).map(|cookie| cookie.value().to_owned());
        Guest { app: visit.app.clone(), viewer: visit.viewer.clone(), token }
    }
}

pub struct Seat {
    guest: Guest,
    document: DocumentId,
    outgoing: Outgoing,
    rechecks: watch::Receiver<u64>,
    stopping: StopSignal,
}

/// What happens to whoever sits in a room.
pub enum Event {
    /// A frame for the client.
    Frame(Bytes),
    /// Rights have changed somewhere: [`Seat::recheck`] before anything else.
    Recheck,
    /// It is over; the code says why.
    Over(u16),
}

impl Seat {
    /// Takes a seat. The code of an error is to close with.
    pub async fn take(guest: Guest, document: DocumentId) -> Result<(Seat, Incoming), u16> {
        // Heard from before the rights are looked up, so that no change of them can slip by.
        let rechecks = guest.app.live.rechecks();
        let stopping = guest.app.documents.stopping();
        let access = may(&guest, document).await?;
        let member = guest.viewer.member();
        let session = Session {
            actor: member.map(|member| member.id.0),
            access,
            name: member.map(|member| member.name.clone()).unwrap_or_default(),
            look: member.map(|member| member.sector.look().to_owned()).unwrap_or_default(),
            // The styles colour carets by sector; a stock client wants six digits of its own.
            colour: member.map_or("#0a5747", |member| colour(member.sector.look())).to_owned(),
            shown_id: member.map(|member| member.id.to_string()).unwrap_or_default(),
        };
        let (incoming, outgoing) = match guest.app.documents.rooms.join(document.0, session).await {
            Ok(connection) => connection.split(),
            Err(JoinError::NoAccess) => return Err(close::NO_ACCESS),
            Err(JoinError::Open(OpenError::Missing)) => return Err(close::GONE),
            Err(error @ (JoinError::Full | JoinError::Open(_))) => {
                tracing::warn!(%error, %document, "a client cannot join");
                return Err(close::TRY_AGAIN);
            }
        };
        Ok((Seat { guest, document, outgoing, rechecks, stopping }, incoming))
    }

    /// What comes next. Cancel safe.
    pub async fn next(&mut self) -> Event {
        tokio::select! {
            frame = self.outgoing.next() => match frame {
                Some(frame) => Event::Frame(frame),
                None => Event::Over(self.reason()),
            },
            changed = self.rechecks.changed() => match changed {
                Ok(()) => Event::Recheck,
                Err(_) => Event::Over(Close::Draining.code()),
            },
            () = self.stopping.cancelled() => Event::Over(Close::Draining.code()),
        }
    }

    /// The code that the room ended the session with.
    pub fn reason(&self) -> u16 {
        self.outgoing.reason().code()
    }

    /// Asks again who this is and what they may do; the room is told before any further frame is judged.
    pub async fn recheck(&mut self) -> Result<(), u16> {
        let app = &self.guest.app;
        let viewer = match &self.guest.token {
            None => return may(&self.guest, self.document).await.map(drop),
            Some(token) => people::viewer_of(app, token).await.map_err(|_| close::TRY_AGAIN)?,
        };
        if viewer.person() != self.guest.viewer.person() {
            return Err(close::SIGN_IN);
        }
        self.guest.viewer = viewer;
        let access = may(&self.guest, self.document).await?;
        if let Some(person) = self.guest.viewer.person() {
            let rooms = &self.guest.app.documents.rooms;
            rooms.set_access(Some(self.document.0), Who::Member(person.0), access).await;
        }
        Ok(())
    }
}

async fn may(guest: &Guest, document: DocumentId) -> Result<Access, u16> {
    match access::may_read(&guest.app, &guest.viewer, document).await {
        Ok(read) if read.place.may(Act::EditDocument) => Ok(Access::Write),
        Ok(_) => Ok(Access::Read),
        // What may not be known of and what never was look the same.
        Err(AccessError::SignIn | AccessError::No | AccessError::Hidden) => Err(close::GONE),
        Err(AccessError::Store(_)) => Err(close::TRY_AGAIN),
    }
}

fn colour(look: &str) -> &'static str {
    match look {
        "state" => "#1d4f85",
        "civil" => "#774c00",
        _ => "#0a5747",
    }
}

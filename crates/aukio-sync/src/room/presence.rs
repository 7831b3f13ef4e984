//! Cursors, a few times a second.
//!
//! If each of n people moves, each of the n others must hear of it: n² entries. Three things keep that from
//! growing into the work of the room: changes are gathered for a tick and go out as one frame; that frame is
//! made once and shared by all who have not moved themselves (for the others it is copied around their own
//! entry, never encoded again); and the ticks get further apart as the room fills, so that entries per second
//! grow with the number of people and not with its square.

use aukio_protocol::wire;
use bytes::Bytes;
use tokio::time::Instant;

use super::Room;
use crate::log::Log;

/// Sessions for which the pause between two ticks grows by its own length.
const SESSIONS_PER_PAUSE: usize = 100;

impl<L: Log> Room<L> {
    pub(super) fn schedule_presence(&mut self) {
        let pauses = 1 + self.members.len() / SESSIONS_PER_PAUSE;
        let pause = self.shared.settings.presence * pauses as u32;
        self.presence_due.get_or_insert(Instant::now() + pause);
    }

    pub(super) fn send_due_presence(&mut self, now: Instant) {
        if self.presence_due.is_none_or(|due| due > now) {
            return;
        }
        self.presence_due = None;
        let news = self.presence.take_news();
        let common = news.for_all().map(|update| Bytes::from(wire::encode_awareness(&update)));
        for session in self.sessions() {
            let Some(member) = self.members.get_mut(&session) else { continue };
            let update = if std::mem::take(&mut member.wants_presence) {
                self.presence.all(session)
            } else if let Some(own) = self.presence.client_of(session).filter(|own| news.holds(*own)) {
                news.without(own)
            } else {
                if let Some(frame) = &common {
                    self.send_bytes(session, frame.clone());
                }
                continue;
            };
            if let Some(update) = update {
                self.send(session, wire::encode_awareness(&update));
            }
        }
    }
}

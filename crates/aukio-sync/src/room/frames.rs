//! From a frame to an applied update: decode, check the sender's access, check the size, apply, gather.

use aukio_protocol::update::Summary;
use aukio_protocol::wire::{self, Message};
use aukio_protocol::{Limits, Malformed, awareness, update};
use bytes::Bytes;
use tokio::time::Instant;

use super::batch::After;
use super::{Room, State};
use crate::log::Log;
use crate::replica::{Applied, ReplicaError, Source};
use crate::{Access, Close};

/// Answers from this size on are kept for whoever asks the same.
const ANSWER_SHARED_FROM: usize = 16 << 10;

/// The reasons of refusals, as sent to clients.
pub(super) mod reason {
    pub const READ_ONLY: &str = "read-only";
    pub const UNSAVED: &str = "unsaved";
    pub const DAMAGED: &str = "damaged";
    pub const TOO_LARGE: &str = "document-too-large";
    pub const TOO_DEEP: &str = "document-too-deep";
    pub const MISSING: &str = "missing-history";
}

impl<L: Log> Room<L> {
    pub(super) fn frame(&mut self, session: u64, frame: &[u8]) {
        let Some(member) = self.members.get_mut(&session) else { return };
        member.received += 1;
        if !member.allowance.takes_bytes(frame.len(), Instant::now()) {
            return self.close(session, Close::TooMuch);
        }
        match wire::decode(frame, &self.shared.settings.limits) {
            Ok(messages) => {
                for message in messages {
                    if let Err(reason) = self.message(session, message) {
                        return self.close(session, reason);
                    }
                }
                self.leave_if_done(session);
            }
            Err(error) => {
                tracing::debug!(document = self.document, session, %error, "a frame was refused");
                self.close(session, close_for(error.0.what));
            }
        }
    }

    /// Handles one message. Each is judged on its own, so that nothing travels on another's right.
    fn message(&mut self, session: u64, message: Message<'_>) -> Result<(), Close> {
        let is_update = matches!(message, Message::SyncStep2(_) | Message::Update(_));
        if !is_update {
            self.charge(session)?;
        }
        let limits = &self.shared.settings.limits;
        let Some(member) = self.members.get_mut(&session) else { return Ok(()) };
        match message {
            Message::SyncStep1(vector) => self.step1(session, vector),
            Message::SyncStep2(bytes) => self.update(session, bytes, &limits.for_step2()),
            Message::Update(bytes) => self.update(session, bytes, &limits.clone()),
            Message::Awareness(bytes) => {
                let entries = awareness::decode(bytes, limits).map_err(|error| close_for(error.what))?;
                self.presence.say(session, &member.who, &entries);
                self.schedule_presence();
                Ok(())
            }
            Message::QueryAwareness => {
                member.wants_presence = true;
                self.schedule_presence();
                Ok(())
            }
            Message::Hello(version) => {
                member.hello = Some(version);
                if version < self.schema {
                    return Err(Close::Outdated);
                }
                self.tell_access(session);
                Ok(())
            }
            Message::SyncStatus(mark) => {
                self.once_safe(After::Echo { session, mark: mark.to_vec() });
                Ok(())
            }
            // Said by servers only.
            Message::Auth(_) | Message::Saved(_) | Message::Refused(_) | Message::AccessChanged(_) => {
                Err(Close::BadFrame)
            }
        }
    }

    /// Counts a message against what the session may send.
    fn charge(&mut self, session: u64) -> Result<(), Close> {
        let member = self.members.get_mut(&session);
        let within = member.is_none_or(|member| member.allowance.takes_message(Instant::now()));
        if within { Ok(()) } else { Err(Close::TooMuch) }
    }

    pub(super) fn step1(&mut self, session: u64, vector: &[u8]) -> Result<(), Close> {
        if matches!(self.state, State::ReadOnly | State::Reloading) {
            if let Some(member) = self.members.get_mut(&session) {
                member.owed = Some(vector.to_vec());
            }
            return Ok(());
        }
        let frame = match &self.answer {
            Some((asked, frame)) if asked == vector => frame.clone(),
            _ => match self.replica.diff(vector) {
                Ok(answer) => Bytes::from(wire::encode_step2(&answer)),
                Err(error) => {
                    self.check(&error);
                    return Err(Close::BadFrame);
                }
            },
        };
        if frame.len() >= ANSWER_SHARED_FROM {
            self.answer = Some((vector.to_vec(), frame.clone()));
        }
        self.once_safe(After::Step2 { session, vector: vector.to_vec(), frame });
        Ok(())
    }

    /// An update from a client. This is the one place that decides whether a client's bytes may be written.
    fn update(&mut self, session: u64, bytes: &[u8], limits: &Limits) -> Result<(), Close> {
        let summary = update::validate(bytes, limits).map_err(|error| close_for(error.0.what))?;
        let Some(member) = self.members.get(&session) else { return Ok(()) };
        let (actor, access, hello) = (member.who.actor, member.who.access, member.hello);
        if matches!(self.state, State::ReadOnly | State::Reloading) {
            self.refuse(session, reason::UNSAVED);
            return self.charge(session);
        }
        if access != Access::Write || self.state == State::Damaged {
            self.only_reads(session, &summary);
            return self.charge(session);
        }
        if self.is_too_large(bytes, &summary) {
            self.refuse(session, reason::TOO_LARGE);
            return Err(Close::TooLarge);
        }
        match self.replica.apply(Source { session, actor }, bytes, &summary) {
            Ok(applied) => {
                if let Some(version) = hello.filter(|_| !applied.updates.is_empty()) {
                    self.raise_schema(version);
                }
                let is_new = !applied.updates.is_empty();
                self.size.structs(summary.structs.len());
                self.applied(session, applied);
                if is_new { Ok(()) } else { self.charge(session) }
            }
            Err(error) => self.not_applied(session, &error),
        }
    }

    /// Stock clients answer our step 1 even if they have nothing new to say, and readers may say that.
    fn only_reads(&mut self, session: u64, summary: &Summary) {
        match self.replica.would_change(summary) {
            Ok(false) => self.once_safe(After::Saved { session }),
            Ok(true) if self.state == State::Damaged => self.refuse(session, reason::DAMAGED),
            Ok(true) => self.refuse(session, reason::READ_ONLY),
            Err(error) => self.check(&error),
        }
    }

    fn applied(&mut self, session: u64, applied: Applied) {
        for (source, bytes) in applied.updates {
            self.gather(source, bytes);
        }
        if !applied.waits {
            self.once_safe(After::Saved { session });
        }
        // Earlier updates that waited owe their senders a word, too.
        for source in applied.finished {
            self.once_safe(After::Saved { session: source.session });
        }
        for source in applied.refused {
            self.refuse(source.session, reason::TOO_DEEP);
        }
        if let Some(vector) = applied.missing {
            self.send(session, wire::encode_step1(&vector));
        }
    }

    fn not_applied(&mut self, session: u64, error: &ReplicaError) -> Result<(), Close> {
        match error {
            ReplicaError::TooDeep => {
                self.refuse(session, reason::TOO_DEEP);
                Ok(())
            }
            ReplicaError::QueueFull => {
                self.refuse(session, reason::MISSING);
                // Coming back starts the exchange anew, with everything it has in one answer.
                Err(Close::Slow)
            }
            error => {
                tracing::warn!(document = self.document, session, %error, "an update was refused");
                self.check(error);
                Err(Close::BadFrame)
            }
        }
    }

    /// Whether the update would make the document larger than it may be. Deleting is always allowed.
    fn is_too_large(&mut self, bytes: &[u8], summary: &Summary) -> bool {
        let settings = &self.shared.settings;
        !summary.inserts().is_empty()
            && self.size.would_pass(bytes.len(), summary.structs.len(), &mut self.replica, settings)
            // What is known already may come again, for instance in the answer to a state vector.
            && self.replica.would_change(summary).unwrap_or(true)
    }
}

fn close_for(what: Malformed) -> Close {
    match what {
        Malformed::Limit(_) => Close::TooLarge,
        _ => Close::BadFrame,
    }
}

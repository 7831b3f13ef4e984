//! To the log and back: what is gathered, what waits for it, and what is told once it is safe.

use std::collections::BTreeSet;
use std::future::pending;
use std::sync::Arc;

use aukio_protocol::wire;
use bytes::Bytes;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use tokio::time::Instant;

use super::frames::reason;
use super::recovery::unavailable;
use super::{Room, State};
use crate::Document;
use crate::log::{Log, LogError, Pending};
use crate::replica::Source;
use crate::rooms::{Committed, EditError, OpenError};

/// Something to tell once everything up to a batch is safe.
pub(super) enum After {
    Saved { session: u64 },
    Echo { session: u64, mark: Vec<u8> },
    Step2 { session: u64, vector: Vec<u8>, frame: Bytes },
    Edit { reply: oneshot::Sender<Result<i64, EditError>> },
    Text { document: Document, reply: oneshot::Sender<Result<(i64, Document), OpenError>> },
    Snapshot { bytes: Vec<u8>, reply: oneshot::Sender<Result<(i64, Vec<u8>), OpenError>> },
}

/// Updates that go to the log together, and what waits for them.
#[derive(Default)]
pub(super) struct Batch {
    pub updates: Vec<(Source, Vec<u8>)>,
    pub bytes: usize,
    pub after: Vec<After>,
}

impl<L: Log> Room<L> {
    pub(super) fn gather(&mut self, source: Source, bytes: Vec<u8>) {
        self.size.added(bytes.len());
        self.answer = None;
        self.batch.bytes += bytes.len();
        self.batch.updates.push((source, bytes));
        self.batch_due.get_or_insert(Instant::now() + self.shared.settings.gather);
    }

    /// Does something as soon as all that is in the replica by now is safe.
    pub(super) fn once_safe(&mut self, after: After) {
        if !self.batch.updates.is_empty() {
            self.batch.after.push(after);
        } else if let Some((_, flight)) = &mut self.flight {
            flight.after.push(after);
        } else {
            self.tell(after);
        }
    }

    fn tell(&mut self, after: After) {
        let seq = self.seq;
        match after {
            After::Saved { session } => {
                if self.members.get(&session).is_some_and(|member| member.hello.is_some()) {
                    self.send(session, wire::encode_saved(u64::try_from(seq).unwrap_or(0)));
                }
            }
            After::Echo { session, mark } => self.send(session, wire::encode_sync_status(&mark)),
            After::Step2 { session, frame, .. } => self.send_bytes(session, frame),
            After::Edit { reply } => drop(reply.send(Ok(seq))),
            After::Text { document, reply } => drop(reply.send(Ok((seq, document)))),
            After::Snapshot { bytes, reply } => drop(reply.send(Ok((seq, bytes)))),
        }
    }

    pub(super) fn send_due_batch(&mut self, now: Instant) {
        if self.flight.is_some() || self.state == State::ReadOnly || self.batch_due.is_none_or(|due| due > now) {
            return;
        }
        self.batch_due = None;
        if self.batch.updates.is_empty() {
            return;
        }
        let batch = std::mem::take(&mut self.batch);
        let pending = |(source, bytes): &(Source, Vec<u8>)| Pending {
            actor: source.actor,
            bytes: bytes.clone(),
            schema: self.schema,
        };
        let updates: Vec<Pending> = batch.updates.iter().map(pending).collect();
        let (shared, document) = (Arc::clone(&self.shared), self.document);
        // A task of its own: whatever happens to the room, what was begun is finished.
        let append = tokio::spawn(async move { shared.log.append(document, updates).await });
        self.flight = Some((append, batch));
    }

    pub(super) fn landed(&mut self, (result, batch): (Result<i64, LogError>, Batch)) {
        match result {
            Ok(seq) => self.committed(seq, batch),
            Err(error) => {
                tracing::error!(document = self.document, %error, "updates could not be logged");
                self.give_up(batch);
                self.log_failed();
            }
        }
    }

    fn committed(&mut self, seq: i64, batch: Batch) {
        self.seq = self.seq.max(seq);
        self.failures = 0;
        let mut actors = BTreeSet::new();
        for (source, bytes) in &batch.updates {
            actors.insert(source.actor);
            let frame = Bytes::from(wire::encode_update(bytes));
            for other in self.sessions().into_iter().filter(|&other| other != source.session) {
                self.send_bytes(other, frame.clone());
            }
        }
        if let Some(hook) = &self.shared.hook {
            hook(&Committed { document: self.document, seq: self.seq, actors: actors.into_iter().collect() });
        }
        for after in batch.after {
            self.tell(after);
        }
    }

    /// Tells all who wait for a batch that it is not coming.
    pub(super) fn give_up(&mut self, batch: Batch) {
        for after in batch.after {
            match after {
                After::Saved { session } => self.refuse(session, reason::UNSAVED),
                // The echo would say that all is safe. Its client asks again when it comes back.
                After::Echo { .. } => {}
                After::Step2 { session, vector, .. } => {
                    if let Some(member) = self.members.get_mut(&session) {
                        member.owed = Some(vector);
                    }
                }
                After::Edit { reply } => drop(reply.send(Err(EditError::Unsaved))),
                After::Text { reply, .. } => drop(reply.send(Err(unavailable()))),
                After::Snapshot { reply, .. } => drop(reply.send(Err(unavailable()))),
            }
        }
    }
}

/// The result of the append that is on its way, and its batch; waits for ever if there is none.
pub(super) async fn landed(
    flight: &mut Option<(JoinHandle<Result<i64, LogError>>, Batch)>,
) -> (Result<i64, LogError>, Batch) {
    let Some((append, _)) = flight.as_mut() else { return pending().await };
    let result = append.await.unwrap_or_else(|error| Err(LogError::Unavailable(error.to_string())));
    let batch = flight.take().map(|(_, batch)| batch).unwrap_or_default();
    (result, batch)
}

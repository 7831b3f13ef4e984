//! Frames of the y-websocket protocol, one message of y-sweet, and the four that Aukio adds.
//!
//! A frame is a run of messages without a count; stock clients write one and read one. The decoder
//! nevertheless reads *all* messages of a frame, so that nothing can hide behind the first.
//!
//! | number | message | payload |
//! | --- | --- | --- |
//! | 0, 0 | sync step 1 | a state vector: "this is what I have" |
//! | 0, 1 | sync step 2 | an update: "this is what you lack" |
//! | 0, 2 | update | an update |
//! | 1 | awareness | an awareness update |
//! | 2, 0 | auth | a reason why access was denied |
//! | 3 | query awareness | none |
//! | 102 | sync status | a few bytes, sent back unchanged once all before them is safe |
//! | 110 | hello | the schema version of the client's editor, a number |
//! | 111 | saved | a sequence number: the sender's update is safe |
//! | 112 | refused | a reason: the sender's update was not applied |
//! | 113 | access changed | 0 read only, 1 may write |
//!
//! Messages 111 to 113 are sent only to clients that said hello, since stock clients do not know them.
//! Message 102 is y-sweet's way of asking the same: its client sends a counter after its changes and takes
//! the echo as the word that they are kept.

use crate::reader::{Malformed, NUMBER_MAX, ReadError, Reader};
use crate::{Limits, writer};

const SYNC: u64 = 0;
const AWARENESS: u64 = 1;
const AUTH: u64 = 2;
const QUERY_AWARENESS: u64 = 3;
const SYNC_STATUS: u64 = 102;
const HELLO: u64 = 110;
const SAVED: u64 = 111;
const REFUSED: u64 = 112;
const ACCESS_CHANGED: u64 = 113;

const STEP1: u64 = 0;
const STEP2: u64 = 1;
const UPDATE: u64 = 2;

/// A frame that cannot be accepted: where, and why.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("malformed frame: {0}")]
pub struct FrameError(#[from] pub ReadError);

/// The messages of one frame, in order: at least one, at most `limits.messages_max`.
pub type Messages<'a> = Vec<Message<'a>>;

/// One message. Payloads are borrowed from the frame and **not yet validated**: hand them to
/// [`update::validate`](crate::update::validate), [`state_vector::decode`](crate::state_vector::decode)
/// or [`awareness::decode`](crate::awareness::decode). Their sizes are within the limits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Message<'a> {
    /// The state vector of the sender, who wants what it lacks.
    SyncStep1(&'a [u8]),
    /// The answer to a step 1: an update.
    SyncStep2(&'a [u8]),
    /// A change: an update.
    Update(&'a [u8]),
    /// An awareness update.
    Awareness(&'a [u8]),
    /// Access was denied, with a reason.
    Auth(&'a str),
    /// The sender wants to know all awareness states.
    QueryAwareness,
    /// Bytes of the sender's choice that it wants back when all it sent before them is safe.
    SyncStatus(&'a [u8]),
    /// The client knows messages 111 to 113, and its editor has this schema version.
    Hello(u64),
    /// Everything up to this sequence number is safe.
    Saved(u64),
    /// An update was not applied, for this reason.
    Refused(&'a str),
    /// Whether the receiver may write from now on.
    AccessChanged(bool),
}

/// Reads all messages of a frame.
///
/// # Errors
/// Says at which byte the frame is malformed, empty, over a limit, or of an unknown kind.
pub fn decode<'a>(frame: &'a [u8], limits: &Limits) -> Result<Messages<'a>, FrameError> {
    let mut reader = Reader::new(frame);
    if frame.len() > limits.frame_bytes_max {
        return Ok(reader.fault(limits.frame_bytes_max, Malformed::Limit("bytes in a frame"))?);
    }
    let mut messages = Vec::with_capacity(1);
    loop {
        if messages.len() == limits.messages_max {
            return Ok(reader.fault(reader.at(), Malformed::Limit("messages in a frame"))?);
        }
        messages.push(message(&mut reader, limits)?);
        if reader.is_done() {
            return Ok(messages);
        }
    }
}

fn message<'a>(reader: &mut Reader<'a>, limits: &Limits) -> Result<Message<'a>, ReadError> {
    let start = reader.at();
    Ok(match reader.number(NUMBER_MAX)? {
        SYNC => match reader.number(NUMBER_MAX)? {
            STEP1 => Message::SyncStep1(payload(reader, limits.state_vector_bytes_max, "bytes in a state vector")?),
            STEP2 => Message::SyncStep2(payload(reader, limits.step2_bytes_max, "bytes in a sync step 2")?),
            UPDATE => Message::Update(payload(reader, limits.update_bytes_max, "bytes in an update")?),
            _ => return reader.fault(start, Malformed::Unknown("kind of sync message")),
        },
        AWARENESS => Message::Awareness(payload(reader, limits.awareness_bytes_max, "bytes in an awareness update")?),
        AUTH => match reader.number(NUMBER_MAX)? {
            0 => Message::Auth(text(reader, limits)?),
            _ => return reader.fault(start, Malformed::Unknown("kind of auth message")),
        },
        QUERY_AWARENESS => Message::QueryAwareness,
        SYNC_STATUS => Message::SyncStatus(payload(reader, limits.sync_status_bytes_max, "bytes in a sync status")?),
        HELLO => Message::Hello(reader.number(NUMBER_MAX)?),
        SAVED => Message::Saved(reader.number(NUMBER_MAX)?),
        REFUSED => Message::Refused(text(reader, limits)?),
        ACCESS_CHANGED => Message::AccessChanged(reader.number(1)? == 1),
        _ => return reader.fault(start, Malformed::Unknown("kind of message")),
    })
}

fn payload<'a>(reader: &mut Reader<'a>, most: usize, what: &'static str) -> Result<&'a [u8], ReadError> {
    let start = reader.at();
    let bytes = reader.buffer()?;
    if bytes.len() > most { reader.fault(start, Malformed::Limit(what)) } else { Ok(bytes) }
}

fn text<'a>(reader: &mut Reader<'a>, limits: &Limits) -> Result<&'a str, ReadError> {
    let start = reader.at();
    let text = reader.string()?;
    if text.len() > limits.text_bytes_max {
        return reader.fault(start, Malformed::Limit("bytes in a text"));
    }
    Ok(text)
}

/// Writes one message as a frame of its own.
pub fn encode(message: &Message<'_>) -> Vec<u8> {
    let mut out = Vec::new();
    let head = |out: &mut Vec<u8>, numbers: &[u64]| numbers.iter().for_each(|&number| writer::number(out, number));
    match message {
        Message::SyncStep1(vector) => {
            head(&mut out, &[SYNC, STEP1]);
            writer::buffer(&mut out, vector);
        }
        Message::SyncStep2(update) => {
            head(&mut out, &[SYNC, STEP2]);
            writer::buffer(&mut out, update);
        }
        Message::Update(update) => {
            head(&mut out, &[SYNC, UPDATE]);
            writer::buffer(&mut out, update);
        }
        Message::Awareness(update) => {
            head(&mut out, &[AWARENESS]);
            writer::buffer(&mut out, update);
        }
        Message::Auth(reason) => {
            head(&mut out, &[AUTH, 0]);
            writer::buffer(&mut out, reason.as_bytes());
        }
        Message::QueryAwareness => head(&mut out, &[QUERY_AWARENESS]),
        Message::SyncStatus(mark) => {
            head(&mut out, &[SYNC_STATUS]);
            writer::buffer(&mut out, mark);
        }
        Message::Hello(version) => head(&mut out, &[HELLO, *version]),
        Message::Saved(seq) => head(&mut out, &[SAVED, *seq]),
        Message::Refused(reason) => {
            head(&mut out, &[REFUSED]);
            writer::buffer(&mut out, reason.as_bytes());
        }
        Message::AccessChanged(may_write) => head(&mut out, &[ACCESS_CHANGED, u64::from(*may_write)]),
    }
    out
}

/// A frame with sync step 1.
pub fn encode_step1(state_vector: &[u8]) -> Vec<u8> {
    encode(&Message::SyncStep1(state_vector))
}

/// A frame with sync step 2.
pub fn encode_step2(update: &[u8]) -> Vec<u8> {
    encode(&Message::SyncStep2(update))
}

/// A frame with an update.
pub fn encode_update(update: &[u8]) -> Vec<u8> {
    encode(&Message::Update(update))
}

/// A frame with an awareness update.
pub fn encode_awareness(update: &[u8]) -> Vec<u8> {
    encode(&Message::Awareness(update))
}

/// A frame that gives a sync status back.
pub fn encode_sync_status(mark: &[u8]) -> Vec<u8> {
    encode(&Message::SyncStatus(mark))
}

/// A frame that says up to which sequence number everything is safe.
pub fn encode_saved(seq: u64) -> Vec<u8> {
    encode(&Message::Saved(seq))
}

/// A frame that says why an update was not applied.
pub fn encode_refused(reason: &str) -> Vec<u8> {
    encode(&Message::Refused(reason))
}

/// A frame that says whether the receiver may write.
pub fn encode_access_changed(may_write: bool) -> Vec<u8> {
    encode(&Message::AccessChanged(may_write))
}

//! Live pages: entries of the journal as small pieces of page, for members and visitors alike.
//!
//! One task follows the journal, draws each entry once per language that somebody is reading in, and hands
//! it to all sockets of the topic. A socket that asks for a topic first gets, from the journal itself, what
//! happened since its page was drawn; so nothing falls between the page and the socket, and a broken
//! connection is mended the same way. Presence and typing are transient and never in the journal.

pub mod presence;
pub mod socket;

use std::collections::HashMap;
use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use aukio_core::{DocumentId, Language, ThreadId};
use serde_json::json;
use tokio::sync::{broadcast, watch};
use tokio_util::sync::CancellationToken;

use crate::app::App;
use crate::journal::{self, About, Entry, Numbered};
use crate::words::Words;
use crate::{documents, threads};
use presence::Presence;

/// What a page can follow.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Topic {
    Thread(ThreadId),
    Document(DocumentId),
}

impl Topic {
    fn about(self) -> About {
        match self {
            Topic::Thread(thread) => About::Thread(thread),
            Topic::Document(document) => About::Document(document),
        }
    }

    /// The topic in which readers hear of an entry.
    fn of(entry: Entry) -> Option<Topic> {
        match entry {
            Entry::MessagePosted { thread, .. }
            | Entry::MessageEdited { thread, .. }
            | Entry::MessageWithdrawn { thread, .. } => Some(Topic::Thread(thread)),
            Entry::DocumentEdited { document, .. } | Entry::DocumentRenamed { document, .. } => {
                Some(Topic::Document(document))
            }
            // A thread and a document begin on a page of their own, which draws itself.
            Entry::ThreadStarted { .. } | Entry::DocumentCreated { .. } => None,
            Entry::PersonJoined { .. }
            | Entry::PersonChanged { .. }
            | Entry::PersonClosed { .. }
            | Entry::SessionsEnded { .. }
            | Entry::DocumentVersionNamed { .. }
            | Entry::SpaceCreated { .. }
            | Entry::SpaceChanged { .. }
            | Entry::MembershipChanged { .. } => None,
        }
    }
}

impl fmt::Display for Topic {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Topic::Thread(thread) => write!(out, "thread:{thread}"),
            Topic::Document(document) => write!(out, "document:{document}"),
        }
    }
}

impl FromStr for Topic {
    type Err = aukio_core::id::NotAnId;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text.split_once(':') {
            Some(("thread", id)) => Ok(Topic::Thread(id.parse()?)),
            Some(("document", id)) => Ok(Topic::Document(id.parse()?)),
            _ => Err(aukio_core::id::NotAnId),
        }
    }
}

/// A frame for all sockets of a topic. `number` is 0 for what is not in the journal.
#[derive(Clone, Debug)]
pub(crate) struct Frame {
    pub number: i64,
    pub text: Arc<str>,
}

/// Frames that a socket may lag behind before it is cut off and has to catch up by itself.
const LAG_MOST: usize = 256;

/// Knows who follows what.
#[derive(Clone)]
pub struct Hub(Arc<Inner>);

struct Inner {
    channels: Mutex<HashMap<(Topic, Language), broadcast::Sender<Frame>>>,
    presence: Mutex<Presence>,
    addresses: Mutex<HashMap<IpAddr, usize>>,
    rechecks: watch::Sender<u64>,
}

/// A lock whose holder panicked still guards whole data here: every change is one insert or remove.
fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Hub {
    pub fn new() -> Self {
        Self(Arc::new(Inner {
            channels: Mutex::default(),
            presence: Mutex::default(),
            addresses: Mutex::default(),
            rechecks: watch::Sender::new(0),
        }))
    }

    /// Makes every open socket ask again whether it may: rights or sessions have changed.
    pub fn recheck(&self) {
        self.0.rechecks.send_modify(|count| *count += 1);
    }

    pub(crate) fn rechecks(&self) -> watch::Receiver<u64> {
        self.0.rechecks.subscribe()
    }

    fn subscribe(&self, topic: Topic, language: Language) -> broadcast::Receiver<Frame> {
        let mut channels = locked(&self.0.channels);
        channels.entry((topic, language)).or_insert_with(|| broadcast::channel(LAG_MOST).0).subscribe()
    }

    /// The languages in which somebody follows a topic; channels without listeners are forgotten.
    fn languages(&self, topic: Topic) -> Vec<Language> {
        let mut channels = locked(&self.0.channels);
        let mut listened = Vec::new();
        for language in Language::ALL {
            match channels.get(&(topic, language)) {
                Some(channel) if channel.receiver_count() > 0 => listened.push(language),
                Some(_) => {
                    channels.remove(&(topic, language));
                }
                None => {}
            }
        }
        listened
    }

    fn send(&self, topic: Topic, language: Language, frame: Frame) {
        if let Some(channel) = locked(&self.0.channels).get(&(topic, language)) {
            // Nobody listening any more is as good as everybody having heard.
            let _ = channel.send(frame);
        }
    }

    fn presence(&self) -> MutexGuard<'_, Presence> {
        locked(&self.0.presence)
    }

    /// Counts a socket of an address; None when it has too many already.
    pub(crate) fn admit(&self, address: IpAddr) -> Option<Admission> {
        const SOCKETS_PER_ADDRESS_MOST: usize = 200;
        // Everybody behind a proxy on the same machine, and every load test, comes from here.
        let most = if address.is_loopback() { usize::MAX } else { SOCKETS_PER_ADDRESS_MOST };
        let mut addresses = locked(&self.0.addresses);
        let open = addresses.entry(address).or_insert(0);
        if *open >= most {
            return None;
        }
        *open += 1;
        metrics::gauge!("aukio_live_sockets").increment(1);
        Some(Admission { hub: self.clone(), address })
    }
}

impl Default for Hub {
    fn default() -> Self {
        Self::new()
    }
}

/// A place that a socket holds among those of its address.
pub(crate) struct Admission {
    hub: Hub,
    address: IpAddr,
}

impl Drop for Admission {
    fn drop(&mut self) {
        let mut addresses = locked(&self.hub.0.addresses);
        if let Some(open) = addresses.get_mut(&self.address) {
            *open -= 1;
            if *open == 0 {
                addresses.remove(&self.address);
            }
        }
        metrics::gauge!("aukio_live_sockets").decrement(1);
    }
}

/// Follows the journal and draws each entry for those who read where it happened.
pub async fn run(app: App, from: i64, stop: CancellationToken) {
    let mut follower = app.journal.lead(app.db.clone(), from);
    loop {
        let entries = tokio::select! {
            () = stop.cancelled() => return,
            entries = follower.next() => entries,
        };
        for numbered in entries {
            app.pages.tell(&numbered.entry);
            // Only after the page that was kept has gone, whichever node has settled the edit.
            if let Entry::DocumentEdited { document, seq, .. } = numbered.entry {
                app.documents.untold.told(document, seq);
            }
            if let Some(topic) = Topic::of(numbered.entry) {
                for language in app.live.languages(topic) {
                    match draw(&app, Words(language), topic, &numbered, true).await {
                        Ok(Some(text)) => app.live.send(topic, language, Frame { number: numbered.number, text }),
                        Ok(None) => {}
                        // Not drawn now, but in the journal: a socket that follows anew is told of it.
                        Err(error) => tracing::warn!(%error, %topic, "an entry cannot be drawn"),
                    }
                }
            }
            // A person's or a space's change of rights reaches the sockets here, whichever node it happened on.
            if let Entry::MembershipChanged { .. } | Entry::PersonClosed { .. } | Entry::SessionsEnded { .. } =
                numbered.entry
            {
                app.live.recheck();
            }
            app.journal.reached(numbered.number);
        }
    }
}

/// Tells the followers of a topic who is there and who writes, at most once a second.
pub async fn tell_presence(app: App, stop: CancellationToken) {
    let mut ticks = tokio::time::interval(Duration::from_secs(1));
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            _ = ticks.tick() => {}
        }
        let changed = app.live.presence().changed(app.clock.now());
        for topic in changed {
            for language in app.live.languages(topic) {
                let frames = app.live.presence().frames(topic, Words(language));
                for text in frames {
                    app.live.send(topic, language, Frame { number: 0, text: text.into() });
                }
            }
        }
    }
}

/// An entry as the frame that its readers get. `fresh` entries come one by one to readers who have seen
/// everything before, so that a document's frame holds just the sections that changed.
async fn draw(
    app: &App,
    words: Words,
    topic: Topic,
    numbered: &Numbered,
    fresh: bool,
) -> sqlx::Result<Option<Arc<str>>> {
    let number = numbered.number;
    let by = numbered.actor.map(|person| person.to_string());
    let topic_name = topic.to_string();
    let value = match numbered.entry {
        Entry::MessagePosted { thread, message, .. } => {
            let Some((drawn, html)) = threads::view::fragment(app, words, thread, message).await? else {
                return Ok(None);
            };
            json!({"kind": "entry", "topic": topic_name, "number": number, "what": "message-posted", "message": message,
                   "parent": drawn.parent, "depth": drawn.depth, "by": by, "html": html})
        }
        Entry::MessageEdited { thread, message, .. } | Entry::MessageWithdrawn { thread, message, .. } => {
            let Some((_, html)) = threads::view::fragment(app, words, thread, message).await? else {
                return Ok(None);
            };
            json!({"kind": "entry", "topic": topic_name, "number": number, "what": "message-changed",
                   "message": message, "by": by, "html": html})
        }
        Entry::DocumentEdited { document, seq, .. } => {
            let Some(change) = documents::reading::change(app, document, fresh).await else { return Ok(None) };
            json!({"kind": "entry", "topic": topic_name, "number": number, "what": "document-changed",
                   "seq": seq.max(change.seq), "sections": change.order, "changed": change.changed,
                   "contents": change.contents})
        }
        Entry::DocumentRenamed { document, .. } => {
            let Some(found) = documents::store::by_id(&app.db, document).await? else { return Ok(None) };
            json!({"kind": "entry", "topic": topic_name, "number": number, "what": "document-renamed",
                   "title": found.title})
        }
        _ => return Ok(None),
    };
    Ok(Some(value.to_string().into()))
}

/// What happened in a topic since `after`, as frames; and up to which number that is.
async fn missed(app: &App, words: Words, topic: Topic, after: i64) -> sqlx::Result<(Vec<Frame>, i64)> {
    let mut frames = Vec::new();
    let mut last = after;
    loop {
        let entries = journal::after(&app.db, topic.about(), last, 100).await?;
        let Some(newest) = entries.last() else { break };
        last = newest.number;
        for (place, numbered) in entries.iter().enumerate() {
            // Of many changes of one document only the last one matters: it is drawn as it stands now.
            let repeated = matches!(numbered.entry, Entry::DocumentEdited { .. })
                && entries[place + 1..].iter().any(|later| matches!(later.entry, Entry::DocumentEdited { .. }));
            if Topic::of(numbered.entry) == Some(topic)
                && !repeated
                && let Some(text) = draw(app, words, topic, numbered, false).await?
            {
                frames.push(Frame { number: numbered.number, text });
            }
        }
        if entries.len() < 100 {
            break;
        }
    }
    Ok((frames, last))
}

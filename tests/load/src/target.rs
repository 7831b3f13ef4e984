//! Whatever speaks the Yjs protocol and is measured: where it is, whose processor time counts, and which of the
//! dialects it speaks.

use std::net::SocketAddr;

use aukio_protocol::wire::{self, Message};

use crate::people;
use crate::process::Process;
use crate::yjs;

/// How a server is spoken to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Dialect {
    /// Ours: stock frames, and the word «saved» after a hello.
    Aukio,
    /// Stock frames, the document in the path.
    Stock,
    /// y-sweet: stock frames, a path of its own.
    Sweet,
    /// Each frame begins with the document's name; an authentication comes first.
    Hocuspocus,
    /// The bare relay: it answers nothing and hands everything on.
    Relay,
}

#[derive(Clone)]
pub struct Target {
    pub place: SocketAddr,
    pub process: Process,
    pub dialect: Dialect,
    /// Cookie headers of members; empty where nobody signs in.
    pub members: Vec<String>,
}

/// Who opens a connection.
#[derive(Clone, Copy)]
pub enum Who {
    Member(usize),
    Visitor(usize),
}

/// The schema version that the generator's hello tells.
const SCHEMA: u64 = 1;

impl Target {
    pub fn path(&self, document: &str) -> String {
        match self.dialect {
            Dialect::Aukio => format!("/sync/{document}"),
            Dialect::Stock | Dialect::Hocuspocus | Dialect::Relay => format!("/{document}"),
            Dialect::Sweet => format!("/d/{document}/ws/{document}"),
        }
    }

    pub fn headers(&self, who: Who) -> String {
        let origin = format!("Origin: http://{}\r\n", self.place);
        match who {
            Who::Member(n) if !self.members.is_empty() => {
                format!("{origin}{}{}", people::from(n), self.members[n % self.members.len()])
            }
            Who::Member(n) => format!("{origin}{}", people::from(n)),
            // Other places than those of members.
            Who::Visitor(n) => format!("{origin}{}", people::from(100_000 + n)),
        }
    }

    pub fn frame(&self, document: &str, message: &Message<'_>) -> Vec<u8> {
        let frame = wire::encode(message);
        if self.dialect != Dialect::Hocuspocus {
            return frame;
        }
        let mut named = Vec::with_capacity(frame.len() + document.len() + 1);
        yjs::string(&mut named, document);
        named.extend(frame);
        named
    }

    /// A frame without the document's name.
    pub fn strip<'a>(&self, frame: &'a [u8]) -> &'a [u8] {
        if self.dialect != Dialect::Hocuspocus {
            return frame;
        }
        let mut rest = frame;
        let length = yjs::read(&mut rest).unwrap_or(0) as usize;
        rest.get(length..).unwrap_or_default()
    }

    /// What is sent first of all.
    pub fn opening(&self, document: &str) -> Vec<Vec<u8>> {
        let step1 = self.frame(document, &Message::SyncStep1(&[0]));
        match self.dialect {
            Dialect::Relay => Vec::new(),
            Dialect::Aukio | Dialect::Stock | Dialect::Sweet => vec![step1],
            Dialect::Hocuspocus => {
                let mut authentication = Vec::new();
                yjs::string(&mut authentication, document);
                authentication.extend([2, 0]);
                yjs::string(&mut authentication, "token");
                vec![authentication, step1]
            }
        }
    }

    /// The hello after which our own service tells what is saved.
    pub fn hello(&self) -> Option<Vec<u8>> {
        (self.dialect == Dialect::Aukio).then(|| wire::encode(&Message::Hello(SCHEMA)))
    }
}

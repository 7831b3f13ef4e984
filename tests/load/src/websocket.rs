//! A websocket client as small as can be (RFC 6455): the generator shares the machine with what it measures, so
//! its own cost per frame must stay far below the server's. Frames are read from one buffer that all sockets of
//! the thread share; only a frame that is not whole yet, or a message in fragments, is kept by its socket.
//!
//! Deliberately absent: compression, which no server measured here sends unasked.

use std::cell::RefCell;
use std::io::{Error, ErrorKind, Result};
use std::net::SocketAddr;

use tokio::net::TcpStream;

const READ_BYTES: usize = 256 * 1024;
/// A kept piece of a frame larger than this is given back once the frame is whole.
const KEEP_BYTES: usize = 16 * 1024;

thread_local! {
    static READ: RefCell<Vec<u8>> = RefCell::new(vec![0; READ_BYTES]);
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    /// A further fragment of a message.
    More = 0,
    Text = 1,
    Binary = 2,
    Close = 8,
    Ping = 9,
    Pong = 10,
}

pub struct Socket {
    stream: TcpStream,
    /// What has been read of a frame that is not whole yet.
    rest: RefCell<Vec<u8>>,
    /// The fragments of a message that is not whole yet.
    message: RefCell<(Kind, Vec<u8>)>,
}

/// A frame of a server: what it is, whether its message ends with it, and where its payload begins and ends.
#[derive(Debug, PartialEq)]
struct Frame {
    kind: Kind,
    is_last: bool,
    from: usize,
    to: usize,
}

impl Socket {
    /// Opens `path`. `headers` are whole lines, each with its line break.
    pub async fn open(place: SocketAddr, path: &str, headers: &str) -> Result<Socket> {
        let stream = TcpStream::connect(place).await?;
        stream.set_nodelay(true)?;
        let request = format!(
            "GET {path} HTTP/1.1\r\nHost: {place}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
             Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: YXVraW8tbG9hZC1hdWtpbw==\r\n{headers}\r\n"
        );
        let socket = Socket { stream, rest: RefCell::default(), message: RefCell::new((Kind::More, Vec::new())) };
        socket.write(request.as_bytes()).await?;
        loop {
            socket.stream.readable().await?;
            let mut rest = socket.rest.borrow_mut();
            if !read_into(&socket.stream, &mut rest)? {
                continue;
            }
            let Some(end) = find(&rest, b"\r\n\r\n") else { continue };
            let head = String::from_utf8_lossy(&rest[..end]).into_owned();
            rest.drain(..end + 4);
            if !head.starts_with("HTTP/1.1 101") {
                return Err(Error::other(format!("{path}: {}", head.lines().next().unwrap_or_default())));
            }
            drop(rest);
            return Ok(socket);
        }
    }

    /// Sends a frame, waiting while the server does not read.
    pub async fn send(&self, kind: Kind, payload: &[u8]) -> Result<()> {
        self.write(&frame(kind, payload)).await
    }

    /// Sends a small frame at once, or fails.
    pub fn push(&self, kind: Kind, payload: &[u8]) -> Result<()> {
        let bytes = frame(kind, payload);
        match self.stream.try_write(&bytes) {
            Ok(written) if written == bytes.len() => Ok(()),
            Ok(_) => Err(ErrorKind::WouldBlock.into()),
            Err(error) => Err(error),
        }
    }

    /// Waits for bytes and hands on the messages that are whole by then. Pings are answered here.
    ///
    /// # Errors
    /// The connection has ended.
    pub async fn receive(&self, mut take: impl FnMut(Kind, &[u8])) -> Result<()> {
        // What came together with the answer to the request is here already.
        let waiting = std::mem::take(&mut *self.rest.borrow_mut());
        let (used, any) = self.hand_on(&waiting, &mut take)?;
        *self.rest.borrow_mut() = waiting[used..].to_vec();
        if any {
            return Ok(());
        }
        self.stream.readable().await?;
        READ.with_borrow_mut(|buffer| {
            let count = match self.stream.try_read(buffer) {
                Ok(0) => return Err(ErrorKind::UnexpectedEof.into()),
                Ok(count) => count,
                Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok(()),
                Err(error) => return Err(error),
            };
            let mut rest = self.rest.borrow_mut();
            if rest.is_empty() {
                let (used, _) = self.hand_on(&buffer[..count], &mut take)?;
                rest.extend_from_slice(&buffer[used..count]);
                return Ok(());
            }
            rest.extend_from_slice(&buffer[..count]);
            let (used, _) = self.hand_on(&rest, &mut take)?;
            rest.drain(..used);
            if rest.is_empty() && rest.capacity() > KEEP_BYTES {
                *rest = Vec::new();
            }
            Ok(())
        })
    }

    /// Hands on messages that are whole; returns how many bytes were used up, and whether a message was handed on.
    fn hand_on(&self, bytes: &[u8], take: &mut impl FnMut(Kind, &[u8])) -> Result<(usize, bool)> {
        let (mut used, mut any) = (0, false);
        while let Some(Frame { kind, is_last, from, to }) = whole_frame(&bytes[used..])? {
            let payload = &bytes[used + from..used + to];
            used += to;
            match kind {
                Kind::Ping => self.push(Kind::Pong, payload)?,
                Kind::Pong => {}
                kind if is_last && kind != Kind::More => {
                    take(kind, payload);
                    any = true;
                }
                kind => {
                    let mut message = self.message.borrow_mut();
                    if kind != Kind::More {
                        message.0 = kind;
                    }
                    message.1.extend_from_slice(payload);
                    if is_last {
                        let (kind, payload) = std::mem::replace(&mut *message, (Kind::More, Vec::new()));
                        drop(message);
                        take(kind, &payload);
                        any = true;
                    }
                }
            }
        }
        Ok((used, any))
    }

    async fn write(&self, mut bytes: &[u8]) -> Result<()> {
        while !bytes.is_empty() {
            match self.stream.try_write(bytes) {
                Ok(written) => bytes = &bytes[written..],
                Err(error) if error.kind() == ErrorKind::WouldBlock => self.stream.writable().await?,
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }
}

/// Reads what is there; false when nothing was.
fn read_into(stream: &TcpStream, rest: &mut Vec<u8>) -> Result<bool> {
    READ.with_borrow_mut(|buffer| match stream.try_read(buffer) {
        Ok(0) => Err(ErrorKind::UnexpectedEof.into()),
        Ok(count) => {
            rest.extend_from_slice(&buffer[..count]);
            Ok(true)
        }
        Err(error) if error.kind() == ErrorKind::WouldBlock => Ok(false),
        Err(error) => Err(error),
    })
}

pub fn find(bytes: &[u8], what: &[u8]) -> Option<usize> {
    bytes.windows(what.len()).position(|window| window == what)
}

/// A client's frame. The mask is there, as the protocol asks, and is zero, so that it costs nothing.
fn frame(kind: Kind, payload: &[u8]) -> Vec<u8> {
    const FINAL: u8 = 0x80;
    const MASKED: u8 = 0x80;
    let mut out = Vec::with_capacity(payload.len() + 14);
    out.push(FINAL | kind as u8);
    match payload.len() {
        length @ 0..=125 => out.push(MASKED | length as u8),
        length @ 126..=0xffff => {
            out.push(MASKED | 126);
            out.extend((length as u16).to_be_bytes());
        }
        length => {
            out.push(MASKED | 127);
            out.extend((length as u64).to_be_bytes());
        }
    }
    out.extend([0; 4]);
    out.extend_from_slice(payload);
    out
}

/// The first frame of a server, if it is whole.
fn whole_frame(bytes: &[u8]) -> Result<Option<Frame>> {
    const FINAL: u8 = 0x80;
    let Some(head) = bytes.get(..2) else { return Ok(None) };
    let kind = match head[0] & !FINAL {
        0 => Kind::More,
        1 => Kind::Text,
        2 => Kind::Binary,
        8 => Kind::Close,
        9 => Kind::Ping,
        10 => Kind::Pong,
        _ => return Err(Error::other(format!("a frame begins with {:#x}", head[0]))),
    };
    let (from, length) = match head[1] {
        126 => match bytes.get(2..4) {
            Some(&[high, low]) => (4, usize::from(u16::from_be_bytes([high, low]))),
            _ => return Ok(None),
        },
        127 => match bytes.get(2..10).and_then(|bytes| bytes.try_into().ok()) {
            Some(length) => (10, usize::try_from(u64::from_be_bytes(length)).unwrap_or(usize::MAX >> 1)),
            None => return Ok(None),
        },
        length => (2, usize::from(length)),
    };
    let frame = Frame { kind, is_last: head[0] & FINAL != 0, from, to: from + length };
    Ok((bytes.len() >= frame.to).then_some(frame))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_of_all_lengths() {
        for length in [0, 1, 125, 126, 127, 65_535, 65_536, 100_000] {
            let mut bytes = frame(Kind::Binary, &vec![3; length]);
            // A server's frame has no mask.
            bytes[1] &= 0x7f;
            let mask = bytes.len() - length - 4;
            bytes.drain(mask..mask + 4);
            let whole = Frame { kind: Kind::Binary, is_last: true, from: mask, to: mask + length };
            assert_eq!(whole_frame(&bytes).unwrap(), Some(whole));
            assert_eq!(whole_frame(&bytes[..bytes.len() - 1]).unwrap(), None);
        }
    }
}

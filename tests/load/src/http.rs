//! HTTP/1.1 by hand, for the same reason as the websockets: the client must cost little beside the server.

use std::io::{Error, ErrorKind, Result};
use std::net::SocketAddr;

use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;

use crate::websocket::find;

/// A connection that is kept.
pub struct Client {
    place: SocketAddr,
    stream: TcpStream,
    buffer: Vec<u8>,
}

pub struct Answer {
    pub status: u16,
    pub head: String,
    pub body: Vec<u8>,
}

impl Answer {
    pub fn header(&self, name: &str) -> Option<&str> {
        let mut lines = self.head.lines().filter_map(|line| line.split_once(':'));
        lines.find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.trim())
    }

    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }
}

impl Client {
    pub async fn open(place: SocketAddr) -> Result<Client> {
        let stream = TcpStream::connect(place).await?;
        stream.set_nodelay(true)?;
        Ok(Client { place, stream, buffer: Vec::new() })
    }

    /// Reads a page. `headers` are whole lines, each with its line break.
    pub async fn get(&mut self, path: &str, headers: &str) -> Result<Answer> {
        let request = get(self.place, path, headers);
        let (status, length) = self.exchange(&request).await?;
        Ok(self.answer(status, length))
    }

    /// Sends fields as the service's own form would.
    pub async fn post(&mut self, path: &str, headers: &str, fields: &[(&str, &str)]) -> Result<Answer> {
        let body: Vec<String> = fields.iter().map(|(name, value)| format!("{name}={}", encode(value))).collect();
        let body = body.join("&");
        let place = self.place;
        let request = format!(
            "POST {path} HTTP/1.1\r\nHost: {place}\r\nOrigin: http://{place}\r\nSec-Fetch-Site: same-origin\r\n\
             Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n{headers}\r\n{body}",
            body.len()
        );
        let (status, length) = self.exchange(request.as_bytes()).await?;
        Ok(self.answer(status, length))
    }

    /// Sends a request as it stands and reads the answer: its status and its length in bytes, head and all.
    pub async fn exchange(&mut self, request: &[u8]) -> Result<(u16, usize)> {
        self.buffer.clear();
        self.stream.write_all(request).await?;
        loop {
            self.stream.readable().await?;
            match self.stream.try_read_buf(&mut self.buffer) {
                Ok(0) => return Err(ErrorKind::UnexpectedEof.into()),
                Ok(_) => {}
                Err(error) if error.kind() == ErrorKind::WouldBlock => continue,
                Err(error) => return Err(error),
            }
            if let Some(length) = whole_answer(&self.buffer)? {
                let status = std::str::from_utf8(&self.buffer[9..12]).ok().and_then(|text| text.parse().ok());
                return Ok((status.ok_or_else(|| Error::other("an answer without a status"))?, length));
            }
        }
    }

    fn answer(&self, status: u16, length: usize) -> Answer {
        let end = find(&self.buffer, b"\r\n\r\n").unwrap_or(length) + 4;
        let head = String::from_utf8_lossy(&self.buffer[..end]).into_owned();
        let body = &self.buffer[end..length];
        let body = if is_chunked(&self.buffer[..end]) { unchunk(body) } else { body.to_vec() };
        Answer { status, head, body }
    }
}

/// The bytes of a request for a page.
pub fn get(place: SocketAddr, path: &str, headers: &str) -> Vec<u8> {
    format!("GET {path} HTTP/1.1\r\nHost: {place}\r\n{headers}\r\n").into_bytes()
}

/// The length of the answer in the buffer, if it is whole.
fn whole_answer(bytes: &[u8]) -> Result<Option<usize>> {
    let Some(end) = find(bytes, b"\r\n\r\n").map(|end| end + 4) else { return Ok(None) };
    let head = &bytes[..end];
    if is_chunked(head) {
        let mut at = end;
        loop {
            let Some((size, from)) = chunk(&bytes[at..])? else { return Ok(None) };
            at += from + size + 2;
            if at > bytes.len() {
                return Ok(None);
            }
            if size == 0 {
                return Ok(Some(at));
            }
        }
    }
    let length = value(head, b"content-length: ").and_then(|value| value.parse::<usize>().ok()).unwrap_or(0);
    Ok((bytes.len() >= end + length).then_some(end + length))
}

fn is_chunked(head: &[u8]) -> bool {
    value(head, b"transfer-encoding: ") == Some("chunked")
}

/// The size of the chunk that begins here, and where its bytes begin.
fn chunk(bytes: &[u8]) -> Result<Option<(usize, usize)>> {
    let Some(end) = find(&bytes[..bytes.len().min(20)], b"\r\n") else { return Ok(None) };
    let size = std::str::from_utf8(&bytes[..end]).ok().and_then(|text| usize::from_str_radix(text, 16).ok());
    Ok(Some((size.ok_or_else(|| Error::other("a chunk without a size"))?, end + 2)))
}

fn unchunk(mut bytes: &[u8]) -> Vec<u8> {
    let mut body = Vec::new();
    while let Ok(Some((size, from))) = chunk(bytes) {
        if size == 0 {
            break;
        }
        body.extend_from_slice(&bytes[from..from + size]);
        bytes = &bytes[from + size + 2..];
    }
    body
}

/// The value of a header. hyper and node write names in their usual small or capital letters; both are tried.
fn value<'a>(head: &'a [u8], name: &[u8]) -> Option<&'a str> {
    let lines = head.split(|byte| *byte == b'\n');
    let line =
        lines.into_iter().find(|line| line.get(..name.len()).is_some_and(|start| start.eq_ignore_ascii_case(name)))?;
    std::str::from_utf8(&line[name.len()..]).ok().map(str::trim_end)
}

pub fn encode(text: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    text.bytes().map(|byte| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_whole_when_its_last_byte_is_there() {
        let plain = b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc";
        let chunked = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n";
        for whole in [&plain[..], &chunked[..]] {
            assert_eq!(whole_answer(whole).unwrap(), Some(whole.len()));
            for cut in 0..whole.len() {
                assert_eq!(whole_answer(&whole[..cut]).unwrap(), None, "cut at {cut}");
            }
        }
        assert_eq!(unchunk(b"3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n"), b"abcde");
    }
}

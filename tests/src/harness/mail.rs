//! Mail as its receiver sees it: files in the folder `mail` of the data folder, decoded far enough to find
//! the words and the links.

use std::ffi::OsString;
use std::path::Path;
use std::time::SystemTime;

/// One mail.
pub struct Mail {
    pub to: String,
    pub subject: String,
    pub text: String,
    pub sent: SystemTime,
    /// Its file in the folder.
    pub file: OsString,
}

impl Mail {
    /// The first link, whole.
    pub fn link(&self) -> Option<&str> {
        let start = self.text.find("http://").or_else(|| self.text.find("https://"))?;
        let rest = &self.text[start..];
        let end = rest.find(|sign: char| sign.is_whitespace() || matches!(sign, '<' | '>' | '"')).unwrap_or(rest.len());
        Some(&rest[..end])
    }
}

/// All mail in the folder, oldest first.
pub fn all(folder: &Path) -> Vec<Mail> {
    let Ok(entries) = std::fs::read_dir(folder) else { return Vec::new() };
    let mut mails: Vec<Mail> = entries
        .filter_map(Result::ok)
        .filter(|entry| entry.path().extension().is_some_and(|ending| ending == "eml"))
        .filter_map(|entry| {
            let sent = entry.metadata().ok()?.modified().ok()?;
            let bytes = std::fs::read(entry.path()).ok()?;
            Some(decode(&String::from_utf8_lossy(&bytes), sent, entry.file_name()))
        })
        .collect();
    mails.sort_by_key(|mail| mail.sent);
    mails
}

fn decode(mail: &str, sent: SystemTime, file: OsString) -> Mail {
    let mail = mail.replace("\r\n", "\n");
    let (head, _) = mail.split_once("\n\n").unwrap_or((&mail, ""));
    Mail { to: header(head, "to"), subject: header(head, "subject"), text: text(&mail), sent, file }
}

/// The first part that is text, decoded.
fn text(part: &str) -> String {
    let (head, body) = part.split_once("\n\n").unwrap_or((part, ""));
    let kind = header(head, "content-type");
    if let Some((_, boundary)) = kind.split_once("boundary=") {
        let boundary = boundary.split(';').next().unwrap_or_default().trim().trim_matches('"');
        return body
            .split(&format!("--{boundary}"))
            .nth(1)
            .map(|part| text(part.trim_start_matches('\n')))
            .unwrap_or_default();
    }
    match header(head, "content-transfer-encoding").to_lowercase().as_str() {
        "quoted-printable" => String::from_utf8_lossy(&quoted_printable(body)).into_owned(),
        "base64" => String::from_utf8_lossy(&base64(body)).into_owned(),
        _ => body.to_owned(),
    }
}

/// A header's value with its continuation lines.
fn header(head: &str, name: &str) -> String {
    let unfolded = head.replace("\n ", " ").replace("\n\t", " ");
    unfolded
        .lines()
        .filter_map(|line| line.split_once(':'))
        .find(|(key, _)| key.eq_ignore_ascii_case(name))
        .map(|(_, value)| value.trim().to_owned())
        .unwrap_or_default()
}

fn quoted_printable(body: &str) -> Vec<u8> {
    let joined = body.replace("=\n", "");
    let mut rest = joined.as_bytes();
    let mut out = Vec::with_capacity(rest.len());
    while let Some((&first, after)) = rest.split_first() {
        let code = after.get(..2).and_then(|code| std::str::from_utf8(code).ok());
        match (first, code.and_then(|code| u8::from_str_radix(code, 16).ok())) {
            (b'=', Some(byte)) => {
                out.push(byte);
                rest = &after[2..];
            }
            _ => {
                out.push(first);
                rest = after;
            }
        }
    }
    out
}

fn base64(body: &str) -> Vec<u8> {
    const SIGNS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = Vec::new();
    let (mut bits, mut count) = (0u32, 0);
    for value in body.bytes().filter_map(|byte| SIGNS.iter().position(|sign| *sign == byte)) {
        bits = bits << 6 | value as u32;
        count += 6;
        if count >= 8 {
            count -= 8;
            out.push((bits >> count) as u8);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(mail: &str, link: &str) {
        assert_eq!(decode(mail, SystemTime::UNIX_EPOCH, OsString::new()).link(), Some(link));
    }

    #[test]
    fn links_are_found_in_every_coding() {
        check("To: a@b.fi\r\n\r\nHei!\r\nhttp://x/fi/confirm?token=ab12\r\n", "http://x/fi/confirm?token=ab12");
        check(
            "To: a@b.fi\nContent-Transfer-Encoding: quoted-printable\n\nT=C3=A4ss=C3=A4: http://x/confirm?token=\n=3Dab12\n",
            "http://x/confirm?token=ab12",
        );
        check("Content-Transfer-Encoding: base64\n\naHR0cDovL3gvP3Rva2VuPWFi\nMTI=\n", "http://x/?token=ab12");
        check(
            "Content-Type: multipart/alternative;\n boundary=\"b\"\n\n--b\nContent-Type: text/plain\n\nhttp://x/1\n--b\n\nhttp://x/2\n--b--\n",
            "http://x/1",
        );
    }
}

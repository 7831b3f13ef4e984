//! Members' cookies: each signs in by the link in their mail, as people do. No passwords are hashed for it.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::path::Path;
use std::time::Duration;

use anyhow::{Context, Result, ensure};

use crate::fixture::email;
use crate::http::Client;
use crate::service::until;

/// A place of its own for each, as a proxy would tell it.
pub fn from(n: usize) -> String {
    format!("X-Forwarded-For: 10.{}.{}.{}\r\n", n >> 16 & 255, n >> 8 & 255, n & 255)
}

/// Signs the first `count` people of the fixture in; the cookies are in their order.
pub async fn sign_in(place: SocketAddr, data: &Path, count: usize) -> Result<Vec<String>> {
    let mut client = Client::open(place).await?;
    for person in 0..count {
        let fields = [("email", email(person)), ("act", "link".to_owned())];
        let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let answer = client.post("/fi/sign-in", &from(person), &fields).await?;
        ensure!(answer.status == 200, "asking for a link is answered by {}", answer.status);
    }
    let folder = data.join("mail");
    let mut tokens = HashMap::new();
    until("mail for everybody", Duration::from_secs(60), || {
        tokens = letters(&folder);
        let complete = (0..count).all(|person| tokens.contains_key(&email(person)));
        async move { Ok(complete) }
    })
    .await?;
    let mut cookies = Vec::new();
    for person in 0..count {
        let token = tokens.get(&email(person)).context("a letter that was there")?;
        let answer = client.post("/fi/sign-in/link", &from(person), &[("token", token)]).await?;
        let cookie = answer.header("set-cookie").and_then(|cookie| cookie.split(';').next());
        let cookie = cookie.with_context(|| format!("the link is answered by {}: {}", answer.status, answer.head))?;
        cookies.push(format!("Cookie: {cookie}\r\n"));
    }
    Ok(cookies)
}

/// The sign-in tokens in the mail folder, by address.
fn letters(folder: &Path) -> HashMap<String, String> {
    let files = std::fs::read_dir(folder).into_iter().flatten().filter_map(Result::ok);
    let letter = |file: std::fs::DirEntry| {
        let text = std::fs::read_to_string(file.path()).ok()?;
        // The header may be folded and its name encoded; the address always stands as it is.
        let address = &text[text.find("henkilo.")?..];
        let address = address[..address.find(".fi")? + 3].to_owned();
        let (_, rest) = text.split_once("/sign-in/link?token=")?;
        let token: String = rest.chars().take_while(char::is_ascii_alphanumeric).collect();
        Some((address, token))
    };
    files.filter(|file| file.path().extension().is_some_and(|ending| ending == "eml")).filter_map(letter).collect()
}

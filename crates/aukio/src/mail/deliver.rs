//! Delivers what waits in the outbox: to the mail server, or into files when there is none.
//!
//! A letter is claimed before it is handed over, so that two processes never hand over the same one. When a
//! process dies between handing over and noting it, the letter goes out again with the same Message-ID,
//! by which mail servers tell doubles.

use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use anyhow::Context;
use aukio_core::Time;
use lettre::message::header::{
    ContentTransferEncoding, ContentType, Header, HeaderName, HeaderValue, MIME_VERSION_1_0,
};
use lettre::message::{Body, Mailbox, Message};
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Tls, TlsParameters};
use lettre::{AsyncSmtpTransport, AsyncTransport, Tokio1Executor};
use tokio_util::sync::CancellationToken;

use crate::app::App;
use crate::db::Queries;
use crate::settings::Settings;

/// How often the outbox is looked into.
const PAUSE: Duration = Duration::from_millis(500);
const PORTION: i64 = 20;
/// A claimed letter is nobody else's for this long; longer than a mail server may take.
const CLAIM_SECONDS: i64 = 300;
const SERVER_SECONDS: u64 = 60;
/// The pause after the first failure; it doubles up to six hours.
const FIRST_PAUSE_SECONDS: i64 = 60;
const LONGEST_PAUSE_SECONDS: i64 = 6 * 3600;
/// After this long a letter is given up: its link has long stopped working.
const GIVE_UP_DAYS: i64 = 5;

#[derive(sqlx::FromRow)]
struct Waiting {
    id: i64,
    recipient: String,
    subject: String,
    body: String,
    language: String,
    created_at: i64,
    tries: i64,
    next_try_at: i64,
}

/// Delivers until told to stop.
pub async fn run(app: App, stop: CancellationToken) {
    let way = match Way::of(&app.settings) {
        Ok(way) => way,
        Err(error) => {
            tracing::error!(error = format!("{error:#}"), "mail cannot be sent; it waits in the outbox");
            return;
        }
    };
    loop {
        let busy = match deliver_due(&app, &way).await {
            Ok(delivered) => delivered == PORTION as usize,
            Err(error) => {
                tracing::warn!(%error, "the outbox cannot be read");
                false
            }
        };
        if busy && !stop.is_cancelled() {
            continue;
        }
        tokio::select! {
            () = stop.cancelled() => return,
            () = tokio::time::sleep(PAUSE) => {}
        }
    }
}

async fn deliver_due(app: &App, way: &Way) -> sqlx::Result<usize> {
    let due: Vec<Waiting> = app
        .db
        .all(
            "SELECT id, recipient, subject, body, language, created_at, tries, next_try_at FROM outbox
             WHERE next_try_at <= $1 ORDER BY next_try_at LIMIT $2",
            (app.clock.now().microseconds(), PORTION),
        )
        .await?;
    let count = due.len();
    for waiting in due {
        let now = app.clock.now();
        let claimed = app
            .db
            .execute(
                "UPDATE outbox SET tries = tries + 1, next_try_at = $3 WHERE id = $1 AND next_try_at = $2",
                (waiting.id, waiting.next_try_at, now.plus_seconds(CLAIM_SECONDS).microseconds()),
            )
            .await?;
        if claimed == 1 {
            hand_over(app, way, waiting, now).await?;
        }
    }
    Ok(count)
}

async fn hand_over(app: &App, way: &Way, waiting: Waiting, now: Time) -> sqlx::Result<()> {
    let id = waiting.id;
    let given_up = now.seconds_since(Time::from_microseconds(waiting.created_at)) > GIVE_UP_DAYS * 86_400;
    let Err(error) = way.take(&app.settings, &waiting).await else {
        metrics::counter!("aukio_mails_total", "outcome" => "sent").increment(1);
        return forget(app, id).await;
    };
    // The cause may quote the address or the text, so it is only for those who look closely.
    tracing::debug!(error = format!("{error:#}"), id, "a letter was not taken");
    metrics::counter!("aukio_mails_total", "outcome" => "failed").increment(1);
    if given_up {
        tracing::error!(id, tries = waiting.tries + 1, "a letter could not be delivered and is given up");
        return forget(app, id).await;
    }
    let pause = FIRST_PAUSE_SECONDS.saturating_mul(1 << waiting.tries.clamp(0, 20)).min(LONGEST_PAUSE_SECONDS);
    tracing::warn!(id, tries = waiting.tries + 1, pause_seconds = pause, "a letter could not be delivered yet");
    app.db
        .execute("UPDATE outbox SET next_try_at = $2 WHERE id = $1", (id, now.plus_seconds(pause).microseconds()))
        .await?;
    Ok(())
}

async fn forget(app: &App, id: i64) -> sqlx::Result<()> {
    app.db.execute("DELETE FROM outbox WHERE id = $1", (id,)).await?;
    Ok(())
}

/// Where letters go.
enum Way {
    Server(AsyncSmtpTransport<Tokio1Executor>),
    Folder(PathBuf),
}

impl Way {
    fn of(settings: &Settings) -> anyhow::Result<Way> {
        let Some(host) = &settings.smtp_host else {
            let folder = settings.folder("mail");
            std::fs::create_dir_all(&folder).with_context(|| format!("{} cannot be made", folder.display()))?;
            return Ok(Way::Folder(folder));
        };
        let tls = match settings.smtp_security.as_str() {
            "none" => Tls::None,
            "tls" => Tls::Wrapper(TlsParameters::new(host.clone())?),
            _ => Tls::Required(TlsParameters::new(host.clone())?),
        };
        let mut server = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(host.clone())
            .port(settings.smtp_port)
            .tls(tls)
            .timeout(Some(Duration::from_secs(SERVER_SECONDS)));
        if let (Some(user), Some(password)) = (&settings.smtp_user, &settings.smtp_password) {
            server = server.credentials(Credentials::new(user.clone(), password.clone()));
        }
        Ok(Way::Server(server.build()))
    }

    async fn take(&self, settings: &Settings, waiting: &Waiting) -> anyhow::Result<()> {
        match self {
            Way::Server(server) => {
                // Quoted-printable passes through servers that know ASCII only.
                let message = compose(settings, waiting, ContentTransferEncoding::QuotedPrintable)?;
                server.send(message).await?;
            }
            Way::Folder(folder) => {
                let message = compose(settings, waiting, ContentTransferEncoding::EightBit)?;
                write(folder, waiting.id, &message.formatted()).await?;
            }
        }
        Ok(())
    }
}

/// The file appears whole or not at all.
async fn write(folder: &Path, id: i64, bytes: &[u8]) -> anyhow::Result<()> {
    let (unfinished, file) = (folder.join(format!("{id}.part")), folder.join(format!("{id}.eml")));
    tokio::fs::write(&unfinished, bytes).await?;
    tokio::fs::rename(&unfinished, &file).await?;
    Ok(())
}

fn compose(settings: &Settings, waiting: &Waiting, encoding: ContentTransferEncoding) -> anyhow::Result<Message> {
    let from: Mailbox = settings.mail_from.parse().context("the sender is not an address")?;
    let message_id = format!("<{:x}.{}@{}>", waiting.id, waiting.created_at, from.email.domain());
    let seconds = u64::try_from(waiting.created_at / 1_000_000).unwrap_or_default();
    let body = match encoding {
        // Lettre wants lines of 76 bytes for this, which links exceed; 998 are allowed (RFC 5322 §2.1.1).
        ContentTransferEncoding::EightBit => {
            Body::dangerous_pre_encoded(waiting.body.replace('\n', "\r\n").into_bytes(), encoding)
        }
        encoding => Body::new_with_encoding(waiting.body.clone(), encoding)
            .map_err(|_| anyhow::anyhow!("the text does not fit the encoding"))?,
    };
    Ok(Message::builder()
        .from(from)
        .to(waiting.recipient.parse().context("the recipient is not an address")?)
        .subject(one_line(&waiting.subject))
        .date(SystemTime::UNIX_EPOCH + Duration::from_secs(seconds))
        .message_id(Some(message_id))
        .header(MIME_VERSION_1_0)
        .header(ContentType::TEXT_PLAIN)
        .header(Spoken(waiting.language.clone()))
        .header(AutoSubmitted)
        .body(body)?)
}

/// Nothing that is typed can begin a header of its own.
fn one_line(text: &str) -> String {
    text.split(char::is_control).collect::<Vec<_>>().join(" ")
}

/// The language of the letter (RFC 3282).
#[derive(Clone)]
struct Spoken(String);

impl Header for Spoken {
    fn name() -> HeaderName {
        HeaderName::new_from_ascii_str("Content-Language")
    }

    fn parse(text: &str) -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
        Ok(Self(text.to_owned()))
    }

    fn display(&self) -> HeaderValue {
        HeaderValue::new(Self::name(), self.0.clone())
    }
}

/// Tells holiday notices not to answer (RFC 3834).
#[derive(Clone)]
struct AutoSubmitted;

impl Header for AutoSubmitted {
    fn name() -> HeaderName {
        HeaderName::new_from_ascii_str("Auto-Submitted")
    }

    fn parse(_: &str) -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
        Ok(Self)
    }

    fn display(&self) -> HeaderValue {
        HeaderValue::new(Self::name(), "auto-generated".to_owned())
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;

    #[derive(Parser)]
    struct Program {
        #[command(flatten)]
        settings: Settings,
    }

    #[test]
    fn a_letter_has_these_headers_and_no_others() {
        let settings = Program::parse_from(["aukio"]).settings;
        let waiting = Waiting {
            id: 255,
            recipient: "helmi@example.fi".to_owned(),
            subject: "Vahvista sähköpostiosoitteesi\r\nBcc: kaikki@example.fi".to_owned(),
            body: "Hei Helmi,\n\nhttp://127.0.0.1:8080/fi/confirm?token=ab=cd\n\nTerveisin ääkköset\n".to_owned(),
            language: "fi".to_owned(),
            created_at: 1_795_000_000_000_000,
            tries: 0,
            next_try_at: 0,
        };
        let letter = |encoding| {
            let message = compose(&settings, &waiting, encoding).expect("it can be composed");
            String::from_utf8(message.formatted()).expect("it is UTF-8")
        };
        let plain = letter(ContentTransferEncoding::EightBit);
        let (head, body) = plain.split_once("\r\n\r\n").expect("a head and a body");
        let mut names: Vec<&str> = head
            .lines()
            .filter(|line| !line.starts_with(' '))
            .filter_map(|line| Some(line.split_once(':')?.0))
            .collect();
        names.sort_unstable();
        assert_eq!(
            names,
            [
                "Auto-Submitted",
                "Content-Language",
                "Content-Transfer-Encoding",
                "Content-Type",
                "Date",
                "From",
                "MIME-Version",
                "Message-ID",
                "Subject",
                "To"
            ]
        );
        assert!(body.contains("\r\nhttp://127.0.0.1:8080/fi/confirm?token=ab=cd\r\n"), "{body}");
        assert!(letter(ContentTransferEncoding::QuotedPrintable).is_ascii());
    }
}

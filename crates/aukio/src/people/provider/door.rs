//! The only requests that go out by HTTP: to the identity providers that the operator named. Bounded in time,
//! size and number; where an answer points is never followed. This machine itself is never asked, and what only
//! the operator's own network can reach only for a provider that is said to be there.

use std::error::Error;
use std::net::{IpAddr, SocketAddr};
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use http_body_util::{BodyExt, Full, Limited};
use hyper::body::Bytes;
use hyper::client::conn::http1;
use hyper::header::{HOST, HeaderValue, USER_AGENT};
use hyper::{Request, Uri};
use hyper_util::rt::TokioIo;
use openidconnect::{AsyncHttpClient, HttpRequest, HttpResponse};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::sync::Semaphore;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::pki_types::ServerName;
use tokio_rustls::rustls::{ClientConfig, RootCertStore};

/// From looking the name up to the last byte of the answer.
const SECONDS_MOST: u64 = 8;
/// Keys and descriptions of large providers have some ten thousand bytes.
const ANSWER_BYTES_MOST: usize = 256 * 1024;
const REQUESTS_MOST: usize = 8;

/// Why a provider gave no answer.
#[derive(Debug, thiserror::Error)]
pub enum Unreachable {
    #[error("the address {0} is none that may be asked")]
    Address(String),
    #[error("the answer takes too long")]
    Slow,
    #[error("the answer is too large or broken: {0}")]
    Answer(Box<dyn Error + Send + Sync>),
    #[error("{0}")]
    Io(#[from] std::io::Error),
    #[error("{0}")]
    Http(#[from] hyper::Error),
}

pub struct Door {
    /// For drills: plain HTTP, and this machine too.
    plain: bool,
    tls: TlsConnector,
    turns: Semaphore,
}

impl Door {
    pub fn new(plain: bool) -> Door {
        let roots = RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
        let config = ClientConfig::builder().with_root_certificates(roots).with_no_client_auth();
        Door { plain, tls: TlsConnector::from(Arc::new(config)), turns: Semaphore::new(REQUESTS_MOST) }
    }

    /// Whether people and programs may be sent to an address: https, or plain in a drill.
    pub fn allows(&self, address: &str) -> bool {
        address.starts_with("https://") || self.plain && address.starts_with("http://")
    }

    /// The door as it opens for one provider.
    pub fn to(&self, inside: bool) -> Doorway<'_> {
        Doorway { door: self, inside }
    }

    async fn asked(&self, request: HttpRequest, inside: bool) -> Result<HttpResponse, Unreachable> {
        let uri = request.uri().clone();
        let refused = || Unreachable::Address(uri.to_string());
        if !self.allows(&uri.to_string()) {
            return Err(refused());
        }
        let host = uri.host().ok_or_else(refused)?.trim_matches(['[', ']']).to_owned();
        let is_secure = uri.scheme_str() == Some("https");
        let port = uri.port_u16().unwrap_or(if is_secure { 443 } else { 80 });
        let _turn = self.turns.acquire().await.map_err(|_| Unreachable::Slow)?;
        let places: Vec<SocketAddr> = tokio::net::lookup_host((host.as_str(), port))
            .await?
            .filter(|place| self.plain || may_be_asked(place.ip(), inside))
            .collect();
        if places.is_empty() {
            return Err(refused());
        }
        let stream = TcpStream::connect(places.as_slice()).await?;
        if is_secure {
            let name = ServerName::try_from(host).map_err(|_| refused())?;
            return exchange(self.tls.connect(name, stream).await?, request).await;
        }
        exchange(stream, request).await
    }
}

/// A door as far as it opens for one provider.
pub struct Doorway<'d> {
    door: &'d Door,
    /// The provider stands in the operator's own network.
    inside: bool,
}

impl Doorway<'_> {
    /// Sends a request and gives its answer, whatever its status.
    pub async fn ask(&self, request: HttpRequest) -> Result<HttpResponse, Unreachable> {
        tokio::time::timeout(Duration::from_secs(SECONDS_MOST), self.door.asked(request, self.inside))
            .await
            .map_err(|_| Unreachable::Slow)?
    }
}

/// A type of its own rather than a closure, so that what waits for an answer can move between threads.
impl<'c> AsyncHttpClient<'c> for Doorway<'_> {
    type Error = Unreachable;
    type Future = Pin<Box<dyn Future<Output = Result<HttpResponse, Unreachable>> + Send + 'c>>;

    fn call(&'c self, request: HttpRequest) -> Self::Future {
        Box::pin(self.ask(request))
    }
}

fn may_be_asked(ip: IpAddr, inside: bool) -> bool {
    !is_own(ip) && (inside || !is_inside(ip))
}

/// What is reached from the operator's own network only: private addresses, and those that networks share out to
/// their customers (RFC 1918, 4193, 6598).
fn is_inside(ip: IpAddr) -> bool {
    match ip.to_canonical() {
        IpAddr::V4(ip) => ip.is_private() || ip.octets()[0] == 100 && ip.octets()[1] & 0xc0 == 64,
        IpAddr::V6(ip) => ip.is_unique_local(),
    }
}

/// This machine, or an address that leads nowhere else.
fn is_own(ip: IpAddr) -> bool {
    let ip = ip.to_canonical();
    let is_link_local = match ip {
        IpAddr::V4(ip) => ip.is_link_local() || ip.is_broadcast(),
        IpAddr::V6(ip) => ip.is_unicast_link_local(),
    };
    ip.is_loopback() || ip.is_unspecified() || ip.is_multicast() || is_link_local
}

async fn exchange<S>(stream: S, request: HttpRequest) -> Result<HttpResponse, Unreachable>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
    let line = tokio::spawn(connection);
    let (mut parts, body) = request.into_parts();
    let authority = parts.uri.authority().map(|authority| authority.as_str().to_owned()).unwrap_or_default();
    let path = parts.uri.path_and_query().map_or("/", |path| path.as_str()).to_owned();
    parts.uri = path.parse::<Uri>().map_err(|error| Unreachable::Answer(error.into()))?;
    parts.headers.insert(HOST, HeaderValue::from_str(&authority).map_err(|error| Unreachable::Answer(error.into()))?);
    parts.headers.insert(USER_AGENT, HeaderValue::from_static("aukio"));
    let answer = sender.send_request(Request::from_parts(parts, Full::new(Bytes::from(body)))).await?;
    let (parts, body) = answer.into_parts();
    let bytes = Limited::new(body, ANSWER_BYTES_MOST).collect().await.map_err(Unreachable::Answer)?.to_bytes();
    line.abort();
    Ok(HttpResponse::from_parts(parts, bytes.to_vec()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_machine_is_not_asked_and_nothing_goes_out_in_the_open() {
        let door = Door::new(false);
        for address in ["http://id.example.fi/", "ftp://id.example.fi/", "httpsx://", "id.example.fi"] {
            assert!(!door.allows(address), "{address}");
        }
        assert!(door.allows("https://id.example.fi/keys"));
        for own in ["127.0.0.1", "127.8.8.8", "::1", "0.0.0.0", "::ffff:127.0.0.1", "169.254.169.254", "fe80::1"] {
            assert!(is_own(own.parse().expect("an address")), "{own}");
        }
        let check = |address: &str, inside: bool, expected: bool| {
            assert_eq!(may_be_asked(address.parse().expect("an address"), inside), expected, "{address}");
        };
        for address in
            ["10.1.2.3", "172.31.0.1", "192.168.1.1", "100.64.0.1", "100.127.9.9", "fd00::1", "::ffff:10.0.0.1"]
        {
            check(address, false, false);
            check(address, true, true);
        }
        for address in ["192.0.2.1", "172.32.0.1", "100.63.0.1", "100.128.0.1", "2001:db8::1"] {
            check(address, false, true);
        }
        check("127.0.0.1", true, false);
    }
}

//! An identity provider (OpenID Connect) as an organisation runs one, honest or not.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

use axum::extract::{Form, Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use hmac::{Hmac, KeyInit, Mac};
use ring::rand::SystemRandom;
use ring::rsa::PublicKeyComponents;
use ring::signature::{self, RsaKeyPair};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use tempfile::TempDir;
use tokio::task::JoinHandle;

const CLIENT: &str = "aukio";
const SECRET: &str = "yhteinen salaisuus: 100 % & muuta";
const KEY: &[u8] = include_bytes!("../../data/identity/rsa.pk8");
const KEY_ID: &str = "avain-1";

/// What the provider does with the next sign-ins.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Play {
    Right,
    Refuses,
    WrongNonce,
    NoNonce,
    WrongAudience,
    SecondAudience,
    WrongIssuer,
    /// A key of somebody else's under the provider's name for its own.
    WrongKey,
    UnknownKey,
    /// `alg: none`.
    Unsigned,
    /// Signed with the secret that client and provider share.
    SharedSecret,
    Changed,
    Expired,
    Future,
    /// An answer that never comes.
    Slow,
    /// An answer without end.
    Huge,
    /// An answer that points to another address.
    Elsewhere,
    Broken,
}

/// A running provider and the settings that name it.
pub struct IdentityProvider {
    pub issuer: String,
    shared: Arc<Shared>,
    folder: TempDir,
    server: JoinHandle<()>,
}

struct Shared {
    issuer: String,
    key: RsaKeyPair,
    play: Mutex<Play>,
    /// Whom it signs in, as claims.
    person: Mutex<Value>,
    codes: Mutex<HashMap<String, Grant>>,
    asked: Mutex<Vec<String>>,
}

struct Grant {
    challenge: String,
    nonce: String,
    redirect: String,
}

impl IdentityProvider {
    pub async fn start() -> IdentityProvider {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let issuer = format!("http://{}", listener.local_addr().expect("it listens"));
        let shared = Arc::new(Shared {
            issuer: issuer.clone(),
            key: RsaKeyPair::from_pkcs8(KEY).expect("the key is one"),
            play: Mutex::new(Play::Right),
            person: Mutex::default(),
            codes: Mutex::default(),
            asked: Mutex::default(),
        });
        let pages = Router::new()
            .route("/.well-known/openid-configuration", get(describe))
            .route("/keys", get(keys))
            .route("/authorize", get(authorize))
            .route("/token", post(token))
            .with_state(shared.clone());
        let server = tokio::spawn(async move { axum::serve(listener, pages).await.expect("the provider serves") });
        IdentityProvider { issuer, shared, folder: super::folder(), server }
    }

    /// The settings with which a workspace trusts this provider; `more` are further lines of its entry.
    pub fn settings(&self, more: &str) -> Vec<(&'static str, String)> {
        let file = self.folder.path().join("providers.toml");
        std::fs::write(self.folder.path().join("secret"), format!("{SECRET}\n")).expect("the folder can be written");
        let issuer = &self.issuer;
        let text = format!(
            "[[provider]]\nkey = \"kunta\"\nname = \"Kuntatunnus\"\nissuer = \"{issuer}\"\nclient-id = \"{CLIENT}\"\n\
             secret-file = \"secret\"\n{more}\n"
        );
        std::fs::write(&file, text).expect("the folder can be written");
        vec![
            ("AUKIO_IDENTITY_PROVIDERS", file.display().to_string()),
            ("AUKIO_IDENTITY_PROVIDERS_PLAIN", "true".to_owned()),
        ]
    }

    /// Signs this person in from now on.
    pub fn knows(&self, claims: Value) {
        *self.shared.person.lock().expect("one story at a time") = claims;
    }

    pub fn plays(&self, play: Play) {
        *self.shared.play.lock().expect("one story at a time") = play;
    }

    /// What it was asked for, by the service and by browsers.
    pub fn asked(&self) -> Vec<String> {
        self.shared.asked.lock().expect("one story at a time").clone()
    }

    /// Nobody listens at its address any more.
    pub async fn goes_down(&mut self) {
        self.server.abort();
        let _ = (&mut self.server).await;
    }
}

impl Shared {
    fn play(&self) -> Play {
        *self.play.lock().expect("one story at a time")
    }

    fn note(&self, what: &str) {
        self.asked.lock().expect("one story at a time").push(what.to_owned());
    }

    fn signed(&self, header: &Value, claims: &Value, key: &RsaKeyPair) -> String {
        let text = format!("{}.{}", part(header), part(claims));
        let mut bytes = vec![0; key.public().modulus_len()];
        key.sign(&signature::RSA_PKCS1_SHA256, &SystemRandom::new(), text.as_bytes(), &mut bytes).expect("it signs");
        format!("{text}.{}", URL_SAFE_NO_PAD.encode(bytes))
    }

    fn id_token(&self, grant: &Grant) -> String {
        let now = now();
        let play = self.play();
        let mut claims = json!({
            "iss": self.issuer, "aud": CLIENT, "iat": now, "exp": now + 300, "auth_time": now, "nonce": grant.nonce,
        });
        let person = self.person.lock().expect("one story at a time").clone();
        for (name, value) in person.as_object().expect("claims are an object") {
            claims[name] = value.clone();
        }
        match play {
            Play::WrongNonce => claims["nonce"] = json!("toinen"),
            Play::NoNonce => drop(claims.as_object_mut().expect("an object").remove("nonce")),
            Play::WrongAudience => claims["aud"] = json!("toinen"),
            Play::SecondAudience => claims["aud"] = json!([CLIENT, "toinen"]),
            Play::WrongIssuer => claims["iss"] = json!("http://127.0.0.1:9"),
            Play::Expired => claims["exp"] = json!(now - 90),
            Play::Future => claims["iat"] = json!(now + 90),
            _ => {}
        }
        let header = json!({ "alg": "RS256", "kid": KEY_ID, "typ": "JWT" });
        match play {
            Play::Unsigned => format!("{}.{}.", part(&json!({ "alg": "none" })), part(&claims)),
            Play::SharedSecret => {
                let text = format!("{}.{}", part(&json!({ "alg": "HS256" })), part(&claims));
                let mut mac = Hmac::<Sha256>::new_from_slice(SECRET.as_bytes()).expect("a key of any length");
                mac.update(text.as_bytes());
                format!("{text}.{}", URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes()))
            }
            Play::WrongKey | Play::UnknownKey => {
                let pair = signature::EcdsaKeyPair::generate_pkcs8(
                    &signature::ECDSA_P256_SHA256_FIXED_SIGNING,
                    &SystemRandom::new(),
                )
                .expect("a new key");
                let random = SystemRandom::new();
                let pair = signature::EcdsaKeyPair::from_pkcs8(
                    &signature::ECDSA_P256_SHA256_FIXED_SIGNING,
                    pair.as_ref(),
                    &random,
                )
                .expect("it is a key");
                let kid = if play == Play::WrongKey { KEY_ID } else { "avain-2" };
                let text = format!("{}.{}", part(&json!({ "alg": "ES256", "kid": kid })), part(&claims));
                let bytes = pair.sign(&random, text.as_bytes()).expect("it signs");
                format!("{text}.{}", URL_SAFE_NO_PAD.encode(bytes))
            }
            Play::Changed => {
                let token = self.signed(&header, &claims, &self.key);
                let mut parts: Vec<String> = token.split('.').map(str::to_owned).collect();
                claims["sub"] = json!("joku-muu");
                parts[1] = part(&claims);
                parts.join(".")
            }
            _ => self.signed(&header, &claims, &self.key),
        }
    }
}

fn part(value: &Value) -> String {
    URL_SAFE_NO_PAD.encode(value.to_string())
}

#[expect(clippy::disallowed_methods, reason = "a provider asks its own clock")]
fn now() -> u64 {
    SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).expect("it is past 1970").as_secs()
}

async fn describe(State(shared): State<Arc<Shared>>) -> Json<Value> {
    shared.note("description");
    let issuer = &shared.issuer;
    Json(json!({
        "issuer": issuer,
        "authorization_endpoint": format!("{issuer}/authorize"),
        "token_endpoint": format!("{issuer}/token"),
        "jwks_uri": format!("{issuer}/keys"),
        "response_types_supported": ["code"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["RS256", "HS256", "none"],
    }))
}

async fn keys(State(shared): State<Arc<Shared>>) -> Json<Value> {
    shared.note("keys");
    let public: PublicKeyComponents<Vec<u8>> = shared.key.public().into();
    let (n, e) = (URL_SAFE_NO_PAD.encode(public.n), URL_SAFE_NO_PAD.encode(public.e));
    Json(json!({ "keys": [{ "kty": "RSA", "use": "sig", "alg": "RS256", "kid": KEY_ID, "n": n, "e": e }] }))
}

type Fields = HashMap<String, String>;

async fn authorize(State(shared): State<Arc<Shared>>, Query(asked): Query<Fields>) -> Response {
    let field = |name: &str| asked.get(name).cloned().unwrap_or_default();
    let right = field("response_type") == "code"
        && field("client_id") == CLIENT
        && field("code_challenge_method") == "S256"
        && field("scope").split(' ').any(|scope| scope == "openid")
        && !field("nonce").is_empty()
        && field("state").len() == 64;
    shared.note(&format!("authorize prompt={} max_age={}", field("prompt"), field("max_age")));
    if let Some(kinds) = asked.get("acr_values") {
        shared.note(&format!("acr_values={kinds}"));
    }
    if !right {
        return (StatusCode::BAD_REQUEST, "a request of the wrong kind").into_response();
    }
    let redirect = field("redirect_uri");
    if shared.play() == Play::Refuses {
        return Redirect::to(&format!("{redirect}?error=access_denied&state={}", field("state"))).into_response();
    }
    let mut codes = shared.codes.lock().expect("one story at a time");
    let code = format!("koodi-{}", codes.len() + 1);
    let grant = Grant { challenge: field("code_challenge"), nonce: field("nonce"), redirect: redirect.clone() };
    codes.insert(code.clone(), grant);
    Redirect::to(&format!("{redirect}?code={code}&state={}", field("state"))).into_response()
}

async fn token(State(shared): State<Arc<Shared>>, headers: HeaderMap, Form(asked): Form<Fields>) -> Response {
    shared.note("token");
    let field = |name: &str| asked.get(name).cloned().unwrap_or_default();
    match shared.play() {
        Play::Slow => tokio::time::sleep(Duration::from_secs(60)).await,
        Play::Elsewhere => return Redirect::temporary(&format!("{}/token?again", shared.issuer)).into_response(),
        Play::Broken => return (StatusCode::INTERNAL_SERVER_ERROR, "<h1>Rikki</h1>").into_response(),
        _ => {}
    }
    let told = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let told = told.strip_prefix("Basic ").and_then(|told| STANDARD.decode(told).ok()).unwrap_or_default();
    // RFC 6749 §2.3.1: name and secret are encoded as in a form before they are put together.
    let secret = "yhteinen+salaisuus%3A+100+%25+%26+muuta";
    let is_client = String::from_utf8_lossy(&told) == format!("{CLIENT}:{secret}");
    let invalid = || (StatusCode::BAD_REQUEST, Json(json!({ "error": "invalid_grant" }))).into_response();
    let Some(grant) = shared.codes.lock().expect("one story at a time").remove(&field("code")) else {
        return invalid();
    };
    let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(field("code_verifier").as_bytes()));
    if !is_client || challenge != grant.challenge || field("redirect_uri") != grant.redirect {
        return invalid();
    }
    let mut answer = json!({
        "access_token": "ei-käytetä", "token_type": "Bearer", "expires_in": 300, "id_token": shared.id_token(&grant),
    });
    if shared.play() == Play::Huge {
        answer["padding"] = json!("x".repeat(2_000_000));
    }
    Json(answer).into_response()
}

//! Starting and stopping the service.

use std::net::SocketAddr;

use anyhow::Context;
use aukio_core::{Clock, Ids};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::app::{App, Parts};
use crate::db::{Db, Queries};
use crate::documents::log::DocumentLog;
use crate::documents::{self, Documents};
use crate::feeds::sitemap::Map;
use crate::journal::{self, Journal};
use crate::live::{self, Hub};
use crate::metrics::Metrics;
use crate::people::password::Hasher;
use crate::people::provider::Providers;
use crate::people::second_factor::vault::Vault;
use crate::people::throttle::Throttle;
use crate::search::{self, Search};
use crate::settings::Settings;
use crate::web::cache::PageCache;
use crate::web::{router, server};
use crate::{disk, import, mail, people, privacy};

/// The example network, a part of the program.
const EXAMPLE: &str = include_str!("../../../example/network.jsonl");

/// Runs until it is asked to stop by SIGTERM, SIGINT, or a failure to start.
pub async fn run(mut settings: Settings, demo: bool) -> anyhow::Result<()> {
    if demo {
        // The example network's people share one password, so that anybody can look around as any of them.
        settings.second_factor = "nobody".to_owned();
    }
    let listener = TcpListener::bind(settings.listen)
        .await
        .with_context(|| format!("cannot listen on {}; choose another address with --listen", settings.listen))?;
    let address = listener.local_addr()?;
    let metrics = Metrics::install()?;
    let stop = CancellationToken::new();
    let app = open(settings, address, stop.clone()).await?;
    app.search.open(&app.settings.folder("index")).context("no search index can be opened")?;
    if demo {
        import::example(&app, EXAMPLE).await?;
    }

    people::second_factor::warn_of_other_keys(&app).await?;

    let tasks = TaskTracker::new();
    // Pages are drawn at the number that the live follower has reached, so it begins at the journal's end.
    let head = journal::head(&app.db).await?;
    app.journal.reached(head);
    tasks.spawn(live::run(app.clone(), head, stop.clone()));
    tasks.spawn(live::tell_presence(app.clone(), stop.clone()));
    tasks.spawn(documents::reading::tell_journal(app.clone(), stop.clone()));
    tasks.spawn(search::follow::follow(app.clone(), stop.clone()));
    tasks.spawn(mail::run(app.clone(), stop.clone()));
    tasks.spawn(people::retention::run(app.clone(), stop.clone()));
    tasks.spawn(privacy::run(app.clone(), stop.clone()));
    tasks.spawn(disk::watch(app.clone(), stop.clone()));

    announce(&app, address, demo).await?;
    let served = tokio::spawn(server::serve(listener, router::router(app.clone(), metrics), stop.clone()));
    asked_to_stop().await?;
    tracing::info!("stopping");
    // Rooms first: what they hold is committed and their clients are told to come back.
    app.documents.rooms.drain().await;
    stop.cancel();
    served.await?;
    tasks.close();
    if tokio::time::timeout(std::time::Duration::from_secs(5), tasks.wait()).await.is_err() {
        tracing::warn!("some tasks did not end in time");
    }
    app.db.close().await;
    Ok(())
}

/// Opens the data folder and the database. The index stays closed: one process has it, and that is the service.
pub async fn open(settings: Settings, address: SocketAddr, stop: CancellationToken) -> anyhow::Result<App> {
    std::fs::create_dir_all(&settings.data)
        .with_context(|| format!("the data folder {} cannot be made", settings.data.display()))?;
    let db = Db::open(settings.database.as_deref(), &settings.data).await.context("the database cannot be opened")?;
    let clock = Clock::machine();
    clock.pass_seconds(settings.clock_ahead_seconds);
    let memory_bytes = settings.documents_memory_mib.saturating_mul(1 << 20);
    let documents = Documents::new(DocumentLog::new(db.clone(), clock.clone()), memory_bytes, stop);
    Ok(App::new(Parts {
        #[cfg(feature = "passkeys")]
        passkeys: people::passkeys::Passkeys::of(&settings.public_address(address)),
        address: settings.public_address(address),
        ids: Ids::new(clock.clone()),
        journal: Journal::new(),
        hasher: Hasher::new(),
        throttle: Throttle::new(clock.clone()),
        vault: Vault::at(settings.secret_key()),
        providers: Providers::open(&settings).context("the identity providers cannot be read")?,
        live: Hub::new(),
        documents,
        pages: PageCache::default(),
        search: Search::closed(),
        map: Map::default(),
        db,
        clock,
        settings,
    }))
}

/// Tells the person at the console where the service is and what to do first.
async fn announce(app: &App, address: SocketAddr, demo: bool) -> anyhow::Result<()> {
    println!("listening on http://{address}");
    if app.settings.smtp_host.is_none() {
        println!("mail is written into {}", app.settings.folder("mail").display());
    }
    if demo {
        let password = import::demo_password(app).await?;
        println!("sign in at {}/fi/sign-in as helmi.saarela@example.fi with the password {password}", app.address);
    }
    if let Some(token) = people::first_administrator_token(app).await? {
        println!("first administrator: {}/fi/first-administrator?token={token}", app.address);
    }
    let (people,): (i64,) = app.db.one("SELECT COUNT(*) FROM person", ()).await?;
    tracing::info!(%address, people, postgres = (&app.db).is_postgres(), "ready");
    Ok(())
}

async fn asked_to_stop() -> anyhow::Result<()> {
    let mut terminate = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate())?;
    tokio::select! {
        _ = terminate.recv() => {}
        interrupted = tokio::signal::ctrl_c() => interrupted?,
    }
    Ok(())
}

//! Aukio: an open workspace service. `crates/README.md` is the map.

mod api;
mod app;
mod audit;
mod backup;
mod db;
mod disk;
mod documents;
mod export;
mod feeds;
mod front;
mod import;
mod journal;
mod live;
mod mail;
mod metrics;
mod people;
mod privacy;
mod search;
mod serve;
mod settings;
mod spaces;
mod threads;
mod verify;
mod web;
mod words;

use std::path::PathBuf;

use clap::{Parser, Subcommand};

use settings::Settings;

/// Set up at build time, in `.cargo/config.toml`: what is free for a second goes back to the system.
#[global_allocator]
static MEMORY: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

/// An open workspace: discussions, documents and search that anyone may read
#[derive(Parser)]
#[command(name = "aukio", version)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Run the service
    Serve(#[command(flatten)] Settings),
    /// Run the service with the example network in it
    Demo(#[command(flatten)] Settings),
    /// Bring in people, spaces, threads, messages and documents: a file with one JSON object a line, or an export
    Import {
        #[command(flatten)]
        settings: Settings,
        /// The file
        file: PathBuf,
    },
    /// Build the search index anew; a running service does it itself and goes on serving from the old one
    Reindex(#[command(flatten)] Settings),
    /// Take a backup of the database, while the service runs or not
    Backup {
        #[command(flatten)]
        settings: Settings,
        /// A folder to be made, or a file whose name ends with .zip
        #[arg(long, value_name = "DIR|FILE.zip")]
        to: PathBuf,
    },
    /// Write the whole site in open formats: JSON lines for programs, Markdown for people
    Export {
        #[command(flatten)]
        settings: Settings,
        /// A folder to be made, or a file whose name ends with .zip
        #[arg(long, value_name = "DIR|FILE.zip")]
        to: PathBuf,
        /// Only what any visitor may read
        #[arg(long)]
        public_only: bool,
        /// With the hashes of passwords, for moving to another server
        #[arg(long, conflicts_with = "public_only")]
        with_passwords: bool,
    },
    /// Put a backup into an empty place and compare
    Restore {
        #[command(flatten)]
        settings: Settings,
        /// The backup
        #[arg(long, value_name = "DIR|FILE.zip")]
        from: PathBuf,
        /// The file closed-accounts of the place that was lost: those accounts are closed again
        #[arg(long, value_name = "FILE")]
        closed: Option<PathBuf>,
    },
    /// Close accounts again that a restored database has open, as after pg_restore; with the service stopped
    CloseAgain {
        #[command(flatten)]
        settings: Settings,
        /// The file closed-accounts of the place that was lost, beside the one of this place
        #[arg(long, value_name = "FILE")]
        closed: Option<PathBuf>,
    },
    /// Take somebody's second factor away at once, when phone and recovery codes are lost
    TakeSecondFactor {
        #[command(flatten)]
        settings: Settings,
        /// The mail address of the account
        #[arg(long, value_name = "ADDRESS")]
        email: String,
        /// Why, and how you made sure who asks; it stands in the audit log
        #[arg(long, value_name = "TEXT")]
        reason: String,
    },
    /// See whether the data says the same everywhere, or whether a backup is whole
    Verify {
        #[command(flatten)]
        settings: Settings,
        /// Look at this backup instead of the database
        #[arg(long, value_name = "DIR|FILE.zip")]
        backup: Option<PathBuf>,
        /// Tell the sum of the content as well: equal wherever the content is
        #[arg(long)]
        hash: bool,
    },
}

impl Command {
    fn settings(&self) -> &Settings {
        match self {
            Command::Serve(settings)
            | Command::Demo(settings)
            | Command::Reindex(settings)
            | Command::Import { settings, .. }
            | Command::Backup { settings, .. }
            | Command::Export { settings, .. }
            | Command::Restore { settings, .. }
            | Command::CloseAgain { settings, .. }
            | Command::TakeSecondFactor { settings, .. }
            | Command::Verify { settings, .. } => settings,
        }
    }
}

fn main() -> anyhow::Result<()> {
    let known: Vec<String> = <Settings as clap::Args>::augment_args(clap::Command::new("settings"))
        .get_arguments()
        .filter_map(|argument| argument.get_long().map(str::to_owned))
        .collect();
    let arguments = settings::with_file(std::env::args().collect(), &known)?;
    let arguments = Arguments::parse_from(arguments);
    log(arguments.command.settings())?;
    // Chosen once, here, so that no two parts of the program bring a library of their own.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        match arguments.command {
            Command::Serve(settings) => serve::run(settings, false).await,
            Command::Demo(settings) => serve::run(settings, true).await,
            Command::Import { settings, file } => import::run(settings, &file).await,
            Command::Reindex(settings) => search::reindex::run(settings).await,
            Command::Backup { settings, to } => backup::run(settings, &to).await,
            Command::Restore { settings, from, closed } => backup::restore(settings, &from, closed).await,
            Command::CloseAgain { settings, closed } => people::closed::run(settings, closed.as_deref()).await,
            Command::TakeSecondFactor { settings, email, reason } => {
                people::way_back::run(settings, &email, &reason).await
            }
            Command::Export { settings, to, public_only, with_passwords } => {
                export::run(settings, &to, export::Scope { public_only, passwords: with_passwords }).await
            }
            Command::Verify { settings, backup, hash } => verify::run(settings, backup.as_deref(), hash).await,
        }
    })
}

/// Logs go to the standard error, so that what a program prints for people stays readable.
fn log(settings: &Settings) -> anyhow::Result<()> {
    let filter = tracing_subscriber::EnvFilter::try_new(&settings.log)?;
    let subscriber = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    match settings.log_format.as_str() {
        "json" => subscriber.json().init(),
        _ => subscriber.init(),
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_command_line_is_sound() {
        Arguments::command().debug_assert();
    }
}

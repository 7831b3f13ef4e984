//! The harness: a server, a database to go with it, and people who use them.

mod authenticator;
pub mod fault;
mod live;
mod mail;
mod page;
mod postgres;
mod provider;
mod server;
mod sync;
mod teller;
mod workspace;

use std::time::Duration;

pub use authenticator::Authenticator;
pub use live::Live;
pub use page::Page;
pub use postgres::database;
pub use provider::{IdentityProvider, Play};
pub use server::{binary, program};
pub use sync::{Stream, Sync, number, paragraph, update_frame};
pub use teller::Teller;
pub use workspace::{SPACE_CLOSED, Workspace, folder, on_both, on_both_told, run};

/// How long a story waits for something that must come.
pub const PATIENCE: Duration = Duration::from_secs(10);

/// How many times larger than usual the counts of the stories about load and crashes are: `AUKIO_SOAK`, 1 by default.
pub fn soak() -> usize {
    std::env::var("AUKIO_SOAK").ok().and_then(|value| value.parse().ok()).unwrap_or(1)
}

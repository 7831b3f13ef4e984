//! What every part of the program is handed: the database, the clock, the journal and the settings.

use std::ops::Deref;
use std::sync::Arc;

use aukio_core::{Clock, Ids};

use crate::db::Db;
use crate::documents::Documents;
use crate::feeds::sitemap::Map;
use crate::journal::Journal;
use crate::live::Hub;
use crate::people::password::Hasher;
use crate::people::provider::Providers;
use crate::people::second_factor::vault::Vault;
use crate::people::throttle::Throttle;
use crate::search::Search;
use crate::settings::Settings;
use crate::web::cache::PageCache;

/// Cheap to clone; all clones are the same service.
#[derive(Clone)]
pub struct App(Arc<Parts>);

pub struct Parts {
    pub settings: Settings,
    /// The address people use, for links in mails: no slash at the end.
    pub address: String,
    pub db: Db,
    pub clock: Clock,
    pub ids: Ids,
    pub journal: Journal,
    pub hasher: Hasher,
    pub throttle: Throttle,
    pub providers: Providers,
    pub vault: Vault,
    #[cfg(feature = "passkeys")]
    pub passkeys: crate::people::passkeys::Passkeys,
    pub live: Hub,
    pub documents: Documents,
    pub search: Search,
    pub map: Map,
    pub pages: PageCache,
}

impl App {
    pub fn new(parts: Parts) -> Self {
        Self(Arc::new(parts))
    }

    /// Whether pages offer passkeys.
    pub fn offers_passkeys(&self) -> bool {
        self.passkey_site().is_some()
    }

    /// The name that passkeys are made for, where they are offered.
    #[cfg(feature = "passkeys")]
    pub fn passkey_site(&self) -> Option<&str> {
        self.passkeys.name()
    }

    #[cfg(not(feature = "passkeys"))]
    pub fn passkey_site(&self) -> Option<&str> {
        None
    }

    /// Whether people reach the service by https, so that cookies can be bound to it.
    pub fn is_secure(&self) -> bool {
        self.address.starts_with("https://")
    }
}

impl Deref for App {
    type Target = Parts;

    fn deref(&self) -> &Parts {
        &self.0
    }
}

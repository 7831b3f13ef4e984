//! Settings: the same names as flags (`--smtp-host`), environment (`AUKIO_SMTP_HOST`) and TOML keys
//! (`smtp-host`). A flag wins over the environment, the environment over the file.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use anyhow::Context;
use clap::Args;

/// Where and how the service runs.
#[derive(Args, Clone, Debug)]
pub struct Settings {
    /// A TOML file with any of these settings
    #[arg(long, env = "AUKIO_CONFIG", value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Address and port to listen on
    #[arg(long, env = "AUKIO_LISTEN", default_value = "127.0.0.1:8080")]
    pub listen: SocketAddr,
    /// Folder for everything that is kept: database, search index, mail that was not sent
    #[arg(long, env = "AUKIO_DATA", default_value = "data", value_name = "DIR")]
    pub data: PathBuf,
    /// PostgreSQL to use instead of the database in the data folder
    #[arg(long, env = "AUKIO_DATABASE", value_name = "postgres://…")]
    pub database: Option<String>,
    /// Address that people use, when a proxy stands before the service (https://aukio.example.fi)
    #[arg(long, env = "AUKIO_PUBLIC_ADDRESS", value_name = "URL")]
    pub public_address: Option<String>,
    /// Name of the organisation that runs the service, for the standing pages
    #[arg(long, env = "AUKIO_OPERATOR", default_value = "Aukio", hide_default_value = true)]
    pub operator: String,
    /// E-mail address where people get help
    #[arg(long, env = "AUKIO_CONTACT", default_value = "aukio@example.fi", hide_default_value = true)]
    pub contact: String,
    /// Mail server; without it, mail is written into the folder `mail` of the data folder
    #[arg(long, env = "AUKIO_SMTP_HOST")]
    pub smtp_host: Option<String>,
    /// Port of the mail server
    #[arg(long, env = "AUKIO_SMTP_PORT", default_value_t = 587)]
    pub smtp_port: u16,
    /// How the mail server is reached: starttls, tls or none
    #[arg(long, env = "AUKIO_SMTP_SECURITY", default_value = "starttls", value_parser = ["starttls", "tls", "none"])]
    pub smtp_security: String,
    /// Name for the mail server
    #[arg(long, env = "AUKIO_SMTP_USER")]
    pub smtp_user: Option<String>,
    /// Password for the mail server
    #[arg(long, env = "AUKIO_SMTP_PASSWORD", hide_env_values = true)]
    pub smtp_password: Option<String>,
    /// Sender of the service's mail
    #[arg(long, env = "AUKIO_MAIL_FROM", default_value = "Aukio <aukio@localhost.localdomain>")]
    pub mail_from: String,
    /// Addresses of proxies whose X-Forwarded-For is believed, separated by commas
    #[arg(long, env = "AUKIO_TRUSTED_PROXIES", value_delimiter = ',')]
    pub trusted_proxies: Vec<std::net::IpAddr>,
    /// Who must have a second factor: caretakers (coordinators and administrators) or nobody
    #[arg(long, env = "AUKIO_SECOND_FACTOR", default_value = "caretakers", value_parser = ["caretakers", "nobody"])]
    pub second_factor: String,
    /// Below this percentage of free space on the data folder's disk, administrators are told
    #[arg(long, env = "AUKIO_DISK_WARNING_PERCENT", default_value_t = 10, value_name = "PERCENT")]
    pub disk_warning_percent: u64,
    /// Memory that open documents may take together, in MiB by estimate; when it is in use, no more are opened
    #[arg(long, env = "AUKIO_DOCUMENTS_MEMORY_MIB", default_value_t = 512, value_name = "MIB")]
    pub documents_memory_mib: usize,
    /// File with the key that seals the secrets of authenticator apps; without it, secret.key in the data folder
    #[arg(long, env = "AUKIO_SECRET_KEY_FILE", value_name = "FILE")]
    pub secret_key_file: Option<PathBuf>,
    /// A TOML file that names the identity providers with which people may sign in
    #[arg(long, env = "AUKIO_IDENTITY_PROVIDERS", value_name = "FILE")]
    pub identity_providers: Option<PathBuf>,
    /// Ask identity providers without https and on this machine too, for drills
    #[arg(long, env = "AUKIO_IDENTITY_PROVIDERS_PLAIN", hide = true)]
    pub identity_providers_plain: bool,
    /// Seconds that the service's clock is ahead of the machine's, for drills
    #[arg(long, env = "AUKIO_CLOCK_AHEAD_SECONDS", default_value_t = 0, hide = true)]
    pub clock_ahead_seconds: i64,
    /// How logs are written: text or json
    #[arg(long, env = "AUKIO_LOG_FORMAT", default_value = "text", value_parser = ["text", "json"])]
    pub log_format: String,
    /// What is logged, in the notation of tracing's EnvFilter
    #[arg(long, env = "AUKIO_LOG", default_value = "info,tantivy=warn,sqlx=warn")]
    pub log: String,
}

impl Settings {
    /// The address that stands in mails, without a slash at the end.
    pub fn public_address(&self, listening: SocketAddr) -> String {
        match &self.public_address {
            Some(address) => address.trim_end_matches('/').to_owned(),
            None => format!("http://{listening}"),
        }
    }

    /// Whether coordinators and administrators need a second factor for what only they may do.
    pub fn asks_caretakers(&self) -> bool {
        self.second_factor != "nobody"
    }

    /// Where the key is that seals the secrets of authenticator apps.
    pub fn secret_key(&self) -> PathBuf {
        self.secret_key_file.clone().unwrap_or_else(|| self.data.join("secret.key"))
    }

    pub fn folder(&self, name: &str) -> PathBuf {
        self.data.join(name)
    }
}

/// Puts the values of the configuration file into the environment's place before the flags are read:
/// for each key that neither a flag nor the environment sets, a flag is added.
///
/// # Errors
/// When the file cannot be read, is not TOML, or has a key that is no setting.
pub fn with_file(arguments: Vec<String>, known: &[String]) -> anyhow::Result<Vec<String>> {
    let flag = |name: &str| arguments.iter().position(|given| given == name || given.starts_with(&format!("{name}=")));
    let file = match flag("--config") {
        Some(place) => match arguments[place].split_once('=') {
            Some((_, file)) => Some(file.to_owned()),
            None => arguments.get(place + 1).cloned(),
        },
        None => std::env::var("AUKIO_CONFIG").ok(),
    };
    let Some(file) = file else { return Ok(arguments) };
    let mut all = arguments.clone();
    for (key, value) in read(Path::new(&file))? {
        anyhow::ensure!(known.contains(&key), "{file}: there is no setting `{key}`");
        let variable = format!("AUKIO_{}", key.to_uppercase().replace('-', "_"));
        if flag(&format!("--{key}")).is_none() && std::env::var_os(variable).is_none() {
            all.push(format!("--{key}={value}"));
        }
    }
    Ok(all)
}

fn read(file: &Path) -> anyhow::Result<Vec<(String, String)>> {
    let text = std::fs::read_to_string(file).with_context(|| format!("{} cannot be read", file.display()))?;
    let table: toml::Table = text.parse().with_context(|| format!("{} is not TOML", file.display()))?;
    let plain = |value: toml::Value| match value {
        toml::Value::String(text) => text,
        toml::Value::Array(values) => {
            values.into_iter().map(|value| value.as_str().unwrap_or_default().to_owned()).collect::<Vec<_>>().join(",")
        }
        other => other.to_string(),
    };
    Ok(table.into_iter().map(|(key, value)| (key.replace('_', "-"), plain(value))).collect())
}

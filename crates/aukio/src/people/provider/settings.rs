//! Which identity providers the site trusts: a TOML file that the setting `identity-providers` names.

use std::path::Path;

use anyhow::{Context, ensure};
use aukio_core::text::Email;
use serde::Deserialize;

/// Providers of one site: each is a button on the page for signing in.
const PROVIDERS_MOST: usize = 10;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    provider: Vec<Entry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Entry {
    key: String,
    name: String,
    issuer: String,
    client_id: String,
    secret_file: Option<std::path::PathBuf>,
    #[serde(default)]
    makes_accounts: bool,
    #[serde(default)]
    domains: Vec<String>,
    #[serde(default)]
    strong_acr: Vec<String>,
    #[serde(default)]
    strong_amr: Vec<String>,
    #[serde(default)]
    inside: bool,
}

/// One provider as the operator set it.
pub struct Trusted {
    /// Its name in addresses.
    pub key: String,
    /// Its name for people.
    pub name: String,
    pub issuer: String,
    pub client_id: String,
    pub secret: Option<String>,
    /// Whether somebody whom it vouches for may make an account.
    pub makes_accounts: bool,
    /// Domains of the addresses with which accounts are made; empty for all.
    domains: Vec<String>,
    /// What the provider says of a sign-in that used a second factor.
    strong_acr: Vec<String>,
    strong_amr: Vec<String>,
    /// Whether it stands in the operator's own network, at an address that nobody else reaches.
    pub inside: bool,
}

impl Trusted {
    /// The kinds of sign-in to ask the provider for.
    pub fn strong_acr(&self) -> &[String] {
        &self.strong_acr
    }

    /// Whether an account may be made with this address.
    pub fn takes(&self, email: &Email) -> bool {
        let key = email.key();
        let domain = key.rsplit('@').next().unwrap_or_default();
        self.domains.is_empty() || self.domains.iter().any(|taken| taken == domain)
    }

    /// Whether any sign-in there counts as one with two factors.
    pub fn may_be_strong(&self) -> bool {
        !self.strong_acr.is_empty() || !self.strong_amr.is_empty()
    }

    /// Whether what the provider says of the sign-in means that a second factor was part of it.
    pub fn is_strong<'a>(&self, acr: Option<&str>, mut amr: impl Iterator<Item = &'a str>) -> bool {
        acr.is_some_and(|acr| self.strong_acr.iter().any(|strong| strong == acr))
            || amr.any(|method| self.strong_amr.iter().any(|strong| strong == method))
    }
}

/// Reads the file and the secrets that it names; a relative path of a secret starts at the file.
pub fn read(file: &Path) -> anyhow::Result<Vec<Trusted>> {
    let text = std::fs::read_to_string(file).with_context(|| format!("{} cannot be read", file.display()))?;
    let entries: File = toml::from_str(&text).with_context(|| format!("{} is not as it should be", file.display()))?;
    ensure!(entries.provider.len() <= PROVIDERS_MOST, "{}: at most {PROVIDERS_MOST} providers", file.display());
    let folder = file.parent().unwrap_or(Path::new(""));
    let mut all: Vec<Trusted> = Vec::new();
    for entry in entries.provider {
        let plain = |sign: char| sign.is_ascii_lowercase() || sign.is_ascii_digit() || sign == '-';
        let key = entry.key;
        ensure!(!key.is_empty() && key.len() <= 32 && key.chars().all(plain), "`{key}`: a key is of a-z, 0-9 and -");
        ensure!(all.iter().all(|other| other.key != key), "the provider `{key}` stands twice");
        ensure!(!entry.name.trim().is_empty() && entry.name.len() <= 80, "the provider `{key}` needs a name");
        let secret = match entry.secret_file {
            None => None,
            Some(path) => {
                let path = folder.join(path);
                let secret = std::fs::read_to_string(&path);
                let secret = secret.with_context(|| format!("{} cannot be read", path.display()))?;
                Some(secret.trim().to_owned())
            }
        };
        all.push(Trusted {
            key,
            name: entry.name.trim().to_owned(),
            issuer: entry.issuer,
            client_id: entry.client_id,
            secret,
            makes_accounts: entry.makes_accounts,
            domains: entry.domains.into_iter().map(|domain| domain.trim_start_matches('@').to_lowercase()).collect(),
            strong_acr: entry.strong_acr,
            strong_amr: entry.strong_amr,
            inside: entry.inside,
        });
    }
    Ok(all)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_text(text: &str) -> anyhow::Result<Vec<Trusted>> {
        let folder = std::env::temp_dir().join(format!("aukio-providers-{:016x}", rand::random::<u64>()));
        std::fs::create_dir_all(&folder)?;
        std::fs::write(folder.join("secret"), "salaisuus\n")?;
        std::fs::write(folder.join("providers.toml"), text)?;
        let read = read(&folder.join("providers.toml"));
        std::fs::remove_dir_all(&folder)?;
        read
    }

    const ONE: &str =
        "[[provider]]\nkey = \"kunta\"\nname = \"Kunta\"\nissuer = \"https://id.example.fi\"\nclient-id = \"aukio\"\n";

    #[test]
    fn a_file_names_providers_and_their_secrets() {
        let all =
            read_text(&format!("{ONE}secret-file = \"secret\"\ndomains = [\"@Kunta.fi\"]\nstrong-amr = [\"mfa\"]\n"));
        let all = all.expect("the file is good");
        assert_eq!(all[0].secret.as_deref(), Some("salaisuus"));
        let takes = |email: &str| all[0].takes(&Email::parse(email).expect("an address"));
        assert!(takes("helmi@kunta.fi") && !takes("helmi@example.fi") && !takes("helmi@x.kunta.fi"));
        assert!(all[0].is_strong(None, ["pwd", "mfa"].into_iter()));
        assert!(!all[0].is_strong(Some("mfa"), ["pwd"].into_iter()));
    }

    #[test]
    fn what_is_wrong_in_the_file_is_said() {
        let check = |text: &str| assert!(read_text(text).is_err(), "{text}");
        check("provider = 1");
        check(&format!("{ONE}secret = \"in the open\"\n"));
        check(&format!("{ONE}secret-file = \"missing\"\n"));
        check(&format!("{ONE}{ONE}"));
        check(&ONE.replace("kunta", "kunta/.."));
        check(&ONE.replace("\"Kunta\"", "\"\""));
    }
}

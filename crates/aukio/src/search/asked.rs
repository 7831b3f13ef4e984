//! A question as it stands in an address: the same for the page, the feed and the API.

use aukio_core::{SpaceId, Time, Viewer};
use aukio_index::{Cursor, Filter, Kind, Query, Sort, Tongue};
use jiff::civil::Date;
use serde::Deserialize;

use crate::app::App;
use crate::people::http::encode;
use crate::spaces;
use crate::words::start_of_day;

/// Values of one filter that count; the rest is cut.
const VALUES_MOST: usize = 20;

/// Everything that a page of a search needs. Each value may be repeated; several may stand in one, apart by
/// commas.
#[derive(Deserialize, Default, Clone)]
#[serde(default)]
pub struct Asked {
    pub q: String,
    pub kind: Vec<String>,
    /// Slugs or ids.
    pub space: Vec<String>,
    pub language: Vec<String>,
    pub year: Vec<String>,
    /// Nothing older: a year, a day or a moment.
    pub from: String,
    pub sort: String,
    pub limit: String,
    pub after: String,
    pub prefix: String,
}

/// A value that means nothing here.
#[derive(Debug)]
pub struct Fault {
    pub parameter: &'static str,
    pub message: String,
}

impl Asked {
    pub fn is_newest(&self) -> bool {
        self.sort == "newest"
    }

    /// The parameters, encoded: `q=…&kind=…`.
    pub fn parameters(&self) -> String {
        let mut text = format!("q={}", encode(&self.q));
        for (name, values) in
            [("kind", &self.kind), ("space", &self.space), ("language", &self.language), ("year", &self.year)]
        {
            for value in values {
                text.push_str(&format!("&{name}={}", encode(value)));
            }
        }
        let sort = if self.is_newest() { "newest" } else { "" };
        for (name, value) in [("from", self.from.as_str()), ("sort", sort), ("after", &self.after)] {
            if !value.is_empty() {
                text.push_str(&format!("&{name}={}", encode(value)));
            }
        }
        text
    }

    pub fn address(&self) -> String {
        format!("/search?{}", self.parameters())
    }

    /// The question for the index, within what the viewer may read, and what of the address means nothing.
    /// Pages pass over faults; programs are told of them.
    pub async fn query(&self, app: &App, viewer: &Viewer, limit: usize) -> sqlx::Result<(Query, Vec<Fault>)> {
        let mut faults = Vec::new();
        let audiences = spaces::store::audiences(&app.db, viewer.key()).await?;
        let mut filter = Filter {
            kinds: each(&mut faults, "kind", &self.kind, &kinds(), Kind::parse),
            languages: each(&mut faults, "language", &self.language, "fi, sv or en", Tongue::parse),
            years: each(&mut faults, "year", &self.year, "a year such as 2026", |year| year.parse().ok()),
            since: one(&mut faults, "from", &self.from, "a year, a day (2026-11-24) or a moment", moment),
            spaces: Vec::new(),
        };
        for value in values(&self.space) {
            match space(app, &audiences, value).await? {
                Some(id) => filter.spaces.push(id),
                None => faults.push(fault("space", value, "the slug or id of a space that you may read")),
            }
        }
        let sort = one(&mut faults, "sort", &self.sort, "best or newest", |sort| match sort {
            "best" => Some(Sort::Best),
            "newest" => Some(Sort::Newest),
            _ => None,
        });
        let limit = one(&mut faults, "limit", &self.limit, "a number from 1 to 100", |limit| {
            limit.parse().ok().filter(|limit| (1..=100).contains(limit))
        })
        .unwrap_or(limit);
        let after = one(&mut faults, "after", &self.after, "the value of `next` in the page before", |after| {
            after.parse::<Cursor>().ok()
        });
        let prefix = one(&mut faults, "prefix", &self.prefix, "1 or 0", |prefix| match prefix {
            "1" => Some(true),
            "0" => Some(false),
            _ => None,
        });
        let (sort, prefix) = (sort.unwrap_or_default(), prefix.unwrap_or(false));
        Ok((Query { text: self.q.clone(), audiences, filter, sort, limit, after, prefix }, faults))
    }
}

fn kinds() -> String {
    Kind::ALL.map(Kind::name).join(", ")
}

fn fault(parameter: &'static str, value: &str, wanted: &str) -> Fault {
    let value: String = value.chars().take(40).collect();
    Fault { parameter, message: format!("`{value}` is not {wanted}") }
}

fn values(all: &[String]) -> impl Iterator<Item = &str> {
    all.iter().flat_map(|value| value.split(',')).map(str::trim).filter(|value| !value.is_empty()).take(VALUES_MOST)
}

fn each<T>(
    faults: &mut Vec<Fault>,
    parameter: &'static str,
    given: &[String],
    wanted: &str,
    parse: impl Fn(&str) -> Option<T>,
) -> Vec<T> {
    let mut all = Vec::new();
    for value in values(given) {
        match parse(value) {
            Some(parsed) => all.push(parsed),
            None => faults.push(fault(parameter, value, wanted)),
        }
    }
    all
}

fn one<T>(
    faults: &mut Vec<Fault>,
    parameter: &'static str,
    given: &str,
    wanted: &str,
    parse: impl Fn(&str) -> Option<T>,
) -> Option<T> {
    if given.is_empty() {
        return None;
    }
    let parsed = parse(given);
    if parsed.is_none() {
        faults.push(fault(parameter, given, wanted));
    }
    parsed
}

/// A space that the asker may read. One that is closed to them and one that never was are the same.
async fn space(app: &App, audiences: &[i64], value: &str) -> sqlx::Result<Option<i64>> {
    let mut found = spaces::store::by_slug(&app.db, value).await?;
    if found.is_none()
        && let Ok(id) = value.parse::<SpaceId>()
    {
        found = spaces::store::by_id(&app.db, id).await?;
    }
    Ok(found.filter(|space| audiences.contains(&space.audience)).map(|space| space.id.0))
}

/// The beginning of a year or a day in Finland, or a moment, in microseconds since the Unix epoch.
fn moment(text: &str) -> Option<i64> {
    let day = match text.parse::<i16>() {
        Ok(year) => Date::new(year, 1, 1).ok(),
        Err(_) => text.parse::<Date>().ok().filter(|_| text.len() == 10),
    };
    let at = match day {
        Some(day) => start_of_day(day),
        None => text.parse::<jiff::Timestamp>().ok().map(Time::from),
    };
    at.map(Time::microseconds)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_years_days_or_moments() {
        let check = |text: &str, expected: Option<&str>| {
            let at = moment(text).map(|at| Time::from_microseconds(at).timestamp().to_string());
            assert_eq!(at.as_deref(), expected, "{text}");
        };
        check("2026", Some("2025-12-31T22:00:00Z"));
        check("2026-07-01", Some("2026-06-30T21:00:00Z"));
        check("2026-07-01T12:00:00Z", Some("2026-07-01T12:00:00Z"));
        check("yesterday", None);
        check("2026-13-01", None);
        check("99999", None);
    }
}

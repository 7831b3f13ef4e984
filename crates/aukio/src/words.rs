//! The words of the service in its three languages, from `web/words/{fi,sv,en}/*.ftl` (Fluent syntax,
//! <https://projectfluent.org>). One word for one thing; VOCABULARY for the project is the Fluent files.

use std::borrow::Borrow;
use std::fmt;
use std::sync::LazyLock;

use aukio_core::text::TextError;
use aukio_core::{Language, Sector, Time};
use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource, FluentValue};
use intl_memoizer::concurrent::IntlLangMemoizer;
use jiff::civil::Date;
use jiff::tz::TimeZone;

#[derive(rust_embed::RustEmbed)]
#[folder = "../../web/words"]
#[include = "*.ftl"]
struct Files;

static BUNDLES: LazyLock<[FluentBundle<FluentResource>; 3]> = LazyLock::new(|| Language::ALL.map(bundle));

/// Everything in the service happens in one zone; events of other zones will say theirs.
static HELSINKI: LazyLock<TimeZone> = LazyLock::new(|| TimeZone::get("Europe/Helsinki").unwrap_or(TimeZone::UTC));

fn bundle(language: Language) -> FluentBundle<FluentResource> {
    let id = language.tag().parse().unwrap_or_default();
    let mut bundle = FluentBundle::new_concurrent(vec![id]);
    bundle.set_use_isolating(false);
    bundle.set_formatter(Some(match language {
        Language::Fi | Language::Sv => |value: &FluentValue<'_>, _: &IntlLangMemoizer| grouped(value, '\u{a0}'),
        Language::En => |value: &FluentValue<'_>, _: &IntlLangMemoizer| grouped(value, ','),
    }));
    let folder = format!("{language}/");
    for file in Files::iter().filter(|file| file.starts_with(&folder)) {
        let Some(content) = Files::get(&file) else { continue };
        let text = String::from_utf8_lossy(&content.data).into_owned();
        let resource = FluentResource::try_new(text).unwrap_or_else(|(resource, errors)| {
            tracing::error!(%file, ?errors, "words cannot be read");
            resource
        });
        bundle.add_resource_overriding(resource);
    }
    bundle
}

/// Groups the digits of whole numbers: 30 000.
fn grouped(value: &FluentValue<'_>, separator: char) -> Option<String> {
    match value {
        FluentValue::Number(number) if number.value.fract() == 0.0 => Some(group(number.value as i64, separator)),
        _ => None,
    }
}

fn group(number: i64, separator: char) -> String {
    let digits = number.unsigned_abs().to_string();
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        // A four-digit number stays together, as Finnish and Swedish orthography prefer.
        if place > 0 && digits.len() > 4 && (digits.len() - place).is_multiple_of(3) {
            text.push(separator);
        }
        text.push(digit);
    }
    if number < 0 { format!("−{text}") } else { text }
}

/// Speaks one language.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Words(pub Language);

impl Words {
    /// The text of `key`.
    pub fn say(self, key: &str) -> String {
        self.with_all(key, &[])
    }

    /// The text of `key` with `$name` set.
    pub fn with<'a>(self, key: &str, name: &str, value: impl Into<FluentValue<'a>>) -> String {
        self.with_all(key, &[(name, value.into())])
    }

    /// The text of `key` for `$n` things.
    pub fn count(self, key: &str, n: impl Borrow<i64>) -> String {
        self.with_all(key, &[("n", FluentValue::from(*n.borrow()))])
    }

    /// The text of `key` with two values set.
    pub fn with2<'a>(
        self,
        key: &str,
        first: &str,
        first_value: impl Into<FluentValue<'a>>,
        second: &str,
        second_value: impl Into<FluentValue<'a>>,
    ) -> String {
        self.with_all(key, &[(first, first_value.into()), (second, second_value.into())])
    }

    pub fn with_all(self, key: &str, values: &[(&str, FluentValue<'_>)]) -> String {
        let bundle = &BUNDLES[self.0 as usize];
        let Some(pattern) = bundle.get_message(key).and_then(|message| message.value()) else {
            // A test looks for keys without words, so this is only ever seen while one is being written.
            tracing::error!(key, language = %self.0, "there are no words");
            return format!("⟦{key}⟧");
        };
        let mut arguments = FluentArgs::new();
        for (name, value) in values {
            arguments.set((*name).to_owned(), value.clone());
        }
        let mut errors = Vec::new();
        let text = bundle.format_pattern(pattern, Some(&arguments), &mut errors);
        if !errors.is_empty() {
            tracing::error!(key, ?errors, "words do not fit their values");
        }
        text.into_owned()
    }

    pub fn tag(self) -> &'static str {
        self.0.tag()
    }

    /// What is wrong with a text, as a sentence that says what to do.
    pub fn text_error(self, error: TextError) -> String {
        match error {
            TextError::Empty => self.say("text-empty"),
            TextError::TooLong { most } => self.count("text-too-long", most as i64),
            TextError::TooShort { least } => self.count("text-too-short", least as i64),
            TextError::Characters => self.say("text-characters"),
            TextError::NotAnAddress => self.say("text-not-an-address"),
        }
    }

    pub fn sector(self, sector: &Sector) -> String {
        self.say(&format!("sector-{}", sector.name().replace('_', "-")))
    }

    /// The name of a language in this language.
    pub fn language(self, language: &Language) -> String {
        self.say(&format!("language-{language}"))
    }

    /// Day and time, as short as it can be said: «klo 9.30» today, «eilen klo 9.30», «5.10. klo 9.30», «5.10.2025 klo 9.30».
    pub fn moment(self, at: impl Borrow<Time>, now: impl Borrow<Time>) -> String {
        let (at, now) = (at.borrow(), now.borrow());
        let then = at.timestamp().to_zoned_datetime(HELSINKI.clone());
        let today = now.timestamp().to_zoned_datetime(HELSINKI.clone()).date();
        let clock = self.clock(at);
        let date = then.date();
        if date == today {
            self.with("moment-today", "time", clock)
        } else if today.yesterday().is_ok_and(|yesterday| yesterday == date) {
            self.with("moment-yesterday", "time", clock)
        } else if date.year() == today.year() {
            self.with2("moment-this-year", "day", self.day_and_month(date), "time", clock)
        } else {
            self.with2("moment-other", "day", self.short_date(date), "time", clock)
        }
    }

    /// The time of day: 9.30 in Finnish and Swedish, 9:30 in English.
    pub fn clock(self, at: impl Borrow<Time>) -> String {
        let then = at.borrow().timestamp().to_zoned_datetime(HELSINKI.clone());
        let separator = if self.0 == Language::En { ':' } else { '.' };
        format!("{}{separator}{:02}", then.hour(), then.minute())
    }

    /// «ti 13.10.2026», «tis 13.10.2026», «Tue 13 Oct 2026».
    pub fn day(self, at: impl Borrow<Time>) -> String {
        let date = at.borrow().timestamp().to_zoned_datetime(HELSINKI.clone()).date();
        let weekday = self.say(&format!("weekday-{}", date.weekday().to_monday_one_offset()));
        format!("{weekday} {}", self.short_date(date))
    }

    /// «13.10.2026» or «13 Oct 2026».
    pub fn date(self, at: impl Borrow<Time>) -> String {
        self.short_date(at.borrow().timestamp().to_zoned_datetime(HELSINKI.clone()).date())
    }

    fn short_date(self, date: Date) -> String {
        match self.0 {
            Language::Fi | Language::Sv => format!("{}.{}.{}", date.day(), date.month(), date.year()),
            Language::En => format!("{} {}", self.day_and_month(date), date.year()),
        }
    }

    fn day_and_month(self, date: Date) -> String {
        match self.0 {
            Language::Fi | Language::Sv => format!("{}.{}.", date.day(), date.month()),
            Language::En => format!("{} {}", date.day(), self.say(&format!("month-{}", date.month()))),
        }
    }

    /// A whole number with its digits grouped.
    pub fn number(self, number: impl Borrow<i64>) -> String {
        group(*number.borrow(), if self.0 == Language::En { ',' } else { '\u{a0}' })
    }
}

/// For `datetime` attributes: RFC 3339 with the zone's offset.
pub fn datetime(at: &Time) -> String {
    let zoned = at.timestamp().to_zoned_datetime(HELSINKI.clone());
    zoned.strftime("%Y-%m-%dT%H:%M:%S%:z").to_string()
}

/// The calendar day in Finland of a moment.
pub fn civil_day(at: Time) -> Date {
    at.timestamp().to_zoned_datetime(HELSINKI.clone()).date()
}

/// The end of a calendar day in Finland: a group that ends on a day works through that day.
pub fn end_of_day(date: Date) -> Option<Time> {
    let next = date.tomorrow().ok()?;
    next.to_zoned_datetime(HELSINKI.clone()).ok().map(|zoned| Time::from(zoned.timestamp()))
}

/// The beginning of a calendar day in Finland.
pub fn start_of_day(date: Date) -> Option<Time> {
    date.to_zoned_datetime(HELSINKI.clone()).ok().map(|zoned| Time::from(zoned.timestamp()))
}

impl fmt::Display for Words {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.tag())
    }
}

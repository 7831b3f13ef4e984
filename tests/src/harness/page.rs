//! A page that somebody received, and the forms on it.

use reqwest::header::HeaderMap;
use scraper::{ElementRef, Html, Selector};

/// An answer to a request. What is asked of a page is looked up in its HTML anew each time.
#[derive(Clone, Debug)]
pub struct Page {
    pub status: u16,
    /// Path and query of the address that answered, after redirects.
    pub address: String,
    pub headers: HeaderMap,
    pub body: String,
}

/// A form, filled in as the page offers it.
#[derive(Clone, Debug)]
pub struct Form {
    pub action: String,
    pub fields: Vec<(String, String)>,
}

impl Form {
    /// Writes a value into a field; a field that is not there yet is added.
    #[must_use]
    pub fn with(mut self, name: &str, value: &str) -> Form {
        self.fields.retain(|(field, _)| field != name);
        self.fields.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Replaces words wherever they stand in fields of this name.
    #[must_use]
    pub fn replacing(mut self, name: &str, words: &str, with: &str) -> Form {
        for (_, value) in self.fields.iter_mut().filter(|(field, _)| field == name) {
            *value = value.replace(words, with);
        }
        self
    }
}

fn selector(text: &str) -> Selector {
    Selector::parse(text).unwrap_or_else(|error| panic!("`{text}` selects nothing: {error}"))
}

fn words(element: ElementRef) -> String {
    element.text().collect::<String>().split_whitespace().collect::<Vec<_>>().join(" ")
}

impl Page {
    fn html(&self) -> Html {
        Html::parse_document(&self.body)
    }

    /// The answer to a program.
    #[track_caller]
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.body)
            .unwrap_or_else(|error| panic!("{} is no JSON: {error}\n{}", self.address, self.body))
    }

    /// The words of the page's main part, in one line.
    pub fn text(&self) -> String {
        self.texts("main").join(" ")
    }

    /// The words of each element that the selector finds.
    pub fn texts(&self, select: &str) -> Vec<String> {
        self.html().select(&selector(select)).map(words).collect()
    }

    /// How many elements the selector finds.
    pub fn count(&self, select: &str) -> usize {
        self.html().select(&selector(select)).count()
    }

    pub fn has(&self, text: &str) -> bool {
        self.text().contains(text)
    }

    /// An attribute of the first element that the selector finds.
    pub fn attribute(&self, select: &str, name: &str) -> Option<String> {
        self.attributes(select, name).into_iter().next()
    }

    /// An attribute of each element that the selector finds and that has it.
    pub fn attributes(&self, select: &str, name: &str) -> Vec<String> {
        let html = self.html();
        html.select(&selector(select)).filter_map(|element| element.attr(name)).map(str::to_owned).collect()
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    /// What a field holds now.
    pub fn value(&self, name: &str) -> String {
        let html = self.html();
        let field = html.select(&selector(&format!("[name=\"{name}\"]"))).next();
        field.map(value).unwrap_or_else(|| panic!("no field {name} on {}", self.address))
    }

    /// The form that the selector finds.
    #[track_caller]
    pub fn form(&self, select: &str) -> Form {
        let html = self.html();
        let Some(form) = html.select(&selector(select)).find(|element| element.value().name() == "form") else {
            panic!("no form `{select}` on {} ({}):\n{}", self.address, self.status, self.text())
        };
        let action = form.attr("action").filter(|action| !action.is_empty()).unwrap_or(&self.address).to_owned();
        let mut fields = Vec::new();
        for field in form.select(&selector("input, textarea, select")) {
            let Some(name) = field.attr("name") else { continue };
            let kind = field.attr("type").unwrap_or("text");
            let chosen = field.attr("checked").is_some();
            match (field.value().name(), kind) {
                ("input", "submit" | "button" | "image" | "file" | "reset") => {}
                ("input", "radio" | "checkbox") if !chosen => {}
                ("input", "radio" | "checkbox") => {
                    fields.push((name.to_owned(), field.attr("value").unwrap_or("on").to_owned()));
                }
                _ => fields.push((name.to_owned(), value(field))),
            }
        }
        Form { action, fields }
    }

    /// The form that has all these fields; for pages whose form has no name of its own.
    #[track_caller]
    pub fn form_with(&self, names: &[&str]) -> Form {
        let having: String = names.iter().map(|name| format!(":has([name=\"{name}\"])")).collect();
        self.form(&format!("form{having}"))
    }

    /// Fails the story unless the page stands and shows the words.
    #[track_caller]
    pub fn shows(&self, text: &str) -> &Page {
        assert!(
            self.status < 400 && self.has(text),
            "{} ({}) does not show `{text}`:\n{}",
            self.address,
            self.status,
            self.text()
        );
        self
    }

    #[track_caller]
    pub fn hides(&self, text: &str) -> &Page {
        assert!(!self.body.contains(text), "{} ({}) shows `{text}`", self.address, self.status);
        self
    }

    #[track_caller]
    pub fn is(&self, status: u16) -> &Page {
        assert_eq!(self.status, status, "{}:\n{}", self.address, self.text());
        self
    }
}

/// A field's present value, as a browser would send it.
fn value(field: ElementRef) -> String {
    match field.value().name() {
        "textarea" => {
            // HTML leaves out the first line break after the tag.
            let text: String = field.text().collect();
            text.strip_prefix('\n').unwrap_or(&text).to_owned()
        }
        "select" => {
            let options = selector("option");
            let chosen = field.select(&options).find(|option| option.attr("selected").is_some());
            let option = chosen.or_else(|| field.select(&options).next());
            option.map(|option| option.attr("value").map_or_else(|| words(option), str::to_owned)).unwrap_or_default()
        }
        _ => field.attr("value").unwrap_or_default().to_owned(),
    }
}

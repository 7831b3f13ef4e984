//! How well an analyser finds: recall, precision, nDCG@10 and the share of questions that find nothing, over
//! the judged texts in `tests/data/search`, beside plain stemming.
//!
//!     cargo run --release -p aukio-index --example quality [-- FOLDER] [--misses]

use std::collections::{BTreeMap, HashSet};
use std::path::Path;

use aukio_index::{Analyser, Change, Fact, Index, Key, Kind, Languages, Query, Stemming, Tongue};
use serde_json::Value;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let folder = arguments.iter().find(|argument| !argument.starts_with('-'));
    let folder = folder.map_or("tests/data/search", String::as_str);
    let misses = arguments.iter().any(|argument| argument == "--misses");
    measure("stemming", Stemming, Path::new(folder), false);
    measure("languages", Languages::new(), Path::new(folder), misses);
}

fn lines(path: &Path) -> Vec<Value> {
    let text = std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    text.lines().map(|line| serde_json::from_str(line).expect("each line is JSON")).collect()
}

fn text(row: &Value, name: &str) -> String {
    row[name].as_str().unwrap_or_default().to_owned()
}

/// The texts as facts, and their ids by number.
fn facts(rows: &[Value]) -> (Vec<Change>, Vec<String>) {
    let mut ids = Vec::new();
    let mut changes = Vec::new();
    for row in rows {
        let kind = match row["kind"].as_str() {
            Some("space") => Kind::Space,
            Some("thread") => Kind::Thread,
            Some("message") => Kind::Message,
            Some("document") => Kind::Document,
            _ => continue,
        };
        let key = Key { kind, id: ids.len() as i64 };
        ids.push(text(row, "id"));
        let body = [text(row, "theme"), text(row, "body"), text(row, "output"), text(row, "outcome")].join("\n");
        let fact = Fact {
            key,
            section: String::new(),
            audience: 0,
            space: None,
            language: row["language"].as_str().and_then(Tongue::parse).unwrap_or(Tongue::Fi),
            title: text(row, "title"),
            body,
            names: String::new(),
            at: 0,
            year: 2026,
        };
        changes.push(Change::Put(key, vec![fact]));
    }
    (changes, ids)
}

#[derive(Default, Clone, Copy)]
struct Score {
    count: f64,
    recall: f64,
    precision: f64,
    answered: f64,
    ndcg: f64,
    nothing: f64,
}

impl Score {
    fn add(&mut self, found: &[String], relevant: &HashSet<String>) {
        let right = found.iter().filter(|id| relevant.contains(*id)).count() as f64;
        self.count += 1.0;
        self.recall += right / relevant.len().max(1) as f64;
        if found.is_empty() {
            self.nothing += 1.0;
        } else {
            self.precision += right / found.len() as f64;
            self.answered += 1.0;
        }
        let gain = |place: usize| 1.0 / ((place + 2) as f64).log2();
        let got: f64 =
            found.iter().take(10).enumerate().filter(|(_, id)| relevant.contains(*id)).map(|(at, _)| gain(at)).sum();
        let best: f64 = (0..relevant.len().min(10)).map(gain).sum();
        self.ndcg += if best > 0.0 { got / best } else { 0.0 };
    }

    fn show(&self, name: &str) {
        println!(
            "{name:<34} {:>5} {:>8.3} {:>9.3} {:>8.3} {:>8.3}",
            self.count,
            self.recall / self.count,
            self.precision / self.answered.max(1.0),
            self.ndcg / self.count,
            self.nothing / self.count,
        );
    }
}

fn measure(name: &str, analyser: impl Analyser + 'static, folder: &Path, misses: bool) {
    let place = tempfile::tempdir().expect("a temporary folder");
    let index = Index::open(place.path(), analyser).expect("an index can be made").index;
    let (changes, ids) = facts(&lines(&folder.join("texts.jsonl")));
    index.apply(changes, 1).expect("the index takes the texts");
    let mut scores: BTreeMap<String, Score> = BTreeMap::new();
    for row in lines(&folder.join("queries.jsonl")) {
        let relevant: HashSet<String> =
            row["relevant"].as_array().into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect();
        let question = text(&row, "query");
        let mut found = Vec::new();
        let mut query = Query { text: question.clone(), audiences: vec![0], limit: 100, ..Query::default() };
        loop {
            let page = index.search(&query, 0).expect("the index answers");
            found.extend(page.hits.iter().map(|hit| ids[hit.id as usize].clone()));
            query.after = page.next;
            if query.after.is_none() {
                break;
            }
        }
        let (language, class, set) = (text(&row, "language"), text(&row, "class"), text(&row, "set"));
        for key in [language.clone(), format!("{language} {set}"), format!("{language} {set} {class}")] {
            if set == "tuned" || key.split(' ').count() < 3 {
                scores.entry(key).or_default().add(&found, &relevant);
            }
        }
        if misses && set == "tuned" {
            let wrong: Vec<&String> = found.iter().filter(|id| !relevant.contains(*id)).collect();
            let missed: Vec<&String> = relevant.iter().filter(|id| !found.contains(id)).collect();
            if !wrong.is_empty() || !missed.is_empty() {
                println!("{language} {class} `{question}` of {}: missed {missed:?} wrong {wrong:?}", relevant.len());
            }
        }
    }
    println!("\n{name:<34} count   recall precision  nDCG@10  nothing");
    for (key, score) in scores {
        score.show(&key);
    }
}

//! What search finds, measured over judged texts (`tests/data/search`, its README has the rules) through the
//! doors that everybody uses: the import and the API. A third of the questions is never looked at while
//! search is worked on; its figures are told apart and have floors of their own.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::path::Path;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::search::asks;
use crate::harness::{PATIENCE, Teller, Workspace};

fn judged(name: &str) -> (String, Vec<Value>) {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("data/search").join(name);
    let text = std::fs::read_to_string(&file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    let rows = text.lines().map(|line| serde_json::from_str(line).expect("each line is JSON")).collect();
    (text, rows)
}

fn encode(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02X}")).collect()
}

/// The external ids of all hits, the best first. People are writers only.
async fn found(visitor: &Teller, question: &str) -> Vec<String> {
    // Each question comes from somebody else: one person never asks hundreds in a minute.
    let visitor = &Teller::new(&visitor.base);
    let mut all = Vec::new();
    let mut after = String::new();
    loop {
        let kinds = "kind=space,thread,message,document&limit=100";
        let page = asks(visitor, &format!("{kinds}&q={}{after}", encode(question))).await;
        let hits = page["hits"].as_array().expect("hits are a list");
        all.extend(hits.iter().filter_map(|hit| hit["external_id"].as_str()).map(str::to_owned));
        match page["next"].as_str() {
            Some(next) => after = format!("&after={next}"),
            None => return all,
        }
    }
}

/// Waits until the index holds the last of what was imported.
async fn taken(visitor: &Teller, question: &str) {
    let started = Instant::now();
    while asks(visitor, &format!("q={}", encode(question))).await["total"] == 0 {
        assert!(started.elapsed() < PATIENCE, "`{question}` is not found");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

#[derive(Default)]
struct Score {
    count: f64,
    answered: f64,
    recall: f64,
    precision: f64,
    ndcg: f64,
}

impl Score {
    fn add(&mut self, found: &[String], relevant: &HashSet<&str>) {
        let is_right = |id: &&String| relevant.contains(id.as_str());
        let right = found.iter().filter(is_right).count() as f64;
        self.count += 1.0;
        self.recall += right / relevant.len() as f64;
        if !found.is_empty() {
            self.answered += 1.0;
            self.precision += right / found.len() as f64;
        }
        let gain = |place: usize| 1.0 / ((place + 2) as f64).log2();
        let best: f64 = (0..relevant.len().min(10)).map(gain).sum();
        let top = found.iter().take(10).enumerate().filter(|(_, id)| is_right(id));
        self.ndcg += top.map(|(place, _)| gain(place)).sum::<f64>() / best;
    }

    /// Recall, precision, nDCG@10, the share of questions that find nothing.
    fn figures(&self) -> [f64; 4] {
        let answered = self.answered.max(1.0);
        [self.recall / self.count, self.precision / answered, self.ndcg / self.count, 1.0 - self.answered / self.count]
    }
}

#[tokio::test]
async fn what_is_looked_for_is_found() {
    let workspace = Workspace::open().await;
    let visitor = workspace.visitor();
    let (texts, _) = judged("texts.jsonl");
    workspace.imports(&texts);
    let (_, questions) = judged("queries.jsonl");
    let last = questions.last().and_then(|row| row["query"].as_str()).expect("there are questions");
    taken(&visitor, last).await;
    let mut scores: HashMap<(String, String), Score> = HashMap::new();
    for row in &questions {
        let question = row["query"].as_str().expect("a question");
        let relevant: HashSet<&str> =
            row["relevant"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
        let found = found(&visitor, question).await;
        let language = row["language"].as_str().unwrap_or_default().to_owned();
        for set in ["all", row["set"].as_str().unwrap_or_default()] {
            scores.entry((language.clone(), set.to_owned())).or_default().add(&found, &relevant);
        }
    }
    let mut told: Vec<_> = scores.iter().collect();
    told.sort_by_key(|(key, _)| *key);
    println!("language set: recall, precision, nDCG@10, nothing found");
    for ((language, set), score) in told {
        println!("{language} {set}: {:.3?} of {}", score.figures(), score.count);
    }
    let figures = |language: &str, set: &str| scores[&(language.to_owned(), set.to_owned())].figures();
    for set in ["all", "tuned", "held"] {
        let [recall, precision, ndcg, nothing] = figures("fi", set);
        assert!(recall >= 0.97 && precision >= 0.92 && ndcg >= 0.96 && nothing <= 0.01, "Finnish, {set}");
        assert!(figures("sv", set)[0] >= 0.93, "Swedish, {set}");
    }
}

/// Texts that hold nothing but one form or one compound find each other.
#[tokio::test]
async fn each_form_finds_the_other() {
    let workspace = Workspace::open().await;
    let visitor = workspace.visitor();
    let (_, pairs) = judged("equivalents.jsonl");
    let text = |row: &Value, name: &str| row[name].as_str().unwrap_or_default().to_owned();
    let texts: BTreeSet<(String, String)> = pairs
        .iter()
        .flat_map(|row| [(text(row, "query"), text(row, "language")), (text(row, "finds"), text(row, "language"))])
        .collect();
    let mut rows = super::search::ground();
    for (number, (words, language)) in texts.iter().enumerate() {
        let row = json!({"kind": "message", "id": format!("x{number}"), "thread": "t", "body": words,
                         "language": language, "author": "p"});
        rows += &format!("{row}\n");
    }
    workspace.imports(&rows);
    let (last, _) = texts.last().expect("there are texts");
    taken(&visitor, last).await;
    let id = |words: &str| texts.iter().position(|(text, _)| text == words).map(|number| format!("x{number}"));
    let mut apart = Vec::new();
    for row in &pairs {
        let (one, other) = (text(row, "query"), text(row, "finds"));
        let mut ways = vec![(one.clone(), other.clone())];
        if row["both"] == true {
            ways.push((other, one));
        }
        for (asked, wanted) in ways {
            if !found(&visitor, &asked).await.contains(&id(&wanted).expect("it was imported")) {
                apart.push(format!("{asked} → {wanted}"));
            }
        }
    }
    assert!(apart.is_empty(), "these do not find each other: {apart:#?}");
}

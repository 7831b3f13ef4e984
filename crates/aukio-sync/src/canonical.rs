//! The shared tree as JSON with one order for everything, to compare documents by.

use std::collections::{BTreeMap, HashMap};
use std::hash::BuildHasher;

use serde_json::{Value, json};
use yrs::types::text::YChange;
use yrs::{Any, Out, ReadTxn, Text, Xml, XmlFragment, XmlFragmentRef, XmlOut, XmlTextRef};

/// What lies under the root. The depth of the tree is bounded when updates are applied.
pub(crate) fn json<T: ReadTxn>(root: &XmlFragmentRef, tx: &T) -> String {
    Value::Array(root.children(tx).map(|child| node(&child, tx)).collect()).to_string()
}

fn node<T: ReadTxn>(node: &XmlOut, tx: &T) -> Value {
    match node {
        XmlOut::Text(text) => json!(["text", runs(text, tx)]),
        XmlOut::Element(element) => {
            let attributes: BTreeMap<String, Value> =
                element.attributes(tx).map(|(key, value)| (key.to_owned(), out(&value))).collect();
            let children: Vec<Value> = element.children(tx).map(|child| self::node(&child, tx)).collect();
            json!(["element", **element.tag(), pairs(attributes), children])
        }
        XmlOut::Fragment(fragment) => {
            json!(["fragment", fragment.children(tx).map(|child| self::node(&child, tx)).collect::<Vec<_>>()])
        }
    }
}

/// Runs of text with their marks. Where the runs are cut is not part of the text, so equal neighbours are joined.
fn runs<T: ReadTxn>(text: &XmlTextRef, tx: &T) -> Vec<Value> {
    let mut runs: Vec<(Value, Value)> = Vec::new();
    for piece in text.diff(tx, YChange::identity) {
        let marks = piece.attributes.iter().flat_map(|marks| marks.iter());
        let marks = pairs(marks.map(|(key, value)| (key.to_string(), any(value))).collect());
        match (runs.last_mut(), out(&piece.insert)) {
            (Some((Value::String(before), same)), Value::String(words)) if *same == marks => before.push_str(&words),
            (_, insert) => runs.push((insert, marks)),
        }
    }
    runs.into_iter().map(|(insert, marks)| json!([insert, marks])).collect()
}

fn out(value: &Out) -> Value {
    match value {
        Out::Any(value) => any(value),
        _ => json!("shared type"),
    }
}

fn any(value: &Any) -> Value {
    match value {
        Any::Null | Any::Undefined => Value::Null,
        Any::Bool(value) => json!(value),
        Any::Number(yrs::Number::Int(value)) => json!(value),
        Any::Number(yrs::Number::Float(value)) => json!(value),
        Any::String(value) => json!(**value),
        Any::Buffer(value) => json!(**value),
        Any::Array(values) => Value::Array(values.iter().map(any).collect()),
        Any::Map(values) => pairs(sorted(values)),
    }
}

fn sorted<S: BuildHasher>(values: &HashMap<String, Any, S>) -> BTreeMap<String, Value> {
    values.iter().map(|(key, value)| (key.clone(), any(value))).collect()
}

fn pairs(sorted: BTreeMap<String, Value>) -> Value {
    Value::Array(sorted.into_iter().map(|(key, value)| json!([key, value])).collect())
}

//! The same texts for people: one Markdown file a document and a discussion, in folders by space.

use std::collections::HashMap;
use std::io;

use crate::backup::package::Package;
use crate::import::row::{self, Row};

/// Names that the files show, and the file that is being written.
#[derive(Default)]
pub struct Readable {
    people: HashMap<String, String>,
    folders: HashMap<String, String>,
    is_open: bool,
}

impl Readable {
    /// Writes what a row says; rows come in the order of the walk.
    pub fn take(&mut self, row: &Row, package: &mut Package) -> io::Result<()> {
        match row {
            Row::Person(person) => {
                self.people.insert(person.id.clone(), person.name.clone());
                Ok(())
            }
            Row::Space(space) => self.space(space, package),
            Row::Document(document) => self.document(document, package),
            Row::Thread(thread) => self.thread(thread, package),
            Row::Message(message) => {
                self.message(&message.author, message.at.as_deref(), &message.body, message.history.as_ref(), package)
            }
            Row::Updates(_) | Row::Versions(_) => Ok(()),
        }
    }

    /// Ends the file that is open.
    pub fn end(&mut self, package: &mut Package) -> io::Result<()> {
        if std::mem::take(&mut self.is_open) {
            package.end()?;
        }
        Ok(())
    }

    fn begin(&mut self, name: &str, package: &mut Package) -> io::Result<()> {
        self.end(package)?;
        self.is_open = true;
        package.begin(name)
    }

    fn space(&mut self, space: &row::Space, package: &mut Package) -> io::Result<()> {
        let folder = safe(space.slug.as_deref().unwrap_or(&space.id));
        self.begin(&format!("spaces/{folder}/README.md"), package)?;
        self.folders.insert(space.id.clone(), folder);
        let lines = [&space.body, &space.theme, &space.output, &space.outcome];
        let lines: Vec<&str> = lines.into_iter().map(String::as_str).filter(|line| !line.is_empty()).collect();
        package.write(format!("# {}\n\n{}\n", space.title, lines.join("\n\n")).as_bytes())
    }

    fn document(&mut self, document: &row::Document, package: &mut Package) -> io::Result<()> {
        let folder = self.folders.get(&document.space).cloned().unwrap_or_default();
        self.begin(&format!("spaces/{folder}/documents/{}.md", safe(&document.id)), package)?;
        let head = format!("# {}\n\n{}\n\n", document.title, self.by(&document.author, document.at.as_deref()));
        package.write(head.as_bytes())?;
        package.write(document.body.as_bytes())
    }

    fn thread(&mut self, thread: &row::Thread, package: &mut Package) -> io::Result<()> {
        let folder = self.folders.get(&thread.space).cloned().unwrap_or_default();
        self.begin(&format!("spaces/{folder}/threads/{}.md", safe(&thread.id)), package)?;
        package.write(format!("# {}\n", thread.title).as_bytes())?;
        self.message(&thread.author, thread.at.as_deref(), &thread.body, thread.history.as_ref(), package)
    }

    fn message(
        &mut self,
        author: &str,
        at: Option<&str>,
        body: &str,
        history: Option<&row::History>,
        package: &mut Package,
    ) -> io::Result<()> {
        let withdrawn = history.is_some_and(|history| history.withdrawn.is_some());
        let body = if withdrawn { "—" } else { body };
        package.write(format!("\n{}\n\n{body}\n", self.by(author, at)).as_bytes())
    }

    fn by(&self, author: &str, at: Option<&str>) -> String {
        let name = self.people.get(author).map(String::as_str).filter(|name| !name.is_empty()).unwrap_or("—");
        format!("**{name}**, {}", at.unwrap_or_default())
    }
}

/// A name for a file, whatever an id of somebody else's holds.
fn safe(id: &str) -> String {
    let fits = |sign: char| sign.is_ascii_alphanumeric() || matches!(sign, '-' | '_');
    let short: String = id.chars().take(80).map(|sign| if fits(sign) { sign } else { '_' }).collect();
    // Ids that differ only in the signs that were left out still get files of their own.
    if short == id { short } else { format!("{short}-{}", super::sum(id.as_bytes()).get(..12).unwrap_or_default()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_stay_inside_of_the_package() {
        assert_eq!(safe("s1-Ab_9"), "s1-Ab_9");
        for id in ["../../etc/passwd", "a/b", "a\\b", "", ".", "ä", "a\0b"] {
            let name = safe(id);
            assert!(!name.contains(['/', '\\', '.', '\0']), "{name}");
        }
        assert_ne!(safe("a/b"), safe("a\\b"));
    }
}

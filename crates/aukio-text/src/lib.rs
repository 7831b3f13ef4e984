//! Texts that people write, in one neutral shape: from Markdown and back, to HTML by an allow-list, to
//! plain text with its headings. No I/O. Whatever a tree holds, printing it is safe and bounded.

pub mod diff;
pub mod html;
pub mod markdown;
pub mod parts;
pub mod plain;
pub mod tree;

//! What goes on, for feed readers and for search engines: Atom feeds of every list, the map of the site.
//!
//! Only what is public stands here, whoever asks: feeds are passed on, kept by readers' services and read
//! without a session. A feed's address is that of its list with `.atom` at the end.

pub mod atom;
pub mod http;
pub mod sitemap;
mod sources;

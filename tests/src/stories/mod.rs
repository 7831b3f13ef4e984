//! One file per noun, as in the program.

mod api;
mod browser;
mod crashes;
mod documents;
mod doors;
mod feeds;
mod finding;
mod forms;
mod front;
mod live;
mod people;
mod plans;
mod rights;
mod search;
mod spaces;
mod threads;

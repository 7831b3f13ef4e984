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
mod people_second_factor;
mod people_sessions;
mod plans;
mod rights;
mod search;
mod security;
mod spaces;
mod threads;

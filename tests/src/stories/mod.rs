//! One file per noun, as in the program.

mod api;
mod backup;
mod browser;
mod crashes;
mod documents;
mod doors;
mod drills;
mod export;
mod feeds;
mod finding;
mod forms;
mod front;
mod live;
mod package;
mod papers;
mod people;
mod people_second_factor;
mod people_sessions;
mod plans;
mod privacy;
mod rights;
mod search;
mod security;
mod spaces;
mod threads;
mod upgrade;

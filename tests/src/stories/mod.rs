//! One file per noun, as in the program.

mod backup;
mod browser;
mod crashes;
mod documents;
mod doors;
mod finding;
mod export;
mod forms;
mod front;
mod live;
mod people;
mod rights;
mod search;
mod spaces;
mod threads;

//! One file per noun, as in the program.

mod browser;
mod crashes;
mod documents;
mod doors;
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

//! One file per noun, as in the program.

mod backup;
mod browser;
mod crashes;
mod documents;
mod doors;
mod drills;
mod export;
mod finding;
mod forms;
mod front;
mod live;
mod people;
mod privacy;
mod rights;
mod search;
mod spaces;
mod threads;
mod upgrade;

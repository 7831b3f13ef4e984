//! Stories: what people live through in Aukio, told through its public doors: HTTP, the websockets and,
//! in one story, a browser. Each story starts a server process of its own on a port and a data folder of its
//! own, so they run beside each other. Deliberately absent: any look inside the program.
//!
//! `cargo test -p aukio-tests` tells them all, a word after `--` picks some. The stories start
//! `target/debug/aukio` as it stands (`make test` builds it first), or what `AUKIO_BINARY` names.

mod harness;
mod stories;

//! Rooms as clients and the server see them, with a log that can be held, slowed, filled and broken.

mod access;
mod failing;
mod hostile;
mod limits;
mod order;
mod presence;
mod support;

//! The only files that know the columns of `space`, `membership` and `join_request`.

mod members;
mod names;
mod requests;
mod spaces;

pub use members::*;
pub use names::*;
pub use requests::*;
pub use spaces::*;

/// Which audiences a viewer (`$1`, 0 for a visitor) belongs to: everybody, and the closed spaces they are in.
macro_rules! readable {
    () => {
        "(SELECT CAST(0 AS BIGINT) UNION ALL SELECT m.space_id FROM membership m WHERE m.person_id = $1)"
    };
}

pub(crate) use readable;

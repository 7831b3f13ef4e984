//! Tuples of values as parameters of a statement, for either database.

use sqlx::postgres::PgArguments;
use sqlx::sqlite::SqliteArguments;
use sqlx::{Arguments, Encode, Postgres, Sqlite, Type};

/// A value that both databases take: i64, bool, String, Vec<u8>, and options of them.
pub trait Value:
    for<'q> Encode<'q, Sqlite> + Type<Sqlite> + for<'q> Encode<'q, Postgres> + Type<Postgres> + Send + 'static
{
}
impl<T> Value for T where
    T: for<'q> Encode<'q, Sqlite> + Type<Sqlite> + for<'q> Encode<'q, Postgres> + Type<Postgres> + Send + 'static
{
}

/// The parameters `$1`, `$2`, … of a statement.
pub trait Params: Send {
    fn sqlite(self) -> sqlx::Result<SqliteArguments>;
    fn postgres(self) -> sqlx::Result<PgArguments>;
}

macro_rules! tuples {
    ($($name:ident)*) => {
        impl<$($name: Value),*> Params for ($($name,)*) {
            #[allow(non_snake_case, unused_mut)]
            fn sqlite(self) -> sqlx::Result<SqliteArguments> {
                let ($($name,)*) = self;
                let mut arguments = SqliteArguments::default();
                $(Arguments::add(&mut arguments, $name).map_err(sqlx::Error::Encode)?;)*
                Ok(arguments)
            }
            #[allow(non_snake_case, unused_mut)]
            fn postgres(self) -> sqlx::Result<PgArguments> {
                let ($($name,)*) = self;
                let mut arguments = PgArguments::default();
                $(Arguments::add(&mut arguments, $name).map_err(sqlx::Error::Encode)?;)*
                Ok(arguments)
            }
        }
    };
}

tuples! {}
tuples! { A }
tuples! { A B }
tuples! { A B C }
tuples! { A B C D }
tuples! { A B C D E }
tuples! { A B C D E F }
tuples! { A B C D E F G }
tuples! { A B C D E F G H }
tuples! { A B C D E F G H I }
tuples! { A B C D E F G H I J }
tuples! { A B C D E F G H I J K }
tuples! { A B C D E F G H I J K L }
tuples! { A B C D E F G H I J K L M }
tuples! { A B C D E F G H I J K L M N }
tuples! { A B C D E F G H I J K L M N O }
tuples! { A B C D E F G H I J K L M N O P }
tuples! { A B C D E F G H I J K L M N O P Q }
tuples! { A B C D E F G H I J K L M N O P Q R }

//! The two views of a thread, and which of them a reader sees.

use crate::threads::store;
use crate::web::Visit;

/// Tree or time.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Order {
    Tree,
    Time,
}

impl Order {
    pub fn name(self) -> &'static str {
        match self {
            Order::Tree => "tree",
            Order::Time => "time",
        }
    }

    fn parse(text: &str) -> Option<Order> {
        [Order::Tree, Order::Time].into_iter().find(|order| order.name() == text)
    }

    /// The order that is asked for, else the one that a member chose before. A visitor's browser remembers by itself.
    pub async fn of(visit: &Visit, asked: &str) -> sqlx::Result<Order> {
        let asked = Order::parse(asked);
        let Some(person) = visit.viewer.person() else { return Ok(asked.unwrap_or(Order::Tree)) };
        let chosen = store::chosen_order(&visit.app.db, person).await?;
        match asked {
            Some(asked) if chosen.as_deref() != Some(asked.name()) => {
                store::choose_order(&visit.app.db, person, asked.name()).await?;
                Ok(asked)
            }
            Some(asked) => Ok(asked),
            None => Ok(chosen.as_deref().and_then(Order::parse).unwrap_or(Order::Tree)),
        }
    }
}

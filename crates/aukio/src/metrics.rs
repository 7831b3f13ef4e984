//! What an operator's tools ask: is it alive, is it ready, how is it doing.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};

use crate::app::App;
use crate::db::Queries;

/// The numbers in Prometheus' text format.
#[derive(Clone)]
pub struct Metrics(PrometheusHandle);

impl Metrics {
    /// Takes all numbers of this process from now on.
    ///
    /// # Errors
    /// When another recorder was there before.
    pub fn install() -> anyhow::Result<Self> {
        let builder = PrometheusBuilder::new().set_buckets(&[0.001, 0.005, 0.02, 0.1, 0.5, 2.0])?;
        Ok(Self(builder.install_recorder()?))
    }

    pub fn render(&self) -> String {
        self.0.run_upkeep();
        self.0.render()
    }
}

/// Ready when the database answers and the index can be searched, even if it is still being filled.
pub async fn ready(State(app): State<App>) -> Response {
    let database = app.db.one::<(i64,)>("SELECT CAST(1 AS BIGINT)", ()).await;
    match database {
        Ok(_) => format!("ok\ndatabase ok\nsearch {}\n", app.search.state()).into_response(),
        Err(_) => (StatusCode::SERVICE_UNAVAILABLE, "the database does not answer\n").into_response(),
    }
}

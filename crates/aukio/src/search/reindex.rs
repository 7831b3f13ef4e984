//! `aukio reindex`: builds the search index anew, by itself or by the service that is running.

use anyhow::Context;
use aukio_index::IndexError;
use tokio_util::sync::CancellationToken;

use super::follow::{fill, sign_to_rebuild};
use crate::serve;
use crate::settings::Settings;

pub async fn run(settings: Settings) -> anyhow::Result<()> {
    let stop = CancellationToken::new();
    let address = settings.listen;
    let app = serve::open(settings, address, stop.clone()).await?;
    match app.search.open(&app.settings.folder("index")) {
        Ok(()) => {
            let (builder, position) = fill(&app, &stop).await?.context("it was told to stop")?;
            builder.adopt()?;
            println!("the search index is whole, up to number {position} of the journal");
        }
        Err(IndexError::InUse(_)) => {
            let sign = sign_to_rebuild(&app);
            std::fs::write(&sign, "").with_context(|| format!("{} cannot be written", sign.display()))?;
            println!("the running service builds its index anew; the old one serves meanwhile");
            println!("its log tells how far it is, and so does aukio_search_filled at /metrics");
        }
        Err(error) => return Err(error).context("no search index can be made"),
    }
    app.db.close().await;
    Ok(())
}

//! `cargo xtask ui`: the window's pages in a browser, on recorded answers, with no engine behind them.

use crate::places::Places;
use crate::setup;
use crate::steps::{Steps, Stopped};
use crate::tool;

pub fn develop(places: &Places, steps: &mut Steps) -> Result<(), Stopped> {
    setup::set_up_pages(places, steps)?;
    steps.step(
        "development server",
        "serves the pages and shows each change at once; Ctrl+C ends it",
        || {
            tool::attached(
                &mut tool::npm("npm", &places.ui(), &["run", "dev"]),
                "Look whether another server has the port, and at what Vite says above.",
            )
        },
    )
}

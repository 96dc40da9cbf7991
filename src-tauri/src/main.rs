//! Onward's window: wiring only. It opens the engine, names the commands and carries events to the window.
#![cfg_attr(not(debug_assertions), windows_subsystem = "windows")]

#[cfg(test)]
mod any_input;
mod app;
mod arguments;
mod clipboard;
mod commands;
#[cfg(test)]
mod contract;
mod convert;
mod state;
mod views;

use arguments::Arguments;
use std::process::ExitCode;

fn main() -> ExitCode {
    engine::crash::leave_nothing_of_the_memory();
    // One provider of TLS in the whole program; a second would make rustls refuse to choose.
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    match Arguments::read(std::env::args().skip(1)).and_then(app::run) {
        Ok(()) => ExitCode::SUCCESS,
        Err(problem) => {
            app::say(&format!("Onward could not start. {problem}"));
            ExitCode::FAILURE
        }
    }
}

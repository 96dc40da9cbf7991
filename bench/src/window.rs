//! What node/window.mjs measured of the real window, as it writes it.

use serde::Deserialize;

#[derive(Debug, Deserialize)]
pub struct Window {
    /// How many programs wanted to run before ours did; more than there are cores is a busy machine.
    pub load_before: f64,
    pub starts: Vec<Start>,
    /// Milliseconds; empty where there was nothing to press it with.
    pub hot_key_ms: Vec<f64>,
    pub presses: Vec<Press>,
    /// Key presses after which nothing changed on the screen.
    pub without_change: u32,
    pub memory_ready: Vec<Process>,
    pub memory_used: Vec<Process>,
    pub program_bytes: u64,
    pub package_bytes: Option<u64>,
}

/// Milliseconds from the start of the process.
#[derive(Debug, Deserialize)]
pub struct Start {
    pub painted_ms: Option<f64>,
    pub ready_ms: f64,
}

/// Milliseconds from the key press.
// The names say the unit, as all our names do.
#[allow(clippy::struct_field_names)]
#[derive(Debug, Deserialize)]
pub struct Press {
    pub changed_ms: f64,
    pub frame_ms: f64,
    pub painted_ms: f64,
}

#[derive(Debug, Deserialize)]
pub struct Process {
    pub name: String,
    /// PSS: its own memory, and its part of what it shares.
    pub bytes: u64,
}

//! What the measurements are made on, without a name or a path.

use std::fs::read_to_string;

/// "2 cores (their name), 23 GB of memory, linux", and the kind of processor.
pub fn description() -> String {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let memory = read_to_string("/proc/meminfo")
        .ok()
        .and_then(|text| number_after(&text, "MemTotal:"))
        .map_or_else(String::new, |kilobytes| {
            format!(", {} GB of memory", kilobytes / 1_000_000)
        });
    let processor = read_to_string("/proc/cpuinfo").ok().and_then(|text| {
        let line = text.lines().find(|line| line.starts_with("model name"))?;
        Some(format!(" ({})", line.split_once(':')?.1.trim()))
    });
    format!(
        "{cores} cores{}{memory}, {}, {}",
        processor.unwrap_or_default(),
        std::env::consts::OS,
        std::env::consts::ARCH
    )
}

/// Memory of this process that is in use and not swapped out; 0 where the system does not say.
pub fn resident_bytes() -> u64 {
    let status = read_to_string("/proc/self/status").unwrap_or_default();
    number_after(&status, "VmRSS:").unwrap_or(0) * 1024
}

/// The most memory of this process that was ever resident; 0 where the system does not say.
pub fn peak_bytes() -> u64 {
    let status = read_to_string("/proc/self/status").unwrap_or_default();
    number_after(&status, "VmHWM:").unwrap_or(0) * 1024
}

fn number_after(text: &str, name: &str) -> Option<u64> {
    let line = text.lines().find_map(|line| line.strip_prefix(name))?;
    line.split_whitespace().next()?.parse().ok()
}

//! The program stays out of the clinical system's way: what it holds of the computer does not grow, and it hooks into nothing.

use std::path::Path;
use std::process::Command;

/// Drafts and messages are kept, and SQLite and the allocator keep some of what they had: a leak in each search or paste is far more.
const MOST_GROWTH_BYTES: i64 = 24 << 20;

fn numbers(out: &str, name: &str) -> [i64; 3] {
    let line = out.lines().find(|line| line.starts_with(name)).unwrap();
    let read: Vec<i64> = line
        .split(' ')
        .skip(1)
        .map(|number| number.parse().unwrap())
        .collect();
    read.try_into().unwrap()
}

#[cfg(target_os = "linux")]
#[test]
fn h20_slows_the_clinical_system_a_long_day_holds_no_more_memory_threads_or_files() {
    let run = Command::new(env!("CARGO_BIN_EXE_soak")).output().unwrap();
    let out = String::from_utf8(run.stdout).unwrap();
    assert!(
        run.status.success(),
        "{}",
        String::from_utf8_lossy(&run.stderr)
    );
    let ([warm, warm_threads, warm_files], [end, threads, files]) =
        (numbers(&out, "warm"), numbers(&out, "end"));
    println!("{out}");
    assert!(
        end - warm < MOST_GROWTH_BYTES,
        "memory went from {warm} to {end} bytes"
    );
    assert_eq!((threads, files), (warm_threads, warm_files));
    assert!(
        out.contains("done 50 messages arrived"),
        "the day's work was done: {out}"
    );
}

/// What reads other programs' keys, screens or windows. The global hot-key is registered with the system, which hands over that key alone.
const HOOKS: [&str; 12] = [
    "rdev",
    "device_query",
    "enigo",
    "inputbot",
    "multiinput",
    "willhook",
    "scrap",
    "screenshots",
    "xcap",
    "uiautomation",
    "dll-syringe",
    "active-win-pos-rs",
];
const CALLS: [&str; 6] = [
    "SetWindowsHookEx",
    "SetWinEventHook",
    "CreateRemoteThread",
    "BitBlt",
    "XRecordCreateContext",
    "CGEventTapCreate",
];

fn sources_below(folder: &Path, found: &mut Vec<String>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources_below(&path, found);
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            found.push(std::fs::read_to_string(path).unwrap());
        }
    }
}

fn hooks_in(lock: &str, sources: &[String]) -> Vec<&'static str> {
    let crates = HOOKS
        .into_iter()
        .filter(|name| lock.contains(&format!("name = \"{name}\"\n")));
    let calls = CALLS
        .into_iter()
        .filter(|call| sources.iter().any(|source| source.contains(call)));
    crates.chain(calls).collect()
}

#[test]
fn h20_slows_the_clinical_system_nothing_hooks_into_other_programs() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let lock = std::fs::read_to_string(root.join("Cargo.lock")).unwrap();
    let mut sources = Vec::new();
    for part in [
        "src-tauri/src",
        "engine/src",
        "referrals/src",
        "store/src",
        "services-directory/src",
    ] {
        sources_below(&root.join(part), &mut sources);
    }
    assert!(sources.len() > 100, "{}", sources.len());
    assert_eq!(hooks_in(&lock, &sources), [""; 0]);
    // It would be seen.
    let planted = format!("{lock}\n[[package]]\nname = \"rdev\"\nversion = \"1\"\n");
    sources.push("unsafe { SetWindowsHookEx() }".to_owned());
    assert_eq!(hooks_in(&planted, &sources), ["rdev", "SetWindowsHookEx"]);
}

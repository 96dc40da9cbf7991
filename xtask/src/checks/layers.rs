//! Who may depend on whom, from what Cargo itself knows: the walls between our crates, Tauri only under the window, one TLS provider.

use super::{Checked, Finding, members};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// Each crate of ours, with those of ours that it may use. Only tests of a crate may use more (the demonstration's mail server, say).
const MAY_USE: [(&str, &[&str]); 12] = [
    ("store", &[]),
    ("letter", &[]),
    ("xtask", &[]),
    (
        "bench",
        &["engine", "services-directory", "signed-feed", "store"],
    ),
    ("services-directory", &["store"]),
    ("signed-feed", &["services-directory", "store"]),
    ("referrals", &["services-directory", "letter", "store"]),
    ("demo", &PARTS),
    ("engine", &PARTS_AND_DEMO),
    ("onward-cli", &EVERYTHING),
    ("onward", &EVERYTHING),
    ("product-tests", &EVERYTHING),
];
const PARTS: [&str; 5] = [
    "services-directory",
    "signed-feed",
    "referrals",
    "letter",
    "store",
];
const PARTS_AND_DEMO: [&str; 6] = [
    "services-directory",
    "signed-feed",
    "referrals",
    "letter",
    "store",
    "demo",
];
const EVERYTHING: [&str; 8] = [
    "services-directory",
    "signed-feed",
    "referrals",
    "letter",
    "store",
    "demo",
    "engine",
    "onward-cli",
];

/// Pairs that hold even for tests.
const NEVER: [(&str, &str); 6] = [
    ("services-directory", "referrals"),
    ("services-directory", "signed-feed"),
    ("signed-feed", "referrals"),
    ("services-directory", "demo"),
    ("store", "referrals"),
    ("store", "services-directory"),
];

const WINDOW: &str = "onward";
const WINDOW_CRATES: [&str; 4] = ["tauri", "wry", "tao", "webkit2gtk"];

/// Two TLS providers in one program make rustls refuse to choose; one in C beside them doubles what must be kept up to date.
const BANNED: [(&str, &str); 3] = [
    ("ring", "a second TLS provider"),
    ("native-tls", "a second TLS"),
    ("openssl", "a second TLS"),
];

/// Features that must stay off, whoever asks for them.
const OFF: [(&str, &str, &str); 2] = [
    (
        "lettre",
        "tracing",
        "writes whole messages, with patients in them, to the log",
    ),
    (
        "tauri",
        "devtools",
        "shows patients' data in developer tools",
    ),
];

/// `built` is what `cargo tree` prints with the format `BUILT`: `cargo metadata` also lists optional packages that nothing turns on.
pub fn check(about: &Value, built: &str) -> Checked {
    let mut checked = Checked::default();
    let ours = members(about);
    let graph = Graph::of(about);
    checked.saw(ours.len(), "members");
    checked.saw(graph.uses.len(), "packages");
    let names: BTreeSet<&str> = ours.iter().filter_map(|package| name(package)).collect();
    for package in &ours {
        let Some(member) = name(package) else {
            continue;
        };
        let mut breach = |what: String| {
            checked
                .findings
                .push(Finding::new(&format!("{member}/Cargo.toml"), 1, what));
        };
        walls(package, member, &names)
            .into_iter()
            .for_each(&mut breach);
        if member != WINDOW {
            let id = package
                .get("id")
                .and_then(Value::as_str)
                .unwrap_or_default();
            graph
                .reached_names(id)
                .into_iter()
                .filter(|reached| is_window_crate(reached))
                .map(|reached| {
                    format!("only {WINDOW} knows the window, and this reaches `{reached}`")
                })
                .for_each(&mut breach);
        }
    }
    let built = built_packages(built);
    checked.saw(built.len(), "built here");
    for (package, features) in built {
        for (_, why) in BANNED.iter().filter(|(banned, _)| *banned == package) {
            checked.findings.push(Finding::new(
                "Cargo.lock",
                1,
                format!("`{package}` is depended on: {why}"),
            ));
        }
        for (_, feature, why) in OFF
            .iter()
            .filter(|(name, feature, _)| *name == package && features.contains(feature))
        {
            checked.findings.push(Finding::new(
                "Cargo.toml",
                1,
                format!("the feature `{feature}` of `{package}` is on: it {why}"),
            ));
        }
    }
    checked
}

/// Arguments for `cargo tree`: each package that is built for this system, with the features it is built with.
pub const BUILT: [&str; 10] = [
    "tree",
    "--locked",
    "--workspace",
    "--edges",
    "normal,build,dev",
    "--prefix",
    "none",
    "--format",
    "{p} {f}",
    "--quiet",
];

/// Lines such as "lettre v0.11.23 builder,smtp-transport (*)".
fn built_packages(built: &str) -> BTreeSet<(&str, Vec<&str>)> {
    let mut packages = BTreeSet::new();
    for line in built.lines() {
        let mut words = line.split_whitespace();
        if let Some(package) = words.next() {
            let features = words.flat_map(|word| word.split(',')).collect();
            packages.insert((package, features));
        }
    }
    packages
}

/// The breaches among what a member itself states.
fn walls(package: &Value, member: &str, ours: &BTreeSet<&str>) -> Vec<String> {
    let Some((_, may_use)) = MAY_USE.iter().find(|(name, _)| *name == member) else {
        return vec![
            "is a new member: say in xtask/src/checks/layers.rs what it may use".to_owned(),
        ];
    };
    let dependencies = package
        .get("dependencies")
        .and_then(Value::as_array)
        .map(Vec::as_slice)
        .unwrap_or_default();
    let mut breaches = Vec::new();
    for dependency in dependencies {
        let used = name(dependency).unwrap_or_default();
        let for_tests = dependency.get("kind").and_then(Value::as_str) == Some("dev");
        let never = NEVER.contains(&(member, used));
        if never || (ours.contains(used) && !may_use.contains(&used) && !for_tests) {
            breaches.push(format!("`{member}` must not use `{used}`"));
        }
    }
    breaches
}

fn is_window_crate(name: &str) -> bool {
    WINDOW_CRATES.contains(&name) || name.starts_with("tauri-")
}

fn name(package: &Value) -> Option<&str> {
    package.get("name").and_then(Value::as_str)
}

/// The resolved packages: who reaches whom, tests included.
struct Graph<'a> {
    names: BTreeMap<&'a str, &'a str>,
    uses: BTreeMap<&'a str, Vec<&'a str>>,
}

impl<'a> Graph<'a> {
    fn of(about: &'a Value) -> Graph<'a> {
        let list = |value: Option<&'a Value>| {
            value
                .and_then(Value::as_array)
                .map(Vec::as_slice)
                .unwrap_or_default()
        };
        let texts = |value: Option<&'a Value>| {
            list(value)
                .iter()
                .filter_map(Value::as_str)
                .collect::<Vec<_>>()
        };
        let id = |value: &'a Value| value.get("id").and_then(Value::as_str);
        let nodes = || list(about.pointer("/resolve/nodes")).iter();
        Graph {
            names: list(about.get("packages"))
                .iter()
                .filter_map(|package| Some((id(package)?, name(package)?)))
                .collect(),
            uses: nodes()
                .filter_map(|node| Some((id(node)?, texts(node.get("dependencies")))))
                .collect(),
        }
    }

    fn reached_names(&self, from: &str) -> BTreeSet<&'a str> {
        let mut reached = BTreeSet::new();
        let mut next: Vec<&str> = self.uses.get(from).cloned().unwrap_or_default();
        while let Some(id) = next.pop() {
            if reached.insert(id) {
                next.extend(self.uses.get(id).into_iter().flatten());
            }
        }
        reached
            .iter()
            .filter_map(|id| self.names.get(id).copied())
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    /// A workspace of crates, each with what it uses; `dev:` marks what only its tests use. Other crates are not ours.
    fn workspace(crates: &[(&str, &[&str])]) -> Value {
        let plain = |used: &str| used.trim_start_matches("dev:").to_owned();
        let mut names: BTreeSet<String> =
            crates.iter().map(|(name, _)| (*name).to_owned()).collect();
        names.extend(
            crates
                .iter()
                .flat_map(|(_, uses)| uses.iter().map(|used| plain(used))),
        );
        let uses_of = |name: &str| {
            crates
                .iter()
                .find(|(krate, _)| *krate == name)
                .map(|(_, uses)| *uses)
                .unwrap_or_default()
        };
        let kind = |used: &str| used.starts_with("dev:").then_some("dev");
        let package = |name: &String| {
            json!({
                "id": name, "name": name,
                "dependencies": uses_of(name).iter().map(|used| json!({ "name": plain(used), "kind": kind(used) })).collect::<Vec<_>>(),
            })
        };
        let node = |name: &String| {
            json!({
                "id": name,
                "dependencies": uses_of(name).iter().map(|used| plain(used)).collect::<Vec<_>>(),
            })
        };
        let ours: Vec<&str> = crates
            .iter()
            .map(|(name, _)| *name)
            .filter(|name| MAY_USE.iter().any(|(ours, _)| ours == name) || name.starts_with("new-"))
            .collect();
        json!({
            "workspace_members": ours,
            "packages": names.iter().map(package).collect::<Vec<_>>(),
            "resolve": { "nodes": names.iter().map(node).collect::<Vec<_>>() },
        })
    }

    fn found(crates: &[(&str, &[&str])]) -> Vec<String> {
        check(&workspace(crates), "")
            .findings
            .into_iter()
            .map(|finding| finding.what)
            .collect()
    }

    #[test]
    fn the_house_as_it_is_drawn_passes() {
        let house: [(&str, &[&str]); 8] = [
            ("store", &["rusqlite"]),
            ("letter", &["typst"]),
            ("services-directory", &["store"]),
            ("signed-feed", &["services-directory", "tough"]),
            (
                "referrals",
                &["services-directory", "store", "letter", "dev:demo"],
            ),
            ("demo", &["referrals"]),
            (
                "onward",
                &["referrals", "tauri", "tauri-plugin-global-shortcut"],
            ),
            ("tauri", &["wry"]),
        ];
        assert_eq!(found(&house), [] as [&str; 0]);
    }

    #[test]
    fn a_wall_that_is_broken_is_caught() {
        assert_eq!(
            found(&[("services-directory", &["referrals"]), ("referrals", &[])]),
            ["`services-directory` must not use `referrals`"]
        );
        assert_eq!(
            found(&[
                ("services-directory", &["dev:referrals"]),
                ("referrals", &[])
            ]),
            ["`services-directory` must not use `referrals`"]
        );
        assert_eq!(
            found(&[("letter", &["store"]), ("store", &[])]),
            ["`letter` must not use `store`"]
        );
        assert_eq!(
            found(&[("referrals", &["demo"]), ("demo", &[])]),
            ["`referrals` must not use `demo`"]
        );
        assert_eq!(found(&[("new-member", &[])]).len(), 1);
    }

    #[test]
    fn the_window_is_caught_outside_its_crate_also_through_another() {
        assert_eq!(found(&[("onward-cli", &["tauri-utils"])]).len(), 1);
        assert_eq!(
            found(&[("referrals", &["some-crate"]), ("some-crate", &["wry"])]),
            ["only onward knows the window, and this reaches `wry`"]
        );
    }

    #[test]
    fn banned_crates_and_features_are_caught() {
        let built = |text: &str| {
            let findings = check(&workspace(&[]), text).findings;
            findings
                .into_iter()
                .map(|finding| finding.what)
                .collect::<Vec<_>>()
        };
        let mail =
            "lettre v0.11.23 builder,smtp-transport (*)\nring-buffer v1.0.0\n\ntauri v2.12.5 wry";
        assert_eq!(built(mail), [] as [&str; 0]);
        assert_eq!(built("ring v0.17.14 alloc").len(), 1);
        assert_eq!(built("lettre v0.11.23 builder,tracing").len(), 1);
        assert_eq!(built("tauri v2.12.5 devtools,wry (*)").len(), 1);
    }
}

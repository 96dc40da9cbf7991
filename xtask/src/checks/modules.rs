//! Where things may be named: pure modules name no database, network or clock; SQL, commands and Tauri's packages stay in their places.

use super::rust_source::{RustSource, is_test_file};
use super::tree::{SourceFile, Tree};
use super::{Checked, Finding};

/// Modules (a file or a folder of that name) that only compute.
const PURE: [&str; 11] = [
    "services-directory/src/model",
    "services-directory/src/ids",
    "services-directory/src/criteria",
    "services-directory/src/search",
    "services-directory/src/import",
    "services-directory/src/export",
    "services-directory/src/layer",
    "referrals/src/patient",
    "referrals/src/intake",
    "referrals/src/draft",
    "referrals/src/render",
];

/// What a pure module does not name: it is given times, random values and records.
const IMPURE: [&str; 17] = [
    "rusqlite",
    "tokio",
    "async_imap",
    "SmtpTransport",
    "AsyncSmtpTransport",
    "reqwest",
    "std::net",
    "std::fs",
    "std::env",
    "std::process",
    "SystemTime::now",
    "Instant::now",
    "Timestamp::now",
    "Zoned::now",
    "getrandom",
    "now_v7",
    "new_v4",
];

/// Opening a database is the store's own work, so it may say these; tables are elsewhere.
const STORE: &str = "store/src/";
/// What `referrals` may see of the directory.
const VISIBLE_OF_DIRECTORY: [&str; 2] = ["model", "ids"];

pub fn check(tree: &Tree) -> Checked {
    let mut checked = Checked::default();
    let (mut rust, mut pure) = (0, 0);
    for file in tree
        .ending(".rs")
        .filter(|file| !is_test_file(&file.path) && !file.path.starts_with("xtask/"))
    {
        let source = RustSource::read(&file.text);
        rust += 1;
        if is_pure(&file.path) && !is_table_file(file) {
            pure += 1;
            impure_names(file, &source, &mut checked.findings);
        }
        sql_in_wrong_place(file, &source, &mut checked.findings);
        commands_in_wrong_place(file, &source, &mut checked.findings);
        if file.path.starts_with("referrals/src/") {
            more_of_directory_than_its_model(file, &source, &mut checked.findings);
        }
    }
    let pages: Vec<&SourceFile> = tree
        .files
        .iter()
        .filter(|file| file.path.starts_with("ui/src/"))
        .collect();
    for file in &pages {
        tauri_in_wrong_place(file, &mut checked.findings);
    }
    checked.saw(rust, "Rust files");
    checked.saw(pure, "of them pure");
    checked.saw(pages.len(), "files of pages");
    checked
}

fn is_pure(path: &str) -> bool {
    PURE.iter().any(|module| {
        path.strip_prefix(module)
            .is_some_and(|rest| rest == ".rs" || rest.starts_with('/'))
    })
}

/// Where SQL lives; such a file may stand beside the pure ones of its folder.
fn is_table_file(file: &SourceFile) -> bool {
    let named = |word: &&str| file.name().contains(*word);
    ["table", "migration"].iter().any(named) || file.path.contains("/migrations/")
}

fn impure_names(file: &SourceFile, source: &RustSource, findings: &mut Vec<Finding>) {
    for (line, code) in source.product_code() {
        for name in IMPURE.iter().filter(|name| names(code, name)) {
            findings.push(Finding::new(
                &file.path,
                line,
                format!("a pure module names `{name}`"),
            ));
        }
    }
}

/// Whether code names a thing, by its path or in a group: `std::fs`, `std::{env, fs}`.
fn names(code: &str, path: &str) -> bool {
    let in_group = path.split_once("::").is_some_and(|(first, last)| {
        let group = code.split_once(&format!("{first}::{{"));
        group.is_some_and(|(_, rest)| first_names(&format!("{{{rest}")).contains(&last.to_owned()))
    });
    in_group || has_name(code, path)
}

/// Whether code has a name or path as a whole.
fn has_name(code: &str, name: &str) -> bool {
    let part_of_name = |c: char| c.is_alphanumeric() || c == '_';
    code.match_indices(name).any(|(at, _)| {
        let before = code.get(..at).and_then(|text| text.chars().next_back());
        let after = code
            .get(at + name.len()..)
            .and_then(|text| text.chars().next());
        !before.is_some_and(part_of_name) && !after.is_some_and(part_of_name)
    })
}

fn sql_in_wrong_place(file: &SourceFile, source: &RustSource, findings: &mut Vec<Finding>) {
    if is_table_file(file) {
        return;
    }
    for text in source.product_texts() {
        let connection = is_about_connection(&text.text);
        let of_store = connection && file.path.starts_with(STORE);
        if !of_store && (connection || is_statement(&text.text)) {
            findings.push(Finding::new(
                &file.path,
                text.line,
                "SQL stands only in table files (*table*.rs) and migrations",
            ));
        }
    }
}

/// Reads or changes tables. "Select a service from the list" is English: SQL is written in one case.
fn is_statement(text: &str) -> bool {
    let text = text.trim_start();
    let word = text.split_whitespace().next().unwrap_or_default();
    if word != word.to_uppercase() && word != word.to_lowercase() {
        return false;
    }
    let whole = format!(
        "{} ",
        text.to_lowercase()
            .split_whitespace()
            .collect::<Vec<_>>()
            .join(" ")
    );
    let starts = |beginnings: &[&str]| {
        beginnings
            .iter()
            .any(|beginning| whole.starts_with(beginning))
    };
    (starts(&["select ", "with "]) && whole.contains(" from "))
        || (starts(&["update "]) && whole.contains(" set "))
        || starts(&[
            "insert into ",
            "insert or ",
            "replace into ",
            "delete from ",
            "alter table ",
            "drop table ",
            "drop index ",
        ])
        || starts(&[
            "create table ",
            "create index ",
            "create unique index ",
            "create virtual table ",
            "create trigger ",
            "create view ",
        ])
}

fn is_about_connection(text: &str) -> bool {
    let text = text.trim_start().to_uppercase();
    [
        "PRAGMA ",
        "ATTACH DATABASE ",
        "BEGIN IMMEDIATE",
        "VACUUM INTO ",
        // The first read of a keyed database, which shows whether the key is right.
        "SELECT COUNT(*) FROM SQLITE_SCHEMA",
    ]
    .iter()
    .any(|beginning| text.starts_with(beginning))
}

fn commands_in_wrong_place(file: &SourceFile, source: &RustSource, findings: &mut Vec<Finding>) {
    if file.path.starts_with("src-tauri/") {
        return;
    }
    for (line, code) in source
        .product_code()
        .filter(|(_, code)| code.contains("tauri::command"))
    {
        findings.push(Finding::new(
            &file.path,
            line,
            format!("a command of the window outside src-tauri: {}", code.trim()),
        ));
    }
}

fn more_of_directory_than_its_model(
    file: &SourceFile,
    source: &RustSource,
    findings: &mut Vec<Finding>,
) {
    for (line, code) in source.product_code() {
        for (_, after) in code
            .match_indices("services_directory::")
            .filter_map(|(at, path)| code.split_at_checked(at + path.len()))
        {
            for name in first_names(after)
                .into_iter()
                .filter(|name| !VISIBLE_OF_DIRECTORY.contains(&name.as_str()))
            {
                findings.push(Finding::new(
                    &file.path,
                    line,
                    format!("referrals sees of the directory only its model and ids, not `{name}`"),
                ));
            }
        }
    }
}

/// The first name of a path, or of each path in `{…}`.
fn first_names(path: &str) -> Vec<String> {
    let name = |text: &str| {
        text.trim()
            .chars()
            .take_while(|c| c.is_alphanumeric() || *c == '_')
            .collect::<String>()
    };
    let Some(group) = path.strip_prefix('{') else {
        return vec![name(path)];
    };
    let (mut depth, mut names, mut current) = (0_usize, Vec::new(), String::new());
    for character in group.chars() {
        match (character, depth) {
            (',', 0) => names.push(std::mem::take(&mut current)),
            ('}', 0) => break,
            _ => current.push(character),
        }
        match character {
            '{' => depth += 1,
            '}' => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    names.push(current);
    names
        .iter()
        .map(|text| name(text))
        .filter(|name| !name.is_empty())
        .collect()
}

fn tauri_in_wrong_place(file: &SourceFile, findings: &mut Vec<Finding>) {
    if file.path == "ui/src/backend/tauri.ts" {
        return;
    }
    for (line, _) in file
        .lines()
        .filter(|(_, text)| text.contains("@tauri-apps"))
    {
        findings.push(Finding::new(
            &file.path,
            line,
            "only ui/src/backend/tauri.ts knows Tauri",
        ));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn findings(path: &str, text: &str) -> Vec<usize> {
        check(&Tree::of(&[(path, text)]))
            .findings
            .iter()
            .map(|finding| finding.line)
            .collect()
    }

    #[test]
    fn a_pure_module_that_names_the_world_is_caught() {
        assert_eq!(
            findings(
                "services-directory/src/criteria.rs",
                "\nuse rusqlite::Connection;"
            ),
            [2]
        );
        assert_eq!(
            findings(
                "referrals/src/render/email.rs",
                "let now = jiff::Timestamp::now();"
            ),
            [1]
        );
        assert_eq!(
            findings("services-directory/src/search/words.rs", "std::fs::read(x)"),
            [1]
        );
    }

    #[test]
    fn a_table_file_beside_pure_ones_may_name_its_database() {
        let none = [] as [usize; 0];
        assert_eq!(
            findings("referrals/src/draft/draft_table.rs", "use rusqlite::Row;"),
            none
        );
        assert_eq!(
            findings("referrals/src/draft/form.rs", "use rusqlite::Row;"),
            [1]
        );
    }

    #[test]
    fn a_group_of_imports_hides_nothing_and_a_time_is_no_clock() {
        let file = "referrals/src/draft.rs";
        assert_eq!(
            findings(file, "use std::{collections::BTreeMap, fs::File};"),
            [1]
        );
        assert_eq!(
            findings(
                file,
                "fn f(at: SystemTime) {}\nlet now = SystemTime::now();"
            ),
            [2]
        );
    }

    #[test]
    fn a_pure_module_may_speak_of_the_world_and_test_with_it() {
        let text = "//! No rusqlite here.\nlet a = \"tokio\"; let instantly = 1;\n#[cfg(test)]\nmod tests { use std::fs; }";
        assert_eq!(findings("referrals/src/draft.rs", text), [] as [usize; 0]);
        assert_eq!(
            findings("referrals/src/outbox.rs", "use tokio::time;"),
            [] as [usize; 0]
        );
        assert_eq!(
            findings("services-directory/src/modelling.rs", "use rusqlite::Row;"),
            [] as [usize; 0]
        );
    }

    #[test]
    fn sql_outside_a_table_file_is_caught() {
        let sql = "\nlet a = \"SELECT id FROM drafts\";\nlet b = \"\n   update outbox set state = 1\";\nlet c = r\"CREATE TABLE a (b)\";";
        assert_eq!(findings("referrals/src/outbox.rs", sql), [2, 3, 5]);
        assert_eq!(
            findings("src-tauri/src/main.rs", "x(\"PRAGMA journal_mode\")"),
            [1]
        );
        assert_eq!(
            findings("store/src/open.rs", "x(\"SELECT value FROM settings\")"),
            [1]
        );
    }

    #[test]
    fn sql_in_its_place_and_english_are_not() {
        let none = [] as [usize; 0];
        assert_eq!(
            findings(
                "referrals/src/outbox_table.rs",
                "x(\"SELECT id FROM drafts\")"
            ),
            none
        );
        assert_eq!(
            findings("store/src/open.rs", "x(\"PRAGMA journal_mode\")"),
            none
        );
        assert_eq!(
            findings(
                "src-tauri/src/main.rs",
                "x(\"Select a service from the list\"); y(\"Update it, then set the date\")"
            ),
            none
        );
        assert_eq!(
            findings("referrals/tests/story.rs", "x(\"SELECT id FROM drafts\")"),
            none
        );
    }

    #[test]
    fn a_command_outside_the_window_is_caught() {
        assert_eq!(
            findings("referrals/src/outbox.rs", "#[tauri::command]\nfn a() {}"),
            [1]
        );
        assert_eq!(
            findings("src-tauri/src/commands.rs", "#[tauri::command]\nfn a() {}"),
            [] as [usize; 0]
        );
    }

    #[test]
    fn referrals_that_look_into_the_directory_are_caught() {
        assert_eq!(
            findings(
                "referrals/src/draft.rs",
                "use services_directory::cache::Cache;"
            ),
            [1]
        );
        assert_eq!(
            findings(
                "referrals/src/draft.rs",
                "use services_directory::{ids::{A, B}, search::rank};"
            ),
            [1]
        );
        assert_eq!(
            findings(
                "referrals/src/draft.rs",
                "use services_directory::{ids::{A, B}, model::C};\nuse services_directory::model::D;"
            ),
            [] as [usize; 0]
        );
    }

    #[test]
    fn a_page_that_knows_tauri_is_caught() {
        assert_eq!(
            findings(
                "ui/src/screens/Refer.svelte",
                "\nimport { invoke } from '@tauri-apps/api/core';"
            ),
            [2]
        );
        assert_eq!(
            findings(
                "ui/src/backend/tauri.ts",
                "import { invoke } from '@tauri-apps/api/core';"
            ),
            [] as [usize; 0]
        );
    }
}

//! A curator at the command line: from a dirty feed and a table into a file, twice over, through a cut, and out again for others.

use product_tests::open_referral_feed::{Feed, Script, service};
use product_tests::program::{Program, Said};
use serde_json::{Value, json};
use services_directory::feed::{Directory, FeedLimits};
use services_directory::model::{ServiceStatus, Tier};
use std::fs;
use std::path::{Path, PathBuf};
use tempfile::TempDir;

struct Curator {
    folder: TempDir,
    program: Program,
}

impl Curator {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let program = Program::over(&folder.path().join("data"), &folder.path().join("home"));
        Self { folder, program }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn text(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap()
    }

    fn file(&self) -> String {
        self.path("services.jsonl").display().to_string()
    }

    fn import(&self, feed: &Feed, more: &[&str]) -> Said {
        let file = self.file();
        self.program.run(
            &[
                &[
                    "directory",
                    "import",
                    "open-referral",
                    &feed.address,
                    "--into",
                    &file,
                ],
                more,
            ]
            .concat(),
        )
    }

    fn directory(&self) -> Directory {
        Directory::read(
            self.text("services.jsonl").as_bytes(),
            FeedLimits::default(),
        )
        .unwrap()
    }
}

#[test]
fn a_dirty_feed_comes_into_a_file_with_its_raw_records_and_every_repair() {
    let curator = Curator::new();
    let mut services: Vec<Value> = (0..30).map(service).collect();
    services[1]["description"] = json!("<p>Tea &amp; <script>alert(1)</script>walks</p>");
    services[2]["minimum_age"] = json!(-1);
    services[3]["last_modified"] = json!("2026-06-01T00:30:00");
    services[4]["contacts"][0]["phones"][0]["number"] = json!("Moorlands MAPS: 01632 960420");
    services[5]["email"] = json!("a@groups.example.org; b@groups.example.org");
    services[6]["url"] = json!("javascript:alert(1)");
    services[7]["name"] = json!("Group\u{202E} seven");
    services[8]["name"] = json!("");
    services[9]["id"] = json!(42);
    let raw = services[1].clone();
    let feed = Feed::start(Script::of(services));
    let said = curator.import(&feed, &["--licence", "OGL-UK-3.0"]);
    assert!(said.succeeded, "{}", said.err);
    for words in [
        "29 new",
        "The list is complete.",
        "Refused: 1",
        "service-8: it has no name",
        "unassured: nothing is sent to them",
    ] {
        assert!(said.out.contains(words), "{words}: {}", said.out);
    }
    for progress in [
        "Trying what the feed honours",
        "Page 1 of 1 of the list: 30 services",
        "30 of 30 services",
    ] {
        assert!(said.err.contains(progress), "{progress}: {}", said.err);
    }
    let directory = curator.directory();
    assert_eq!(
        (directory.services.len(), directory.endpoints.len()),
        (29, 0)
    );
    assert!(
        directory
            .services
            .iter()
            .all(|service| service.onward.tier == Tier::Unassured)
    );
    assert!(
        directory
            .services
            .iter()
            .all(|service| service.onward.licence.as_deref() == Some("OGL-UK-3.0"))
    );
    let text = curator.text("services.jsonl");
    assert!(
        !text.contains('@')
            && !text.contains("javascript")
            && !text.contains("<p>")
            && !text.contains('\u{202E}')
    );
    let report: Value = serde_json::from_str(&curator.text("services.import.json")).unwrap();
    let repairs = report["repairs"].as_array().unwrap();
    let has = |record: &str, field: &str, why: &str| {
        repairs.iter().any(|repair| {
            repair["record"] == record && repair["field"] == field && repair["why"] == why
        })
    };
    for (record, field, why) in [
        ("service-1", "description", "html"),
        ("service-2", "minimum_age", "empty-value"),
        ("service-3", "last_modified", "no-time-zone"),
        ("service-4", "contacts.phones.number", "label-in-phone"),
        ("service-5", "email", "not-one-email"),
        ("service-6", "url", "bad-link"),
        ("service-7", "name", "hidden-characters"),
    ] {
        assert!(
            has(record, field, why),
            "{record} {field} {why}: {repairs:?}"
        );
    }
    assert_eq!(report["capabilities"]["search"], json!({ "is": "yes" }));
    let kept = curator.text("services.raw.jsonl");
    let kept: Vec<Value> = kept
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(kept.len(), 30);
    assert!(
        kept.iter().any(|line| line["raw"] == raw),
        "as it came, with its HTML"
    );
    assert!(!curator.path("services.crawl.jsonl").exists());
}

#[test]
fn the_same_feed_again_changes_nothing_and_too_many_missing_stop_it() {
    let curator = Curator::new();
    let feed = Feed::of(20);
    assert!(curator.import(&feed, &[]).succeeded);
    let before = curator.text("services.jsonl");
    let said = curator.import(&feed, &["--json"]);
    let report = said.json();
    assert_eq!(
        (&report["changes"]["unchanged"], &report["changes"]["new"]),
        (&json!(20), &json!(0))
    );
    assert_eq!(curator.text("services.jsonl"), before);
    feed.change(|script| script.services.truncate(15));
    let seen = curator.text("services.seen.json");
    let said = curator.import(&feed, &[]);
    assert!(
        !said.succeeded && said.err.contains("5 of the 20 entries"),
        "{}",
        said.err
    );
    assert_eq!(
        (
            curator.text("services.jsonl"),
            curator.text("services.seen.json")
        ),
        (before, seen)
    );
    let said = curator.import(&feed, &["--vanished-are-right", "--json"]);
    assert!(said.succeeded, "{}", said.err);
    let missing = said.json()["changes"]["missing"].clone();
    assert_eq!(missing.as_array().unwrap().len(), 5);
    let closed = curator
        .directory()
        .services
        .iter()
        .filter(|service| service.status == ServiceStatus::Inactive)
        .count();
    assert_eq!(
        closed, 0,
        "asked for one by one they are gone, 404, and that may pass"
    );
}

#[test]
fn killed_in_the_middle_it_goes_on_where_it_was() {
    let curator = Curator::new();
    let feed = Feed::of(40);
    feed.change(|script| script.holds_after = Some(25));
    let file = curator.file();
    let mut child = curator.program.start(&[
        "directory",
        "import",
        "open-referral",
        &feed.address,
        "--into",
        &file,
    ]);
    feed.wait_for_details(26);
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(!Path::new(&file).exists(), "nothing is half there");
    feed.change(|script| script.holds_after = None);
    feed.requests();
    let said = curator.import(&feed, &[]);
    assert!(said.succeeded, "{}", said.err);
    assert!(
        said.err.contains("Going on with a crawl that was cut off"),
        "{}",
        said.err
    );
    let asked = feed
        .requests()
        .iter()
        .filter(|path| path.starts_with("/services/"))
        .count();
    assert!((15..=18).contains(&asked), "{asked}");
    assert_eq!(curator.directory().services.len(), 40);
}

/// A crawl takes hours, and a curator works meanwhile.
#[test]
fn what_is_edited_during_a_crawl_stays_and_no_second_import_begins() {
    let curator = Curator::new();
    let feed = Feed::of(10);
    assert!(curator.import(&feed, &[]).succeeded);
    feed.requests();
    feed.change(|script| {
        script.services.push(service(10));
        script.holds_after = Some(4);
    });
    let (file, table) = (curator.file(), curator.path("table.csv"));
    let mapping = curator.path("mapping.json");
    fs::write(&table, "Ref,Service\n1,Leek Walks\n").unwrap();
    let fields = r#"{"source":"council table","id":"Ref","columns":{"name":"Service"}}"#;
    fs::write(&mapping, fields).unwrap();
    let (table, mapping) = (table.to_str().unwrap(), mapping.to_str().unwrap());
    let import = ["directory", "import"];
    let crawl = [
        &import[..],
        &["open-referral", &feed.address, "--into", &file],
    ]
    .concat();
    let of_table = ["csv", table, "--mapping", mapping, "--into", &file];
    let of_table = [&import[..], &of_table].concat();

    let mut crawling = curator.program.start(&crawl);
    feed.wait_for_details(5);
    let refused = curator.program.run(&of_table);
    assert!(
        !refused.succeeded && refused.err.contains("at work on"),
        "{refused:?}"
    );
    let text = curator.text("services.jsonl");
    assert!(text.contains("\"Imported services\""));
    let edited = text.replacen("\"Imported services\"", "\"Services of Leek\"", 1);
    fs::write(&file, edited).unwrap();
    feed.change(|script| script.holds_after = None);
    assert!(crawling.wait().unwrap().success());

    let directory = curator.directory();
    assert_eq!(
        (directory.header.name.as_str(), directory.services.len()),
        ("Services of Leek", 11)
    );
    let done = curator.program.run(&of_table);
    assert!(done.succeeded, "{done:?}");
    assert_eq!(curator.directory().services.len(), 12);
}

#[test]
fn a_table_comes_in_by_its_mapping_and_bad_rows_are_told() {
    let curator = Curator::new();
    fs::write(
        curator.path("table.csv"),
        "\u{FEFF}Ref;Service;Tel\n1;Leek Walks;01632 960421\n2;too short\n3;Tea;\n",
    )
    .unwrap();
    fs::write(
        curator.path("mapping.json"),
        r#"{"source":"council table","id":"Ref","columns":{"name":"Service","phone":"Tel"},"fixed":{"category":"exercise"}}"#,
    )
    .unwrap();
    let (table, mapping) = (curator.path("table.csv"), curator.path("mapping.json"));
    let arguments = [
        "directory",
        "import",
        "csv",
        table.to_str().unwrap(),
        "--mapping",
        mapping.to_str().unwrap(),
        "--into",
    ];
    let said = curator
        .program
        .run(&[&arguments[..], &[&curator.file()]].concat());
    assert!(said.succeeded, "{}", said.err);
    for words in [
        "2 new",
        "line 3: the row has 2 fields where the header has 3",
        "UTF-8, separated by ';'",
        "NOT complete",
    ] {
        assert!(said.out.contains(words), "{words}: {}", said.out);
    }
    fs::write(
        &mapping,
        r#"{"source":"x","id":"Ref","columns":{"name":"Name","phone":"Phone"}}"#,
    )
    .unwrap();
    let said = curator
        .program
        .run(&[&arguments[..], &[&curator.file()]].concat());
    assert!(!said.succeeded);
    assert!(
        said.err
            .contains("no column \"Name\", \"Phone\"; it has: \"Ref\", \"Service\", \"Tel\""),
        "{}",
        said.err
    );
    assert_eq!(
        curator.directory().services.len(),
        2,
        "and nothing was changed"
    );
}

#[test]
fn duplicates_are_proposed_and_merged_only_by_command() {
    let curator = Curator::new();
    let mut twin = service(1);
    twin["id"] = json!("twin");
    twin["name"] = json!("Moorlands Group 1");
    let mut services: Vec<Value> = (0..4).map(service).collect();
    for (nth, service) in services.iter_mut().enumerate() {
        service["contacts"] = json!([{ "phones": [{ "number": format!("01632 96043{nth}") }] }]);
        service["url"] = json!(format!("https://group{nth}.example.org"));
    }
    twin["contacts"] = services[1]["contacts"].clone();
    services.push(twin);
    let feed = Feed::start(Script::of(services));
    assert!(curator.import(&feed, &[]).succeeded);
    let before = curator.text("services.jsonl");
    let found = curator
        .program
        .json(&["directory", "duplicates", &curator.file()]);
    assert_eq!(
        curator.text("services.jsonl"),
        before,
        "proposed, and nothing done"
    );
    let first = &found[0];
    let ids = [
        first["first"]["id"].as_str().unwrap(),
        first["second"]["id"].as_str().unwrap(),
    ];
    let words = curator
        .program
        .run(&["directory", "duplicates", &curator.file()])
        .out;
    assert!(
        words.contains("the same phone number (01632960431)"),
        "{words}"
    );
    assert!(
        curator
            .program
            .run(&["directory", "merge", &curator.file(), ids[0], ids[1]])
            .succeeded
    );
    let directory = curator.directory();
    assert_eq!(directory.services.len(), 5, "both ids stay");
    let gone = directory
        .services
        .iter()
        .find(|service| service.id.as_str() == ids[1])
        .unwrap();
    assert_eq!(
        gone.onward
            .replaced_by
            .as_ref()
            .map(services_directory::ids::ServiceId::as_str),
        Some(ids[0])
    );
    // The feed still has both: the merge holds.
    let report = curator.import(&feed, &["--json"]).json();
    assert_eq!(
        (&report["changes"]["new"], &report["changes"]["merged"]),
        (&json!(0), &json!(1))
    );
    assert_eq!(curator.directory(), directory);
}

#[test]
fn what_is_exported_can_be_imported_and_has_no_address() {
    let curator = Curator::new();
    let starter = product_tests::directories::STARTER;
    fs::write(curator.path("starter.jsonl"), starter).unwrap();
    let pages = curator.path("pages");
    let from = curator.path("starter.jsonl");
    let said = curator.program.run(&[
        "directory",
        "export",
        "open-referral",
        "--from",
        from.to_str().unwrap(),
        "--to",
        pages.to_str().unwrap(),
    ]);
    assert!(
        said.succeeded && said.out.contains("98 services"),
        "{} {}",
        said.out,
        said.err
    );
    let directory = Directory::read(starter.as_bytes(), FeedLimits::default()).unwrap();
    let mut services = Vec::new();
    let mut read = 0;
    for entry in fs::read_dir(pages.join("services")).unwrap() {
        let path = entry.unwrap().path();
        let text = fs::read_to_string(&path).unwrap();
        read += 1;
        for endpoint in &directory.endpoints {
            assert!(
                !text.contains(&endpoint.address),
                "{} has {}",
                path.display(),
                endpoint.address
            );
        }
        if !path
            .file_name()
            .unwrap()
            .to_str()
            .unwrap()
            .starts_with("page-")
        {
            services.push(serde_json::from_str(&text).unwrap());
        }
    }
    assert_eq!(
        (read, services.len(), directory.endpoints.len()),
        (99, 98, 45)
    );
    let said = curator.import(&Feed::start(Script::of(services)), &["--json"]);
    let report = said.json();
    assert_eq!(
        (
            &report["changes"]["new"],
            &report["refused"],
            &report["repairs"]
        ),
        (&json!(98), &json!([]), &json!([]))
    );
    let names = |directory: &Directory| {
        let mut names: Vec<String> = directory
            .services
            .iter()
            .map(|service| service.name.clone())
            .collect();
        names.sort();
        names
    };
    assert_eq!(names(&curator.directory()), names(&directory));
}

/// A service that asked not to be listed any more, in a folder that a web server serves.
#[test]
fn what_left_the_directory_leaves_the_export_too_and_nothing_of_others_goes() {
    let curator = Curator::new();
    let (from, to) = (curator.path("starter.jsonl"), curator.path("pages"));
    let export = || {
        let (from, to) = (from.to_str().unwrap(), to.to_str().unwrap());
        let export = ["directory", "export", "open-referral"];
        let said = curator
            .program
            .run(&[&export[..], &["--from", from, "--to", to, "--json"]].concat());
        assert!(said.succeeded, "{said:?}");
        said.json()
    };
    let starter = product_tests::directories::STARTER;
    fs::write(&from, starter).unwrap();
    assert_eq!(export()["taken_away"], 0);
    let of = |id: &str| {
        let name = services_directory::export::open_referral::uuid("service", id);
        to.join(format!("services/{name}.json"))
    };
    assert!(of("mens-shed").exists());
    // A page of a longer list, as an earlier export left it; and files of others, of which two only look like ours.
    let page = r#"{"page_number":7,"contents":[]}"#;
    fs::write(to.join("services/page-7.json"), page).unwrap();
    let others = [
        ("index.html", "<p>Hello</p>"),
        ("services/README.json", "{}"),
        ("services/page-8.json", r#"{"page_number":7,"contents":[]}"#),
        (
            "services/0f1f2a9e-4b5a-4a55-8f0e-0a6d1d0c1a01.json",
            r#"{"id":"another"}"#,
        ),
    ];
    for (name, text) in others {
        fs::write(to.join(name), text).unwrap();
    }

    let listed = |line: &&str| !line.starts_with("{\"kind\":\"service\",\"id\":\"mens-shed\"");
    let without: Vec<&str> = starter.lines().filter(listed).collect();
    let without = without.join("\n");
    let without = without
        .replace("\"mens-shed\",", "")
        .replace("\"mens-shed\"", "");
    fs::write(&from, without).unwrap();
    let report = export();
    assert_eq!(
        (&report["services"], &report["taken_away"]),
        (&json!(97), &json!(2))
    );
    assert!(!of("mens-shed").exists() && !to.join("services/page-7.json").exists());
    assert!(of("pain-platform").exists() && to.join("services/page-1.json").exists());
    for (name, text) in others {
        assert_eq!(fs::read_to_string(to.join(name)).unwrap(), text, "{name}");
    }
}

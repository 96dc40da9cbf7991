//! The command line as a script uses it: what it answers, as JSON, and how it refuses.

use product_tests::directories::STARTER;
use product_tests::patients::SMITH;
use product_tests::practice::{PAIN_PLATFORM, Practice};
use product_tests::program::Program;
use serde_json::Value;
use services_directory::layer::LayerKind;
use tempfile::TempDir;

/// `onward-cli` over a folder that is not there yet: it becomes a demonstration.
fn fresh() -> (Program, TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let program = Program::over(&folder.path().join("data"), &folder.path().join("home"));
    (program, folder)
}

fn keys(value: &Value) -> Vec<&str> {
    value
        .as_object()
        .unwrap()
        .keys()
        .map(String::as_str)
        .collect()
}

fn pretty(value: &Value) -> String {
    serde_json::to_string_pretty(value).unwrap()
}

#[test]
fn search_finds_by_half_words_and_always_answers_in_one_form() {
    let (program, folder) = fresh();
    let found = program.json(&["search", "fibro", "low", "mo"]);
    assert_eq!(
        keys(&found),
        [
            "crisis",
            "hidden",
            "hidden_here",
            "hits",
            "not_open",
            "of_practice",
            "understood_as",
            "usual"
        ]
    );
    assert_eq!(
        keys(&found["hits"][0]),
        [
            "category",
            "do_not_refer",
            "favourite",
            "id",
            "name",
            "pinned",
            "reasons",
            "unassured",
            "why"
        ]
    );
    assert_eq!(found["usual"], false);
    assert_eq!(
        keys(&found["hidden"]),
        ["age", "area", "closed", "elsewhere_not_counted", "here"]
    );
    assert_eq!(
        (&found["hits"][0]["id"], &found["crisis"]),
        (&PAIN_PLATFORM.into(), &false.into())
    );

    let queries = folder.path().join("queries");
    let lines = [
        "Pain Platform",
        "{\"text\": \"Pain Platform\", \"age\": 15}",
        "",
        "she wants to die",
        "Let's Talk Moorlands",
        "xyzzyx",
    ];
    std::fs::write(&queries, lines.join("\n")).unwrap();
    let said = program.run(&["search", "--batch", queries.to_str().unwrap(), "--json"]);
    assert!(said.succeeded, "{said:?}");
    let answers: Vec<Value> = said
        .out
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(answers.len(), 5, "one a query; an empty line is none");
    assert_eq!(answers[0]["hits"][0]["id"], PAIN_PLATFORM);
    let young = &answers[1]["not_open"][0];
    assert_eq!(young["id"], PAIN_PLATFORM);
    assert_eq!(young["reason"], "age: aged 16 or over");
    assert_eq!(answers[2]["crisis"], true);
    let closed = answers[3]["not_open"][0]["reason"].as_str().unwrap();
    assert!(closed.starts_with("closed: since 01-Apr-2026"), "{closed}");
    assert!(
        closed.ends_with("; now NHS Talking Therapies, for anxiety and depression"),
        "{closed}"
    );
    assert_eq!(answers[4]["hits"], serde_json::json!([]));

    std::fs::write(&queries, "{\"text\": \"pain\", \"name\": \"SMITH\"}").unwrap();
    let refused = program.run(&["search", "--batch", queries.to_str().unwrap(), "--json"]);
    assert!(!refused.succeeded);
    assert_eq!(refused.json()["error"]["code"], "usage");
    assert!(!refused.out.contains("SMITH"), "{}", refused.out);
}

/// What the window shows of the practice's own layer, for whoever has no window.
#[test]
fn search_says_what_this_practice_pinned_hid_and_does_not_refer_to() {
    let practice = Practice::open();
    let program = Program::over(&practice.data(), &practice.beside("home"));
    let found = |words: &[&str]| program.json(&[&["search"], words].concat());
    let ids = |found: &Value| -> Vec<String> {
        let hits = found["hits"].as_array().unwrap().iter();
        hits.map(|hit| hit["id"].as_str().unwrap().to_owned())
            .collect()
    };
    let plain = found(&["fibro"]);
    let before = ids(&plain);
    assert!(before.len() > 3, "{before:?}");
    for hit in plain["hits"].as_array().unwrap() {
        assert_eq!(
            (&hit["pinned"], &hit["do_not_refer"]),
            (&false.into(), &Value::Null)
        );
    }
    assert_eq!(plain["hidden"]["here"], 0);

    let [hidden, stopped] = [&before[0], &before[1]];
    let pinned = before.last().unwrap();
    for (id, kind, words) in [
        (pinned, LayerKind::Pin, ""),
        (hidden, LayerKind::Hidden, "Ours only on Mondays."),
        (stopped, LayerKind::DoNotRefer, "Triage has stopped."),
    ] {
        practice.engine.add_to_layer(id, kind, words).unwrap();
    }
    let said = "Dr Nia Okafor, 21-Nov-2026: Triage has stopped.";
    let here = found(&["fibro"]);
    let after = ids(&here);
    assert_eq!((&after[0], after.contains(hidden)), (pinned, false));
    assert_eq!(here["hits"][0]["pinned"], true);
    let at = after.iter().position(|id| id == stopped).unwrap();
    assert_eq!(here["hits"][at]["do_not_refer"], said);
    assert_eq!(here["hidden"]["here"], 1);
    assert_eq!(here["hidden_here"], serde_json::json!([]));

    let words = program.run(&["search", "fibro"]).out;
    let line = |id: &str| {
        let mut lines = words.lines();
        lines.find(|line| line.contains(&format!("[{id}]")))
    };
    assert!(line(pinned).unwrap().contains("(pinned here)"), "{words}");
    let mark = format!("(do not refer here: {said})");
    assert!(line(stopped).unwrap().contains(&mark), "{words}");
    assert_eq!(line(hidden), None);
    assert!(words.contains("Hidden by this practice: 1\n"), "{words}");

    // By its own name it is found, with who hid it and why.
    let name = plain["hits"][0]["name"].as_str().unwrap();
    let named = found(&[name]);
    assert_eq!(
        named["hidden_here"],
        serde_json::json!([{
            "id": hidden, "name": name, "said": "Dr Nia Okafor, 21-Nov-2026: Ours only on Mondays.",
        }])
    );
    assert!(!ids(&named).contains(hidden));
    let words = program.run(&["search", name]).out;
    assert!(
        words.contains(&format!("Hidden here: {name}  [{hidden}]  Dr Nia Okafor")),
        "{words}"
    );
}

#[test]
fn a_curator_asks_a_service_what_is_wrong_with_its_entry_by_an_e_mail() {
    let (program, folder) = fresh();
    let file = folder.path().join("area.jsonl");
    std::fs::write(&file, STARTER).unwrap();
    let file = file.to_str().unwrap();
    let printed = program.run(&["directory", "ask", file, PAIN_PLATFORM]);
    assert!(printed.succeeded, "{printed:?}");
    insta::assert_snapshot!(printed.out);

    let to = folder.path().join("to send");
    let to = to.to_str().unwrap();
    let written = program.json(&["directory", "ask", file, PAIN_PLATFORM, "--to", to]);
    let path = written["path"].as_str().unwrap();
    assert!(path.ends_with("ask-pain-platform.txt"), "{path}");
    let text = std::fs::read_to_string(path).unwrap();
    assert_eq!(written["email"], text);
    assert_eq!(printed.out.trim_end(), text.trim_end());

    let nobody = program.json(&["directory", "ask", file, "nowhere"]);
    assert_eq!(nobody["error"]["code"], "directory-changed");
    assert!(
        !folder.path().join("data").exists(),
        "no data folder is opened"
    );
}

#[test]
fn show_answers_with_the_criteria_beside_what_is_known() {
    let (program, _folder) = fresh();
    let mut shown = program.json(&["show", PAIN_PLATFORM, "--age", "15"]);
    assert_eq!(shown["service"]["name"], "Pain Platform");
    shown["service"] = "…".into();
    insta::assert_snapshot!(pretty(&shown));
    assert_eq!(
        program.json(&["show", PAIN_PLATFORM, "--age", "16"])["not_open"],
        Value::Null
    );
    let none = program.run(&["show", "nowhere"]);
    assert!(!none.succeeded && none.out.is_empty());
    assert_eq!(
        none.err,
        "onward-cli: there is no service nowhere in the directory\n"
    );
}

#[test]
fn read_answers_with_the_patient_and_keeps_nothing() {
    let (program, folder) = fresh();
    let said = program.run_with(&["read", "-", "--json"], SMITH);
    insta::assert_snapshot!(pretty(&said.json()));
    assert!(
        !folder.path().join("data").exists(),
        "no data folder is opened"
    );
    let file = folder.path().join("paste.txt");
    std::fs::write(&file, SMITH).unwrap();
    assert_eq!(program.json(&["read", file.to_str().unwrap()]), said.json());
    let missing = program.json(&["read", "no-such-file"]);
    assert_eq!(missing["error"]["code"], "input");
}

#[test]
fn refer_names_everything_that_is_missing_and_then_queues() {
    let (program, _folder) = fresh();
    let bare = [
        "refer",
        "--service",
        PAIN_PLATFORM,
        "--patient",
        "-",
        "--json",
    ];
    let said = program.run_with(&bare, "SMITH, John (Mr)  NHS No. 999 000 0018\n");
    assert!(!said.succeeded);
    insta::assert_snapshot!(pretty(&said.json()));
    let words = program.run_with(&bare[..5], "SMITH, John (Mr)  NHS No. 999 000 0018\n");
    assert!(!words.succeeded && words.out.is_empty());
    assert!(
        words.err.starts_with("onward-cli: something is missing: "),
        "{}",
        words.err
    );

    let answers = [
        "--reason-code",
        "low-mood",
        "--consent",
        "patient-by-phone",
        "--crisis",
        "asked-none",
        "--red-flags",
        "asked-none",
        "--answer",
        "prefers=Phone",
    ];
    let queued = program
        .run_with(&[&bare[..], &answers].concat(), SMITH)
        .json();
    assert_eq!(
        keys(&queued),
        ["not_before_at", "reference", "referral_id", "service"]
    );
    assert_eq!(queued["service"], "Pain Platform");

    let listed = program.json(&["outbox"]);
    assert_eq!(
        keys(&listed),
        [
            "channel_problem",
            "directory",
            "needs_attention",
            "referrals",
            "waiting"
        ]
    );
    assert_eq!(listed["waiting"], 1, "what was incomplete is not queued");
    let row = &listed["referrals"][0];
    assert_eq!(
        (&row["reference"], &row["state"]),
        (&queued["reference"], &"queued".into())
    );
    assert_eq!(row["responsibility"], "practice");
    assert!(
        !pretty(&listed).to_uppercase().contains("SMITH"),
        "a terminal keeps what it shows"
    );

    let id = queued["referral_id"].as_str().unwrap();
    let undone = program.json(&["outbox", "undo", id]);
    assert_eq!(
        (&undone["waiting"], &undone["referrals"][0]["state"]),
        (&0.into(), &"undone".into())
    );
    let twice = program.json(&["outbox", "undo", id]);
    assert_eq!(twice["error"]["code"], "too-late");
    let nothing = program.json(&["outbox", "send-again", id]);
    assert_eq!(nothing["error"]["code"], "not-allowed");
    assert_eq!(
        program.json(&["outbox", "send-now", "no-such-id"])["error"]["code"],
        "not-found"
    );
}

#[test]
fn a_demonstration_by_the_command_line_alone_arrives_in_its_own_mailbox() {
    let (program, folder) = fresh();
    let arguments = [
        "refer",
        "--service",
        PAIN_PLATFORM,
        "--patient",
        "-",
        "--reason",
        "pain",
        "--consent",
        "patient-in-person",
        "--crisis",
        "asked-none",
        "--red-flags",
        "asked-none",
        "--send-now",
        "--json",
    ];
    let queued = program.run_with(&arguments, SMITH).json();
    let sent = program.json(&["outbox", "send", "--until-empty"]);
    assert_eq!(
        (&sent["waiting"], &sent["referrals"][0]["state"]),
        (&0.into(), &"sent".into())
    );
    let mailbox =
        demo::mail_server::Mailbox::open(folder.path().join("data/demonstration-mailbox"));
    let messages = mailbox.unwrap().list().unwrap();
    assert_eq!(messages.len(), 1);
    assert!(
        messages[0]
            .subject
            .contains(queued["reference"].as_str().unwrap())
    );
}

#[test]
fn directory_load_takes_a_whole_one_or_keeps_the_old() {
    let (program, folder) = fresh();
    let load = |name: &str, text: &str| {
        let file = folder.path().join(name);
        std::fs::write(&file, text).unwrap();
        program.run(&["directory", "load", file.to_str().unwrap(), "--json"])
    };
    let name = || program.json(&["show", PAIN_PLATFORM])["service"]["name"].clone();
    let renamed = |to: &str, version: &str| {
        STARTER
            .replace("\"name\":\"Pain Platform\"", &format!("\"name\":\"{to}\""))
            .replacen("\"version\":1,", version, 1)
    };
    let second = load(
        "second.jsonl",
        &renamed("Pain Platform Two", "\"version\":2,"),
    );
    assert!(second.succeeded, "{second:?}");
    let loaded = second.json();
    assert_eq!(keys(&loaded), ["name", "services", "version"]);
    assert_eq!(loaded["version"], 2);
    assert!(loaded["services"].as_u64().unwrap() > 50);
    assert_eq!(name(), "Pain Platform Two");
    let found = program.json(&["search", "Pain", "Platform", "Two"]);
    assert_eq!(found["hits"][0]["id"], PAIN_PLATFORM);

    let third = renamed("Pain Platform Three", "\"version\":3,");
    let lines: Vec<&str> = third.lines().collect();
    let service = lines
        .iter()
        .position(|line| line.contains("\"id\":\"pain-platform\""))
        .unwrap();
    let broken = |line: String| {
        let mut lines: Vec<String> = lines.iter().map(|line| (*line).to_owned()).collect();
        lines[service] = line;
        lines.join("\n")
    };
    let cut = lines[service].get(..200).unwrap().to_owned();
    let closed = lines[service].replacen("\"status\":\"active\"", "\"status\":\"asleep\"", 1);
    let stranger = lines[service].replace(
        "\"organization_id\":\"moorland-vale-health\"",
        "\"organization_id\":\"nobody\"",
    );
    for (what, text) in [
        ("a line cut short", broken(cut)),
        ("a word that the schema does not have", broken(closed)),
        ("an organisation that is not there", broken(stranger)),
    ] {
        let refused = load("broken.jsonl", &text);
        assert!(!refused.succeeded, "{what}");
        let error = &refused.json()["error"];
        let message = error["message"].as_str().unwrap();
        assert!(
            message.starts_with(&format!("line {}", service + 1)),
            "{what}: {message}"
        );
        assert_eq!(
            name(),
            "Pain Platform Two",
            "{what}: the old directory stays"
        );
    }
    let missing = program.json(&["directory", "load", "no-such-file"]);
    assert_eq!(missing["error"]["code"], "input");
}

//! Two curators publish by the command line, each with keys of their own, and a practice follows: what one person alone cannot do, and what they can.

use base64::{Engine, prelude::BASE64_STANDARD};
use product_tests::directories::STARTER;
use product_tests::program::{Program, Said};
use serde_json::Value;
use signed_feed::publish::bytes_to_sign;
use std::path::{Path, PathBuf};
use tempfile::TempDir;
use tough::schema::{Root, Signed};

const PASSPHRASES: [(&str, &str); 5] = [
    ("ann", "apple bridge candle dew"),
    ("ben", "bread castle door eagle"),
    ("cem", "clock desert engine fox"),
    ("dee", "drum elbow fabric gate"),
    ("server", "seven quiet river stones"),
];
const PAIN: &str = "referrals@pain-platform.example.nhs.uk";
const MOVED: &str = "referrals@pain-platf0rm.example.nhs.uk";

/// One person at their own computer, or the computer that runs cron.
struct Person {
    name: &'static str,
    passphrase: &'static str,
    folder: PathBuf,
    program: Program,
}

impl Person {
    fn key(&self, purpose: &str) -> String {
        let path = self.folder.join(format!("{purpose}.key"));
        path.to_str().unwrap().to_owned()
    }

    fn make_key(&self, purpose: &str) -> String {
        let key = self.key(purpose);
        let made = self.run(&["key", &key, "--for", purpose, "--holder", self.name]);
        assert!(made.succeeded, "{made:?}");
        format!("{key}.pub")
    }

    /// With this person's passphrase on standard input.
    fn run(&self, arguments: &[&str]) -> Said {
        let arguments = [&["directory"], arguments].concat();
        let input = format!("{}\n", self.passphrase);
        self.program.run_with(&arguments, &input)
    }

    fn done(&self, arguments: &[&str]) -> Value {
        let said = self.run(&[arguments, &["--json"]].concat());
        assert!(said.succeeded, "{said:?}");
        said.json()
    }

    fn refused(&self, arguments: &[&str]) -> String {
        let said = self.run(&[arguments, &["--json"]].concat());
        assert!(!said.succeeded, "{said:?}");
        let code = said.json()["error"]["code"].as_str().map(str::to_owned);
        code.unwrap()
    }
}

/// Curators with a directory that is begun and not yet published, and the file that they keep.
pub(crate) struct Area {
    root: TempDir,
    ann: Person,
    ben: Person,
    cem: Person,
    server: Person,
    pub(crate) fingerprint: String,
}

impl Area {
    fn begun() -> Self {
        Self::begun_with(STARTER)
    }

    pub(crate) fn begun_with(text: &str) -> Self {
        let root = tempfile::tempdir().unwrap();
        let person = |name: &'static str| {
            let folder = root.path().join(name);
            std::fs::create_dir_all(&folder).unwrap();
            let passphrase = PASSPHRASES.iter().find(|it| it.0 == name).unwrap().1;
            let program = Program::over(&folder.join("data"), &folder.join("home"));
            Person {
                name,
                passphrase,
                folder,
                program,
            }
        };
        let mut area = Self {
            ann: person("ann"),
            ben: person("ben"),
            cem: person("cem"),
            server: person("server"),
            fingerprint: String::new(),
            root,
        };
        std::fs::write(area.file(), text).unwrap();
        area.begin();
        area
    }

    fn path(&self, name: &str) -> String {
        self.root.path().join(name).to_str().unwrap().to_owned()
    }

    fn file(&self) -> String {
        self.path("area.jsonl")
    }

    pub(crate) fn public(&self) -> String {
        self.path("public")
    }

    /// Ann makes the root, and Ben signs it elsewhere.
    fn begin(&mut self) {
        let public = [
            self.ann.make_key("root"),
            self.ben.make_key("root"),
            self.cem.make_key("root"),
            self.ann.make_key("endpoints"),
            self.ben.make_key("endpoints"),
            self.ben.make_key("services"),
            self.server.make_key("online"),
        ];
        let (folder, request) = (self.public(), self.path("root.request"));
        let mut init: Vec<&str> = vec!["init", "--folder", &folder, "--request", &request];
        let key = self.ann.key("root");
        init.extend(["--key", &key, "--public"]);
        init.extend(public.iter().map(String::as_str));
        assert_eq!(self.ann.done(&init)["published"], false);
        let signature = self.sign(&self.ben, "sign-root", "root", &request, &[]);
        init.extend(["--signature", &signature]);
        let made = self.ann.done(&init);
        self.fingerprint = made["fingerprint"].as_str().map(str::to_owned).unwrap();
    }

    /// What another person answers to a request: the file of their signature.
    fn sign(&self, who: &Person, command: &str, key: &str, request: &str, more: &[&str]) -> String {
        let (key, out) = (who.key(key), self.path(&format!("{command}.{}", who.name)));
        let arguments = [command, request, "--key", &key, "--yes", "--out", &out];
        who.done(&[&arguments, more].concat());
        out
    }

    /// Ben publishes; the online key is in his hands too, with the server's passphrase in a file.
    fn publish(&self, more: &[&str]) -> Said {
        let passphrases = self.path("passphrases");
        let (ben, server) = (self.ben.passphrase, self.server.passphrase);
        std::fs::write(&passphrases, format!("{ben}\n{server}\n{ben}\n")).unwrap();
        let (file, folder) = (self.file(), self.public());
        let (services, online) = (self.ben.key("services"), self.server.key("online"));
        let mut arguments = vec!["publish", &file, "--folder", &folder, "--json"];
        arguments.extend(["--key", &services, "--key", &online]);
        arguments.extend(["--passphrase-file", &passphrases]);
        arguments.extend(more);
        self.ben.run(&arguments)
    }

    /// With Ben's own signature over endpoints, and Ann's after she has looked.
    pub(crate) fn publish_by_two(&self) -> Value {
        let (request, key) = (self.path("endpoints.request"), self.ben.key("endpoints"));
        let asked = self.publish(&["--key", &key, "--request", &request]);
        assert_eq!(asked.json()["published"], false, "{asked:?}");
        let fingerprint = ["--fingerprint", &self.fingerprint];
        let ann = self.sign(
            &self.ann,
            "sign-endpoints",
            "endpoints",
            &request,
            &fingerprint,
        );
        let done = self.publish(&["--request", &request, "--signature", &ann]);
        assert!(done.succeeded, "{done:?}");
        done.json()
    }

    pub(crate) fn edit(&self, from: &str, to: &str) {
        let text = std::fs::read_to_string(self.file()).unwrap();
        assert!(text.contains(from));
        std::fs::write(self.file(), text.replacen(from, to, 1)).unwrap();
    }

    fn status(&self) -> Value {
        self.ben.done(&["status", "--folder", &self.public()])
    }

    /// All files that are published, by their names.
    fn files(&self) -> Vec<(PathBuf, Vec<u8>)> {
        let mut files = Vec::new();
        for part in ["metadata", "targets"] {
            let folder = Path::new(&self.public()).join(part);
            for entry in std::fs::read_dir(folder).into_iter().flatten() {
                let path = entry.unwrap().path();
                files.push((path.clone(), std::fs::read(path).unwrap()));
            }
        }
        files.sort();
        files
    }

    fn practice(&self) -> Program {
        let folder = self.root.path().join("practice");
        Program::over(&folder.join("data"), &folder.join("home"))
    }

    fn enrolled(&self) -> Program {
        let practice = self.practice();
        let (folder, fingerprint) = (self.public(), self.fingerprint.as_str());
        let enrol = [
            "enrol",
            "https://directory.example",
            "--from",
            &folder,
            "--fingerprint",
            fingerprint,
            "--json",
        ];
        let said = practice.run(&enrol);
        assert!(said.succeeded, "{said:?}");
        practice
    }

    fn sync(&self, practice: &Program) -> Said {
        practice.run(&["sync", "--from", &self.public(), "--json"])
    }
}

#[test]
fn two_curators_publish_and_a_changed_address_needs_both() {
    let area = Area::begun();
    let first = area.publish_by_two();
    assert_eq!(
        (&first["version"], &first["endpoints"]),
        (&1.into(), &45.into())
    );
    let practice = area.enrolled();

    // Words alone: one curator.
    area.edit("Moorlands Surgery", "Moorlands Practice");
    let alone = area.publish(&[]);
    assert!(alone.succeeded, "{alone:?}");
    assert_eq!(area.sync(&practice).json()["version"], 2);

    // An address: one signature short changes nothing, and says what is missing.
    area.edit(PAIN, MOVED);
    let before = area.files();
    let (request, key) = (area.path("endpoints.request"), area.ben.key("endpoints"));
    let short = area.publish(&["--key", &key, "--request", &request]).json();
    assert_eq!(
        (&short["published"], &short["signed_by"][0]),
        (&false.into(), &"ben".into())
    );
    // Ben's signature twice is one person's.
    let own = ["--fingerprint", &area.fingerprint];
    let twice = area.sign(&area.ben, "sign-endpoints", "endpoints", &request, &own);
    let refused = area.publish(&["--request", &request, "--signature", &twice]);
    assert_eq!(refused.json()["error"]["code"], "signed-twice");
    // A signature over another request is over other bytes.
    let other = area.path("other.request");
    area.edit(MOVED, "referrals@elsewhere.example.nhs.uk");
    area.publish(&["--key", &key, "--request", &other]);
    let of_other = area.sign(&area.ann, "sign-endpoints", "endpoints", &other, &[]);
    area.edit("referrals@elsewhere.example.nhs.uk", MOVED);
    let refused = area.publish(&["--request", &request, "--signature", &of_other]);
    assert_eq!(refused.json()["error"]["code"], "other-bytes");
    assert_eq!(area.files(), before);

    let done = area.publish_by_two();
    let change = &done["endpoint_changes"][0];
    assert_eq!(
        (&change["was"]["address"], &change["now"]["address"]),
        (&PAIN.into(), &MOVED.into())
    );
    // One address of 45 is more than one in fifty: the practice is asked first.
    let held = area.sync(&practice).json();
    assert_eq!(
        (&held["refresh"], &held["version"]),
        (&"held".into(), &2.into())
    );
    let accepted = practice.run(&["sync", "--accept-held", "--json"]);
    assert_eq!(accepted.json()["version"], 3, "{accepted:?}");
}

#[test]
fn the_second_person_sees_what_changes_and_must_say_yes() {
    let area = Area::begun();
    area.publish_by_two();
    area.edit(PAIN, MOVED);
    let (request, key) = (area.path("endpoints.request"), area.ben.key("endpoints"));
    area.publish(&["--key", &key, "--request", &request]);
    let (own, out) = (area.ann.key("endpoints"), area.path("signature"));
    let sign = [
        "directory",
        "sign-endpoints",
        &request,
        "--key",
        &own,
        "--out",
        &out,
    ];
    let no = area.ann.program.run_with(&sign, "no\n");
    assert!(!no.succeeded && !Path::new(&out).exists());
    let seen: Vec<&str> = no
        .out
        .lines()
        .filter(|line| line.contains("referrals@"))
        .collect();
    // An o that became a zero.
    let alike = format!("  LOOK     easily read as {PAIN}, and is another address");
    assert_eq!(
        seen,
        [
            format!("  was      {PAIN}"),
            format!("  now      {MOVED}"),
            alike
        ]
    );
    let (file, folder) = (area.file(), area.public());
    let looks = || -> Vec<String> {
        let check = ["check", &file, "--folder", &folder, "--json"];
        let said = area.ben.run(&check).json();
        let found = said["found"].as_array().unwrap().iter();
        let of_pain = found.filter(|it| it["record"] == "endpoint-pain-platform");
        let what = of_pain.map(|it| it["what"].as_str().unwrap().to_owned());
        what.filter(|it| it.starts_with("its address:")).collect()
    };
    assert_eq!(
        looks(),
        [
            format!("its address: easily read as {PAIN}, and is another address"),
            "its address: the address before was at pain-platform.example.nhs.uk".to_owned()
        ]
    );
    area.edit(MOVED, "pain@elsewhere.example");
    let said = looks().join("\n");
    assert!(
        said.contains("was at pain-platform.example.nhs.uk") && said.contains("encrypted"),
        "{said}"
    );
    area.edit("pain@elsewhere.example", PAIN);
    assert_eq!(looks(), [""; 0], "the control");
    area.edit(PAIN, MOVED);
    // Somebody else's directory, and a request that was changed on the way.
    let stranger = ["--fingerprint", &"0".repeat(64), "--yes"];
    let refused = area.ann.run(&[&sign[1..], &stranger].concat());
    assert!(refused.err.contains("another directory"), "{refused:?}");
    let text = std::fs::read_to_string(&request).unwrap();
    let mut forged: Value = serde_json::from_str(&text).unwrap();
    forged["targets"]["file"] = forged["published"]["file"].clone();
    std::fs::write(&request, forged.to_string()).unwrap();
    let sign = ["sign-endpoints", &request, "--key", &own, "--yes"];
    assert_eq!(area.ann.refused(&sign), "request-refused");
    std::fs::write(&request, text).unwrap();
    // The key for services does not sign endpoints, whoever holds it.
    let services = area.ben.key("services");
    let (sign, known) = (
        ["sign-endpoints", &request, "--key", &services, "--yes"],
        ["--fingerprint", &area.fingerprint],
    );
    assert_eq!(
        area.ben.refused(&[&sign[..], &known].concat()),
        "unknown-key"
    );
    let said = area.ann.program.run_with(
        &[
            "directory",
            "sign-endpoints",
            &request,
            "--key",
            &own,
            "--out",
            &out,
        ],
        &format!("yes\n{}\n", area.ann.passphrase),
    );
    assert!(said.succeeded && Path::new(&out).exists(), "{said:?}");
}

#[cfg(unix)]
#[test]
fn a_key_is_made_for_its_owners_eyes_and_never_over_or_through_another_file() {
    use std::os::unix::fs::{PermissionsExt, symlink};
    let area = Area::begun();
    let key = area.ann.key("root");
    let (own, public) = (std::fs::read(&key).unwrap(), format!("{key}.pub"));
    let mode = std::fs::metadata(&key).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    let make = |key: &str| {
        let arguments = ["key", key, "--for", "root", "--holder", "ann"];
        area.ann.run(&arguments)
    };
    assert!(!make(&key).succeeded);
    assert_eq!(std::fs::read(&key).unwrap(), own);
    // Where only the public half is there, it stays too.
    std::fs::remove_file(&key).unwrap();
    let half = std::fs::read(&public).unwrap();
    assert!(!make(&key).succeeded && !Path::new(&key).exists());
    assert_eq!(std::fs::read(&public).unwrap(), half);
    // A link that leads to no file yet.
    let (link, elsewhere) = (area.path("link.key"), area.path("shared.key"));
    symlink(&elsewhere, &link).unwrap();
    assert!(!make(&link).succeeded && !Path::new(&elsewhere).exists());
    assert!(make(&area.path("another.key")).succeeded, "the control");
}

/// A first root that somebody made up, in which the real people have their real keys: without roots a request has no fingerprint to be known by.
#[test]
fn a_request_without_roots_gets_no_signature_over_endpoints() {
    let area = Area::begun();
    let (request, key) = (area.path("endpoints.request"), area.ben.key("endpoints"));
    area.publish(&["--key", &key, "--request", &request]);
    let text = std::fs::read_to_string(&request).unwrap();
    let mut forged: Value = serde_json::from_str(&text).unwrap();
    let first = Path::new(&area.public()).join("metadata/1.root.json");
    let first: Signed<Root> = serde_json::from_slice(&std::fs::read(first).unwrap()).unwrap();
    forged["roots"] = serde_json::json!([]);
    forged["root"] = BASE64_STANDARD
        .encode(bytes_to_sign(&first.signed).unwrap())
        .into();
    let invented = area.path("invented.request");
    std::fs::write(&invented, forged.to_string()).unwrap();
    let (own, out) = (area.ann.key("endpoints"), area.path("signature"));
    let sign = |request: &str, more: &[&str]| {
        let sign = [
            "sign-endpoints",
            request,
            "--key",
            &own,
            "--yes",
            "--out",
            &out,
        ];
        area.ann.run(&[&sign, more].concat())
    };
    let known = ["--fingerprint", &area.fingerprint];
    for more in [&[][..], &known] {
        let refused = sign(&invented, more);
        assert!(
            !refused.succeeded && !Path::new(&out).exists(),
            "{refused:?}"
        );
    }
    // The same, not made up; and then once more the other, with a key that has a directory.
    let honest = sign(&request, &known);
    assert!(honest.succeeded && Path::new(&out).exists(), "{honest:?}");
    std::fs::remove_file(&out).unwrap();
    let refused = sign(&invented, &[]);
    assert!(
        !refused.succeeded && !Path::new(&out).exists(),
        "{refused:?}"
    );
}

/// Each request is whole and was genuine once: only who has seen a newer one can tell.
#[test]
fn a_request_that_begins_before_what_its_signer_has_seen_is_not_signed() {
    let area = Area::begun();
    area.publish_by_two();
    let key = area.ben.key("endpoints");
    let old_endpoints = area.path("old-endpoints.request");
    area.edit(PAIN, MOVED);
    area.publish(&["--key", &key, "--request", &old_endpoints]);
    area.edit(MOVED, PAIN);

    let known = ["--fingerprint", area.fingerprint.as_str()];
    let (folder, own) = (area.public(), area.ann.key("root"));
    let renew = |request: &str| {
        let renew = [
            "rotate",
            "--folder",
            &folder,
            "--request",
            request,
            "--key",
            &own,
        ];
        let asked = area.ann.done(&renew);
        assert_eq!(asked["published"], false);
        let cem = area.sign(&area.cem, "sign-root", "root", request, &known);
        // Whose signature got lost on the way signs again.
        let cem_again = area.sign(&area.cem, "sign-root", "root", request, &[]);
        assert_eq!(cem, cem_again);
        let passphrases = area.path("two-passphrases");
        let of = format!("{}\n{}\n", area.ann.passphrase, area.server.passphrase);
        std::fs::write(&passphrases, of).unwrap();
        let online = area.server.key("online");
        let more = ["--key", &online, "--passphrase-file", &passphrases];
        area.ann
            .done(&[&renew[..], &more, &["--signature", &cem]].concat())
    };
    let (second, third) = (area.path("root-2.request"), area.path("root-3.request"));
    assert_eq!(renew(&second)["root_version"], 2);
    assert_eq!(renew(&third)["root_version"], 3);

    let cem = area.cem.key("root");
    let refused = area
        .cem
        .run(&["sign-root", &second, "--key", &cem, "--yes"]);
    assert!(
        !refused.succeeded && refused.err.contains("its newest root is version 1"),
        "{refused:?}"
    );
    // A second root of a number that was signed already.
    let text = std::fs::read_to_string(&third).unwrap();
    let mut other: Value = serde_json::from_str(&text).unwrap();
    let bytes = BASE64_STANDARD
        .decode(other["root"].as_str().unwrap())
        .unwrap();
    let mut root: Root = serde_json::from_slice(&bytes).unwrap();
    root.expires -= jiff::SignedDuration::from_hours(1);
    other["root"] = BASE64_STANDARD.encode(bytes_to_sign(&root).unwrap()).into();
    std::fs::write(&third, other.to_string()).unwrap();
    let refused = area.cem.run(&["sign-root", &third, "--key", &cem, "--yes"]);
    assert!(
        !refused.succeeded && refused.err.contains("another root as version 3"),
        "{refused:?}"
    );

    // Endpoints: Ann looks at a request of today, and then gets the one from before both roots.
    let today = area.path("endpoints.request");
    area.edit(PAIN, "referrals@pain-clinic.example.nhs.uk");
    area.publish(&["--key", &key, "--request", &today]);
    area.sign(&area.ann, "sign-endpoints", "endpoints", &today, &[]);
    let ann = area.ann.key("endpoints");
    let refused = area
        .ann
        .run(&["sign-endpoints", &old_endpoints, "--key", &ann, "--yes"]);
    assert!(
        !refused.succeeded && refused.err.contains("its newest root is version 1"),
        "{refused:?}"
    );
}

#[test]
fn a_heartbeat_by_the_online_key_keeps_it_alive_and_no_other_key_can() {
    let area = Area::begun();
    area.publish_by_two();
    let before = area.status();
    let (folder, online) = (area.public(), area.server.key("online"));
    let beat = area
        .server
        .done(&["heartbeat", "--folder", &folder, "--key", &online]);
    let ends = |status: &Value, of: &str| status[of].as_str().unwrap().to_owned();
    let expires = &before["expires"];
    assert!(ends(&beat["expires"], "timestamp") >= ends(expires, "timestamp"));
    assert_eq!(
        ends(&beat["expires"], "services"),
        ends(expires, "services")
    );
    let snapshot =
        |number: u32| Path::new(&folder).join(format!("metadata/{number}.snapshot.json"));
    assert!(snapshot(2).exists() && !snapshot(3).exists());
    let services = area.ben.key("services");
    let wrong = ["heartbeat", "--folder", &folder, "--key", &services];
    assert_eq!(area.ben.refused(&wrong), "signatures-short");
    let own = ["heartbeat", "--folder", &folder, "--key", &online];
    assert_eq!(area.ann.refused(&own), "wrong-passphrase");
    area.enrolled();
}

#[test]
fn one_curator_stops_an_address_and_the_practice_has_it_at_the_next_refresh() {
    let area = Area::begun();
    area.publish_by_two();
    let practice = area.enrolled();
    let folder = area.public();
    let passphrases = area.path("passphrases");
    let (services, online) = (area.ben.key("services"), area.server.key("online"));
    let keys = [
        "--key",
        &services,
        "--key",
        &online,
        "--passphrase-file",
        &passphrases,
    ];
    let revoke = |what: &str, more: &[&str]| {
        let arguments = ["revoke", what, "--folder", &folder, "--json"];
        area.ben.run(&[&arguments, &keys[..], more].concat())
    };
    let misspelt = revoke("referals@pain-platform.example.nhs.uk", &[]);
    assert!(!misspelt.succeeded, "{misspelt:?}");
    let stopped = revoke(PAIN, &[]).json();
    assert_eq!(stopped["services"][0], "pain-platform");
    assert_eq!(stopped["endpoints"][0], "endpoint-pain-platform");
    assert!(area.sync(&practice).succeeded);
    assert_eq!(area.status()["stop_list"]["addresses"][0], PAIN);
    let lifted = revoke(PAIN, &["--lift"]).json();
    assert_eq!(lifted["addresses"], serde_json::json!([]));
}

#[test]
fn lost_keys_are_replaced_by_two_of_three_and_the_old_ones_sign_nothing_more() {
    let area = Area::begun();
    area.publish_by_two();
    let practice = area.enrolled();
    // Ben's computer is gone, with all three of his keys. Cem takes over.
    let new = ["root", "endpoints", "services"];
    let ids = |holder: &str| -> Vec<String> {
        let status = area.status();
        let keys = status["keys"].as_array().unwrap().iter();
        keys.filter(|key| key["holder"] == holder)
            .map(|key| key["id"].as_str().unwrap().to_owned())
            .collect()
    };
    let dee = Person {
        name: "dee",
        passphrase: PASSPHRASES[3].1,
        folder: area.root.path().join("dee"),
        program: area.cem.program.clone(),
    };
    std::fs::create_dir_all(&dee.folder).unwrap();
    let put_in = new.map(|purpose| dee.make_key(purpose));
    let (folder, request) = (area.public(), area.path("root-2.request"));
    let mut rotate = vec!["rotate", "--folder", &folder, "--request", &request];
    let out = ids("ben");
    assert_eq!(out.len(), 3);
    for (out, put_in) in out.iter().zip(&put_in) {
        rotate.extend(["--take-out", out, "--put-in", put_in]);
    }
    let own = area.ann.key("root");
    let asked = area.ann.done(&[&rotate[..], &["--key", &own]].concat());
    assert_eq!(asked["published"], false);

    let known = ["--fingerprint", &area.fingerprint];
    let signatures = [
        area.sign(&area.cem, "sign-root", "root", &request, &known),
        area.sign(&area.ann, "sign-endpoints", "endpoints", &request, &known),
        area.sign(&dee, "sign-endpoints", "endpoints", &request, &known),
    ];
    let passphrases = area.path("new-passphrases");
    let of = format!("{}\n{}\n", dee.passphrase, area.server.passphrase);
    std::fs::write(&passphrases, of).unwrap();
    let (services, online) = (dee.key("services"), area.server.key("online"));
    let mut finish = vec!["rotate", "--folder", &folder, "--request", &request];
    finish.extend(["--key", &services, "--key", &online]);
    finish.extend(["--passphrase-file", &passphrases]);
    // One signature of the root too few.
    let mut short = finish.clone();
    short.extend(["--signature", &signatures[1], "--signature", &signatures[2]]);
    let text = std::fs::read_to_string(&request).unwrap();
    let mut unsigned: Value = serde_json::from_str(&text).unwrap();
    unsigned["signatures"] = serde_json::json!([]);
    std::fs::write(&request, unsigned.to_string()).unwrap();
    assert_eq!(dee.refused(&short), "signatures-short");
    std::fs::write(&request, text).unwrap();
    for signature in &signatures {
        finish.extend(["--signature", signature]);
    }
    let done = dee.done(&finish);
    assert_eq!(done["root_version"], 2);
    assert_eq!(ids("ben"), Vec::<String>::new());
    let synced = area.sync(&practice);
    assert!(synced.succeeded, "{synced:?}");
    // With Ben's keys, which somebody may have now, nothing is published any more.
    area.edit("Moorlands Surgery", "Moorlands Practice");
    assert_eq!(
        area.publish(&[]).json()["error"]["code"],
        "signatures-short"
    );
}

#[test]
fn a_service_that_leaves_is_answered_for_before_it_goes() {
    let area = Area::begun();
    area.publish_by_two();
    let text = std::fs::read_to_string(area.file()).unwrap();
    let is_gone = |line: &&str| line.starts_with("{\"kind\":\"service\",\"id\":\"mens-shed\"");
    let without: Vec<&str> = text.lines().filter(|line| !is_gone(line)).collect();
    assert_eq!(without.len() + 1, text.lines().count());
    let unlinked = without
        .join("\n")
        .replace("\"mens-shed\",", "")
        .replace("\"mens-shed\"", "");
    std::fs::write(area.file(), unlinked).unwrap();
    let refused = area.publish(&[]).json();
    assert_eq!(refused["error"]["code"], "left-unexplained");
    let message = refused["error"]["message"].as_str().unwrap();
    assert!(
        message.contains("mens-shed") && message.contains("--left"),
        "{message}"
    );
    let done = area.publish(&["--left", "mens-shed:closed"]);
    assert_eq!(done.json()["tombstones"], 1, "{done:?}");
}

#[test]
fn all_that_is_wrong_is_said_at_once_and_nothing_of_it_is_published() {
    let area = Area::begun();
    area.publish_by_two();
    let (file, folder) = (area.file(), area.public());
    let check = ["check", &file, "--folder", &folder, "--json"];
    let good = area.ben.run(&check);
    assert!(good.succeeded, "{good:?}");
    assert_eq!(good.json()["may_be_published"], true);

    area.edit(PAIN, "pain@platform");
    area.edit("\"part_of\":\"icb-pennine-edge\"", "\"part_of\":\"icb\"");
    area.edit(
        "https://talking-therapies.example.nhs.uk",
        "javascript:alert(1)",
    );
    let bad = area.ben.run(&check);
    assert!(!bad.succeeded);
    let bad = bad.json();
    let found = bad["found"].as_array().unwrap().iter();
    let musts: Vec<(u64, &str)> = found
        .filter(|it| it["must"] == true)
        .map(|it| (it["line"].as_u64().unwrap(), it["record"].as_str().unwrap()))
        .collect();
    assert_eq!(
        musts,
        [
            (3, "place-moorlands"),
            (42, "talking-therapies"),
            (134, "endpoint-pain-platform")
        ]
    );
    let before = area.files();
    assert_eq!(
        area.publish(&[]).json()["error"]["code"],
        "directory-refused"
    );
    assert_eq!(area.files(), before);
}

#[test]
fn a_publication_that_was_cut_is_finished_by_the_next() {
    let area = Area::begun();
    area.publish_by_two();
    let practice = area.enrolled();
    let before = area.files();
    area.edit("Moorlands Surgery", "Moorlands Practice");
    assert!(area.publish(&[]).succeeded);
    let after = area.files();
    // What was written, in any order but for the timestamp, which is the last: each beginning of it is version 1.
    let old = |path: &Path| before.iter().find(|(known, _)| known == path);
    let new: Vec<_> = after
        .iter()
        .filter(|(path, _)| old(path).is_none())
        .collect();
    assert_eq!(new.len(), 3, "services' file and metadata, snapshot");
    let timestamp = Path::new(&area.public()).join("metadata/timestamp.json");
    std::fs::write(&timestamp, &old(&timestamp).unwrap().1).unwrap();
    for (path, _) in new {
        std::fs::remove_file(path).unwrap();
        let said = area.sync(&practice).json();
        assert_eq!(
            (&said["refresh"], &said["version"]),
            (&"nothing-new".into(), &1.into())
        );
    }
    let again = area.publish(&[]);
    assert_eq!(again.json()["version"], 2, "{again:?}");
    assert_eq!(area.sync(&practice).json()["version"], 2);
}

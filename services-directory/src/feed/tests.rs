//! Reading a directory file: what is refused, and that nothing panics.
use super::*;
use proptest::prelude::*;
use std::fmt::Write;

const GOOD: &str = r#"{"kind":"directory","id":"demo","name":"Demo","version":1,"published_on":"2026-11-01"}
{"kind":"area","id":"icb","name":"The area","level":"icb"}
{"kind":"area","id":"pcn-1","name":"Vale","level":"pcn","part_of":"icb"}
{"kind":"practice","ods_code":"A12345","name":"Vale Surgery","areas":["pcn-1"]}
{"kind":"organization","id":"org","name":"Vale Trust","organisation_kind":"nhs-trust"}
{"kind":"service","id":"s1","organization_id":"org","name":"Pain café","description":"Talk.\nTea.","status":"active","service_areas":[{"id":"pcn-1","name":"Vale"}],"last_modified":"2026-10-01","onward":{"category":"peer-support","referral_methods":[{"method":"secure-email","endpoint":"e1"}],"words":{"say":"Your pain is real."}}}
{"kind":"service","id":"s2","organization_id":"org","name":"Old café","description":"","status":"defunct","last_modified":"2026-10-01","onward":{"category":"peer-support","closed_on":"2026-05-01","replaced_by":"s1","referral_methods":[]}}
{"kind":"endpoint","id":"e1","service_id":"s1","channel":"secure-email","address":"cafe@example.nhs.uk","purpose":"primary","valid_from":"2026-01-01","verified":{"by":"A","on":"2026-01-01","how":"phone"}}
"#;

/// A newer endpoint on the line before the old one, whose record stays.
const SUCCESSOR_AND_E1: &str = r#"{"kind":"endpoint","id":"e2","service_id":"s1","channel":"secure-email","address":"new@example.nhs.uk","purpose":"primary","valid_from":"2026-11-01","verified":{"by":"A","on":"2026-10-01","how":"phone"},"supersedes":"e1"}
{"kind":"endpoint","id":"e1","#;

fn read(text: &str) -> Result<Directory, FeedError> {
    Directory::read(text.as_bytes(), FeedLimits::default())
}

#[test]
fn a_good_file_is_read_and_areas_lead_upward() {
    let directory = read(GOOD).unwrap();
    assert_eq!(
        (directory.services.len(), directory.endpoints.len()),
        (2, 1)
    );
    let areas = directory
        .areas_of(&OdsCode::parse("A12345").unwrap())
        .unwrap();
    assert_eq!(
        areas.iter().map(AreaId::as_str).collect::<Vec<_>>(),
        ["icb", "pcn-1"]
    );
    assert_eq!(directory.areas_of(&OdsCode::parse("Z99999").unwrap()), None);
}

#[test]
fn an_endpoint_may_be_named_until_the_day_on_which_another_takes_its_place() {
    let with = |text: &str| read(&GOOD.replace(r#"{"kind":"endpoint","id":"e1","#, text)).is_ok();
    assert!(!with(SUCCESSOR_AND_E1));
    assert!(with(&SUCCESSOR_AND_E1.replace("2026-11-01", "2026-11-02")));
    let ended = r#""valid_from":"2026-01-01","valid_to":"2026-10-31""#;
    assert!(with(
        &SUCCESSOR_AND_E1.replace(r#""valid_from":"2026-11-01""#, ended)
    ));
    let to_the_new_one = GOOD.replace(r#""endpoint":"e1""#, r#""endpoint":"e2""#);
    let both = to_the_new_one.replace(r#"{"kind":"endpoint","id":"e1","#, SUCCESSOR_AND_E1);
    assert!(read(&both).is_ok());
}

#[test]
#[allow(
    clippy::too_many_lines,
    reason = "a table of faults, a line or two each"
)]
fn each_fault_names_its_line_its_record_and_what_is_wrong() {
    let say = "word ".repeat(41);
    let name = "n".repeat(201);
    let cases: &[(&str, &str, usize, &str)] = &[
        (r#""id":"s2""#, r#""id":"s1""#, 7, "already used on line 6"),
        (
            r#""organization_id":"org","name":"Pain"#,
            r#""organization_id":"gone","name":"Pain"#,
            6,
            "organization_id names gone",
        ),
        (
            r#"[{"id":"pcn-1""#,
            r#"[{"id":"pcn-9""#,
            6,
            "service_areas names pcn-9",
        ),
        (
            r#""endpoint":"e1""#,
            r#""endpoint":"e9""#,
            6,
            "referral_methods names e9",
        ),
        (
            r#""service_id":"s1""#,
            r#""service_id":"s2""#,
            6,
            "belongs to s2",
        ),
        (
            r#""service_id":"s1""#,
            r#""service_id":"s9""#,
            6,
            "belongs to s9",
        ),
        (
            r#""method":"secure-email""#,
            r#""method":"fhir""#,
            6,
            "another channel",
        ),
        (
            r#"{"kind":"endpoint","id":"e1","#,
            SUCCESSOR_AND_E1,
            6,
            "an endpoint (e1) whose place e2 has taken",
        ),
        (
            r#""replaced_by":"s1""#,
            r#""replaced_by":"s2""#,
            7,
            "leads back",
        ),
        (
            r#""replaced_by":"s1""#,
            r#""replaced_by":"s9""#,
            7,
            "replaced_by names s9",
        ),
        (
            r#""status":"defunct""#,
            r#""status":"active""#,
            7,
            "though the service closed on 2026-05-01",
        ),
        (
            r#""closed_on":"2026-05-01""#,
            r#""closed_on":"2027-05-01""#,
            7,
            "is to close only on",
        ),
        (
            r#""status":"active","service_areas""#,
            r#""status":"active","minimum_age":19,"maximum_age":18,"service_areas""#,
            6,
            "above maximum_age",
        ),
        (
            r#""category":"peer-support","referral"#,
            r#""category":"peer-support","paused_until":"2027-01-01","referral"#,
            6,
            "paused_until",
        ),
        ("Your pain is real.", &say, 6, "longer than 40 words"),
        ("Pain café", &name, 6, "longer than 200 characters"),
        ("Pain café", "Pain \\u202Ecafé", 6, "direction-changing"),
        ("Pain café", "Pain\\ncafé", 6, "control"),
        (
            "cafe@example.nhs.uk",
            "cafe@Example.nhs.uk",
            8,
            "lower case",
        ),
        (
            r#""part_of":"icb""#,
            r#""part_of":"pcn-1""#,
            3,
            "leads back",
        ),
        (
            r#""areas":["pcn-1"]"#,
            r#""areas":["pcn-7"]"#,
            4,
            "areas names pcn-7",
        ),
        (
            r#""level":"icb""#,
            r#""level":"icb","extra":1"#,
            2,
            "does not follow the schema",
        ),
        (
            r#""kind":"organization","id":"org""#,
            r#""kind":"organization","id":"local:org""#,
            5,
            "practices give themselves",
        ),
        (r#""kind":"directory""#, r#""kind":"endpoint""#, 1, "schema"),
        (
            r#""name":"The area","#,
            r#""name":"The area","name":"Twice","#,
            2,
            "duplicate field",
        ),
    ];
    for (from, to, line, words) in cases {
        let changed = GOOD.replacen(from, to, 1);
        assert_ne!(changed, GOOD, "{from} is not in the file");
        let error = read(&changed).expect_err(to);
        assert_eq!(error.line, *line, "{error}");
        assert!(error.to_string().contains(words), "{error}");
        assert!(*line == 1 || error.record.is_some(), "{error}");
    }
}

const GONE: &str = r#"{"kind":"tombstone","id":"s0","reason":"merged","successor":"s1","on":"2026-09-30"}
{"kind":"tombstone","id":"s00","reason":"closed","on":"2025-09-30"}
{"kind":"tombstone","id":"s000","reason":"merged","successor":"s0","on":"2025-03-31"}
"#;

#[test]
fn a_tombstone_leads_to_a_service_that_is_there_and_takes_no_id_twice() {
    let good = format!("{GOOD}{GONE}");
    assert_eq!(read(&good).unwrap().tombstones.len(), 3);
    let cases = [
        (r#""id":"s0""#, r#""id":"s2""#, "still listed"),
        (
            r#""successor":"s1""#,
            r#""successor":"s9""#,
            "successor names s9",
        ),
        (r#""successor":"s1""#, r#""successor":"s000""#, "leads back"),
        (r#""id":"s00""#, r#""id":"s0""#, "already used"),
        (r#","successor":"s1""#, "", "missing though reason"),
    ];
    for (from, to, words) in cases {
        let error = read(&good.replacen(from, to, 1)).expect_err(to).to_string();
        assert!(error.contains(words), "{to}: {error}");
    }
}

/// Looked at one by one, each from its own beginning, these would be eight hundred million steps in each kind of chain.
#[test]
fn a_chain_of_forty_thousand_comes_to_an_end_and_a_circle_at_its_end_is_found() {
    const LENGTH: usize = 40_000;
    let mut text = GOOD.to_owned();
    for at in 1..=LENGTH {
        let after = if at == LENGTH {
            "s1".to_owned()
        } else {
            format!("t{}", at + 1)
        };
        let _ = writeln!(
            text,
            "{{\"kind\":\"tombstone\",\"id\":\"t{at}\",\"reason\":\"merged\",\"successor\":\"{after}\",\"on\":\"2026-09-30\"}}"
        );
        let above = if at == LENGTH {
            "icb".to_owned()
        } else {
            format!("a{}", at + 1)
        };
        let _ = writeln!(
            text,
            "{{\"kind\":\"area\",\"id\":\"a{at}\",\"name\":\"A\",\"level\":\"place\",\"part_of\":\"{above}\"}}"
        );
    }
    let directory = read(&text).unwrap();
    assert_eq!(directory.tombstones.len(), LENGTH);
    for (end, to) in [
        (r#""successor":"s1""#, r#""successor":"t39990""#),
        (r#""part_of":"icb""#, r#""part_of":"a39990""#),
    ] {
        let (before, last) = text.rsplit_once(end).unwrap();
        let error = read(&format!("{before}{to}{last}")).unwrap_err();
        // Of all that lead there only those that stand in the circle itself.
        let record = error.record.as_deref().unwrap_or_default();
        assert!(record == "t39990" || record == "a39990", "{error}");
        assert!(error.to_string().contains("leads back"), "{error}");
    }
}

#[test]
fn no_text_has_a_character_that_nobody_sees() {
    let ends = [
        0x00AD, 0x034F, 0x061C, 0x115F, 0x1160, 0x17B4, 0x180B, 0x180E, 0x180F, 0x200B, 0x200D,
        0x200F, 0x2028, 0x202A, 0x202E, 0x2060, 0x2066, 0x206F, 0x2800, 0x3164, 0xFE00, 0xFE0F,
        0xFEFF, 0xFFA0, 0xFFF0, 0xFFF9, 0xFFFB, 0x1BCA0, 0x1D173, 0xE0000, 0xE0001, 0xE0041,
        0xE007F, 0xE0100, 0xE0FFF, 0x7F, 0x85, 0x1B,
    ];
    for code in ends {
        let c = char::from_u32(code).unwrap();
        assert!(is_forbidden(c), "{code:X}");
        let escaped = serde_json::to_string(&format!("Pain{c} café")).unwrap();
        let text = GOOD.replacen("\"Pain café\"", &escaped, 1);
        assert_ne!(text, GOOD);
        let error = read(&text).unwrap_err();
        assert_eq!(error.line, 6, "{code:X}: {error}");
        assert!(error.to_string().contains("direction-changing"), "{error}");
    }
    for c in "Aé–’…ŵŷ£€½✓➜한あЖ".chars() {
        assert!(!is_forbidden(c), "{c}");
    }
}

#[test]
fn no_published_id_is_one_that_practices_give_themselves() {
    let good = format!("{GOOD}{GONE}");
    // Everywhere, so that nothing but the id itself is wrong.
    for id in ["s1", "s2", "org", "s00"] {
        let changed = good.replace(&format!("\"{id}\""), &format!("\"local:{id}\""));
        let error = read(&changed).unwrap_err().to_string();
        assert!(error.contains("practices give themselves"), "{id}: {error}");
        let alike = good.replace(&format!("\"{id}\""), &format!("\"locals:{id}\""));
        assert!(read(&alike).is_ok(), "{id}: the control");
    }
}

#[test]
fn endpoints_stand_in_the_text_that_other_people_sign_and_nowhere_else() {
    let (endpoints, services): (Vec<&str>, Vec<&str>) = GOOD
        .lines()
        .partition(|line| line.contains(r#""kind":"endpoint""#));
    let (services, endpoints) = (services.join("\n"), endpoints.join("\n"));
    let limits = FeedLimits::default();
    let both = |services: &str, endpoints: &str| {
        Directory::read_published(services.as_bytes(), endpoints.as_bytes(), limits)
    };
    assert_eq!(both(&services, &endpoints).unwrap(), read(GOOD).unwrap());
    let smuggled = [
        (GOOD, ""),
        (GOOD, endpoints.as_str()),
        (services.as_str(), GOOD),
    ];
    for (services, endpoints) in smuggled {
        let error = both(services, endpoints).unwrap_err().to_string();
        assert!(error.contains("does not belong in this file"), "{error}");
    }
    let tight = FeedLimits {
        record_count: 7,
        ..limits
    };
    let error = Directory::read_published(services.as_bytes(), endpoints.as_bytes(), tight);
    assert!(matches!(
        error.unwrap_err().problem,
        FeedProblem::TooManyRecords(7)
    ));
}

#[test]
fn limits_hold_before_parsing() {
    let tight = |change: fn(&mut FeedLimits)| {
        let mut limits = FeedLimits::default();
        change(&mut limits);
        Directory::read(GOOD.as_bytes(), limits)
            .unwrap_err()
            .problem
    };
    assert!(matches!(
        tight(|l| l.file_bytes = 500),
        FeedProblem::FileTooLarge(500)
    ));
    assert!(matches!(
        tight(|l| l.line_bytes = 150),
        FeedProblem::LineTooLong(150)
    ));
    assert!(matches!(
        tight(|l| l.record_count = 3),
        FeedProblem::TooManyRecords(3)
    ));
    assert!(matches!(
        tight(|l| l.nesting_depth = 2),
        FeedProblem::NestedTooDeep(2)
    ));
    let deep = "[".repeat(60_000);
    assert!(matches!(
        read(&deep).unwrap_err().problem,
        FeedProblem::NestedTooDeep(_)
    ));
    assert!(matches!(read("").unwrap_err().problem, FeedProblem::Empty));
    let second = GOOD.lines().next().unwrap();
    assert!(matches!(
        read(&format!("{second}\n{second}\n")).unwrap_err().problem,
        FeedProblem::SecondHeader
    ));
    let no_header = GOOD.split_once('\n').unwrap().1;
    assert!(matches!(
        read(no_header).unwrap_err().problem,
        FeedProblem::HeaderFirst
    ));
}

#[test]
fn the_longest_line_allowed_is_read() {
    let longest = GOOD.lines().map(str::len).max().unwrap() as u64;
    let limits = |line_bytes| FeedLimits {
        line_bytes,
        ..FeedLimits::default()
    };
    assert!(Directory::read(GOOD.as_bytes(), limits(longest)).is_ok());
    assert!(Directory::read(GOOD.as_bytes(), limits(longest - 1)).is_err());
}

proptest! {
    /// Bytes changed, cut out and put in anywhere: an answer or an error, never a panic, and never a directory with dangling references.
    #[test]
    fn mutated_lines_never_panic(edits in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>(), 0_u8..3), 1..6)) {
        let mut bytes = GOOD.as_bytes().to_vec();
        for (at, byte, how) in edits {
            let at = at.index(bytes.len());
            match how {
                0 => bytes[at] = byte,
                1 => { bytes.remove(at); }
                _ => bytes.insert(at, byte),
            }
        }
        if let Ok(directory) = Directory::read(bytes.as_slice(), FeedLimits::default()) {
            for endpoint in &directory.endpoints {
                prop_assert!(directory.service(&endpoint.service_id).is_some());
            }
        }
    }

    #[test]
    fn any_text_is_answered(text in ".{0,400}") {
        prop_assert!(read(&text).is_err());
    }
}

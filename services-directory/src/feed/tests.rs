//! Reading a directory file: what is refused, and that nothing panics.
use super::*;
use proptest::prelude::*;

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

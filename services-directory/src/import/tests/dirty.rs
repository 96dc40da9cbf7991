//! Each fault is put right, told with what stood there, and nothing else of the record changes.

use super::{clean, map, told, try_map, with, with_new};
use crate::feed::{Directory, FeedLimits};
use crate::import::contacts;
use crate::import::repair::Why;
use crate::import::text::{Length, plain};
use crate::model::{OrganisationKind, ReferralMethod, ServiceStatus, Tier};
use jiff::civil::date;
use proptest::prelude::*;
use serde_json::{Value, json};

#[test]
fn a_clean_record_needs_no_repair_and_comes_unassured() {
    let (mapped, repairs) = map(&clean());
    assert_eq!(told(&repairs), []);
    let (service, more) = (&mapped.service, &mapped.service.onward);
    assert_eq!(service.name, "Walk and Talk Moorlands");
    assert_eq!(
        (service.minimum_age, service.maximum_age),
        (Some(16), Some(99))
    );
    assert_eq!(service.last_modified, date(2026, 5, 1));
    assert_eq!(more.tier, Tier::Unassured);
    assert!(more.verified.is_none(), "the feed's own check is not ours");
    let source = more.source.as_deref().unwrap();
    assert!(
        source.ends_with("which says it was checked on 2026-04-01"),
        "{source}"
    );
    assert_eq!(
        mapped.organization.organisation_kind,
        OrganisationKind::Charity
    );
    assert_eq!(
        more.travel.as_deref(),
        Some("1 High Street, Leek, ST13 5AA")
    );
    let contact = more.named_contact.as_ref().unwrap();
    assert_eq!(contact.phone.as_deref(), Some("01632 960400"));
    assert_eq!(contact.name, None, "nobody asked them");
}

#[test]
fn minus_one_empty_and_null_are_absent() {
    for nothing in [
        json!(-1),
        json!(""),
        json!("-1"),
        json!("null"),
        json!("N/A"),
    ] {
        let (mapped, repairs) = map(&with("/minimum_age", nothing.clone()));
        assert_eq!(mapped.service.minimum_age, None);
        assert_eq!(
            told(&repairs),
            [("minimum_age", Why::EmptyValue)],
            "{nothing}"
        );
    }
    let (mapped, repairs) = map(&with("/minimum_age", Value::Null));
    assert_eq!((mapped.service.minimum_age, told(&repairs)), (None, vec![]));
    let (mapped, repairs) = map(&with("/url", ""));
    assert_eq!(mapped.service.url, None);
    assert_eq!(told(&repairs), [("url", Why::EmptyValue)]);
}

#[test]
fn ages_as_text_are_read_and_impossible_ones_left_out() {
    let (mapped, repairs) = map(&with("/minimum_age", "18"));
    assert_eq!(mapped.service.minimum_age, Some(18));
    assert_eq!(told(&repairs), [("minimum_age", Why::WrongKind)]);
    let (mapped, repairs) = map(&with("/maximum_age", 999));
    assert_eq!(mapped.service.maximum_age, None);
    assert_eq!(told(&repairs), [("maximum_age", Why::OutOfRange)]);
    let mut both = with("/minimum_age", 65);
    both["maximum_age"] = json!(18);
    let (mapped, repairs) = map(&both);
    assert_eq!(
        (mapped.service.minimum_age, mapped.service.maximum_age),
        (None, None)
    );
    assert_eq!(told(&repairs), [("minimum_age", Why::OutOfRange)]);
}

#[test]
fn html_becomes_text() {
    let raw = "<p>Tea &amp; a <b>walk</b>.</p><ul><li>Mondays</li><li>&pound;2</li></ul><script>alert('x')</script><p>All welcome</p>";
    let (mapped, repairs) = map(&with("/description", raw));
    assert_eq!(
        mapped.service.description,
        "Tea & a walk.\n\n- Mondays\n- £2\n\nAll welcome"
    );
    assert_eq!(told(&repairs), [("description", Why::Html)]);
    assert_eq!(repairs[0].from, raw);
}

#[test]
fn what_only_looks_like_html_stays() {
    for text in [
        "For people aged < 16 & over 60",
        "R&B nights",
        "https://walk.example.org/?a=1&copy=2",
        "2 < 3 > 1",
    ] {
        assert_eq!(plain(text, Length::Long), (text.to_owned(), vec![]));
    }
}

/// Written to be read by a browser in another way than by a filter.
const HOSTILE: [&str; 16] = [
    "<scr<script>ipt>alert(1)</scr</script>ipt>",
    "<img src=x onerror=alert(1)//",
    "&lt;img src=x onerror=alert(1)&gt;",
    "&amp;lt;script&amp;gt;alert(1)&amp;lt;/script&amp;gt;",
    "<svg><style><img src=x onerror=alert(1)></style></svg>",
    "<!--><script>alert(1)</script-->",
    "<textarea><script>alert(1)</script></textarea>",
    "<noscript><p title=\"</noscript><img src=x onerror=alert(1)>\">",
    "<math><mi//xlink:href=\"data:x,<script>alert(4)</script>\">",
    "<a href=\"javas\u{200B}cript:alert(1)\">x</a>",
    "<\u{200B}script>alert(1)</script>",
    "&#60;script&#62;alert(1)&#60;/script&#62;",
    "&#x26;#x26;lt;b&#x26;#x26;gt;",
    "<plaintext><script>alert(1)</script>",
    "<![CDATA[<script>alert(1)</script>]]>",
    "<iframe srcdoc=\"<script>alert(1)</script>\"",
];

fn has_tag(text: &str) -> bool {
    let mut after = text.split('<');
    after.next();
    after.any(|rest| {
        rest.starts_with(|c: char| c.is_ascii_alphabetic() || matches!(c, '/' | '!' | '?'))
    })
}

#[test]
fn hostile_html_leaves_no_tag() {
    assert!(
        HOSTILE.iter().any(|text| has_tag(text)),
        "the judge sees tags"
    );
    for hostile in HOSTILE {
        for length in [Length::Name, Length::Line, Length::Long] {
            let (text, whys) = plain(hostile, length);
            assert!(!has_tag(&text), "{hostile} → {text}");
            assert!(!whys.is_empty(), "{hostile}");
        }
    }
}

#[test]
fn deeply_nested_and_endless_html_is_read_in_no_time_and_cut() {
    let deep = "<div>".repeat(60_000) + "in there";
    assert!(plain(&deep, Length::Long).0.len() < 7_000);
    let escaped = (0..200).fold("<b>x</b>".to_owned(), |text, _| {
        text.replace('&', "&amp;").replace('<', "&lt;")
    });
    assert!(!has_tag(&plain(&escaped, Length::Long).0));
    let open = "<a href='".to_owned() + &"x".repeat(500_000);
    assert!(!has_tag(&plain(&open, Length::Long).0));
}

proptest! {
    #[test]
    fn whatever_is_typed_becomes_text_that_a_directory_takes(
        pieces in prop::collection::vec(prop_oneof![
            ".{0,12}", Just("<".to_owned()), Just("&lt;".to_owned()), Just("&amp;".to_owned()), Just("\u{202E}".to_owned()), Just("</p>".to_owned()),
            Just("<script>".to_owned()), Just("&#60;".to_owned()), Just("\u{0}".to_owned()), Just("<!--".to_owned()),
        ], 0..12)
    ) {
        let mut raw = with("/description", pieces.concat());
        raw["fees"] = json!(pieces.concat());
        let (mapped, _) = map(&raw);
        prop_assert!(!has_tag(&mapped.service.description), "{}", mapped.service.description);
        let line = json!({ "kind": "directory", "id": "x", "name": "x", "version": 1, "published_on": "2026-11-22" });
        let mut organization = serde_json::to_value(crate::model::DirectoryRecord::Organization(mapped.organization)).unwrap();
        let mut service = serde_json::to_value(crate::model::DirectoryRecord::Service(Box::new(mapped.service))).unwrap();
        organization["kind"] = json!("organization");
        service["kind"] = json!("service");
        let file = format!("{line}\n{organization}\n{service}\n");
        prop_assert!(Directory::read(file.as_bytes(), FeedLimits::default()).is_ok());
    }
}

#[test]
fn bidi_zero_width_and_control_characters_are_taken_out_and_shown_as_numbers() {
    let (mapped, repairs) = map(&with(
        "/name",
        "Walk\u{202E}klaT\u{200B} and\u{0007} Talk\u{FEFF}\u{E0041}",
    ));
    assert_eq!(mapped.service.name, "WalkklaT and Talk");
    assert_eq!(told(&repairs), [("name", Why::HiddenCharacters)]);
    assert!(repairs[0].from.contains("\\u{202e}"), "{}", repairs[0].from);
    assert!(!repairs[0].from.contains('\u{202E}'));
}

#[test]
fn a_time_without_a_zone_is_englands_and_flagged() {
    let (mapped, repairs) = map(&with("/last_modified", "2026-06-01T00:30:00"));
    assert_eq!(mapped.service.last_modified, date(2026, 6, 1));
    assert_eq!(told(&repairs), [("last_modified", Why::NoTimeZone)]);
    // With a zone: half past eleven of the evening before in UTC is the first of June in England.
    let (mapped, repairs) = map(&with("/last_modified", "2026-05-31T23:30:00Z"));
    assert_eq!(
        (mapped.service.last_modified, told(&repairs)),
        (date(2026, 6, 1), vec![])
    );
    let (mapped, repairs) = map(&with("/last_modified", "2026-06-01 00:30:00"));
    assert_eq!(
        (mapped.service.last_modified, repairs.len()),
        (date(2026, 6, 1), 1)
    );
}

#[test]
fn dates_of_another_form_and_none() {
    let (mapped, repairs) = map(&with("/last_modified", "03/04/2026"));
    assert_eq!(mapped.service.last_modified, date(2026, 4, 3));
    assert_eq!(told(&repairs), [("last_modified", Why::DateForm)]);
    let (mapped, repairs) = map(&with("/last_modified", "last spring"));
    assert!(!mapped.dated);
    assert_eq!(told(&repairs), [("last_modified", Why::NoDate)]);
}

#[test]
fn a_label_inside_a_phone_number_stands_beside_it() {
    let (mapped, repairs) = map(&with(
        "/contacts/0/phones/0/number",
        "Moorlands Youth MAPS: 01632 960401",
    ));
    let contact = mapped.service.onward.named_contact.unwrap();
    assert_eq!(contact.phone.as_deref(), Some("01632 960401"));
    assert_eq!(contact.role, "Moorlands Youth MAPS");
    assert_eq!(
        told(&repairs),
        [("contacts.phones.number", Why::LabelInPhone)]
    );
}

#[test]
fn phones_of_all_sorts() {
    let number = |text: &str| contacts::phone(text).map(|phone| phone.number);
    for (text, found) in [
        ("01632960402", Some("01632960402")),
        ("+44 1632 960402", Some("+44 1632 960402")),
        ("+44 (0)1632 960402", Some("+44 (0)1632 960402")),
        ("(01632) 960402", Some("(01632) 960402")),
        ("Tel. 01632.960402 ext 3", Some("01632 960402")),
        ("Mon 9-5: 0808 157 0199", Some("0808 157 0199")),
        ("111", Some("111")),
        ("hello@walk.example.org", None),
        ("01632 960", None),
        ("call us", None),
        ("01632 960402 960402 960402", None),
        ("", None),
    ] {
        assert_eq!(number(text).as_deref(), found, "{text}");
    }
    let (mapped, repairs) = map(&with(
        "/contacts/0/phones/0/number",
        "hello@walk.example.org",
    ));
    assert_eq!(mapped.service.onward.named_contact, None);
    assert_eq!(told(&repairs), [("contacts.phones.number", Why::NotAPhone)]);
}

#[test]
fn several_emails_in_one_field_are_told_and_none_is_kept() {
    for several in [
        "a@walk.example.org; b@walk.example.org",
        "x-AT-walk.example.org",
        "https://walk.example.org/contact",
    ] {
        let (mapped, repairs) = map(&with("/email", several));
        assert_eq!(told(&repairs), [("email", Why::NotOneEmail)], "{several}");
        assert!(
            !serde_json::to_string(&mapped.service)
                .unwrap()
                .contains('@')
        );
    }
}

#[test]
fn camel_case_keys_are_read_and_told() {
    let mut raw = clean();
    let fields = raw.as_object_mut().unwrap();
    let age = fields.remove("minimum_age").unwrap();
    fields.insert("minimumAge".to_owned(), age);
    let (mapped, repairs) = map(&raw);
    assert_eq!(mapped.service.minimum_age, Some(16));
    assert_eq!(told(&repairs), [("minimum_age", Why::KeyForm)]);
}

#[test]
fn bad_links_are_left_out_and_half_written_ones_put_right() {
    for bad in [
        "javascript:alert(1)",
        "JavaScript:alert(1)",
        " javascript:alert(1)",
        "data:text/html,x",
        "mailto:hello@walk.example.org",
        "ftp://walk.example.org",
        "https://user@walk.example.org",
        "https://w\u{430}lk.example.org",
        "https://xn--wlk-8cd.example.org",
        "see our page",
        "http://localhost/x",
        "//",
        "https://",
        "file:///c:/x",
        "vbscript:x",
    ] {
        let (mapped, repairs) = map(&with("/url", bad));
        assert_eq!(mapped.service.url, None, "{bad}");
        assert!(
            repairs.iter().any(|repair| repair.why == Why::BadLink),
            "{bad}: {repairs:?}"
        );
    }
    for (half, whole) in [
        ("www.walk.example.org", "https://www.walk.example.org"),
        (
            "HTTP://Walk.Example.org/Talk",
            "http://walk.example.org/Talk",
        ),
        ("walk.example.org/a b", "https://walk.example.org/a%20b"),
    ] {
        let (mapped, repairs) = map(&with("/url", half));
        assert_eq!(mapped.service.url.as_deref(), Some(whole));
        assert_eq!(told(&repairs), [("url", Why::LinkForm)]);
    }
}

#[test]
fn a_status_of_another_word_reads_as_not_open() {
    let (mapped, repairs) = map(&with("/status", "Active, but do not refer"));
    assert_eq!(mapped.service.status, ServiceStatus::TemporarilyClosed);
    assert_eq!(told(&repairs), [("status", Why::UnknownStatus)]);
    let (mapped, repairs) = map(&with("/status", ""));
    assert_eq!(mapped.service.status, ServiceStatus::Active);
    assert_eq!(
        told(&repairs),
        [("status", Why::EmptyValue), ("status", Why::NoStatus)]
    );
    for closed in ["inactive", "defunct", "Defunct"] {
        let (mapped, repairs) = map(&with("/status", closed));
        assert_eq!(
            (mapped.service.status, repairs.len()),
            (ServiceStatus::Inactive, 0)
        );
    }
}

#[test]
fn ids_that_are_no_uuid_belong_to_their_feed() {
    let (number, _) = map(&with("/id", 1047));
    let (text, _) = map(&with("/id", "1047"));
    assert_eq!(
        number.service.id, text.service.id,
        "the same id, written twice"
    );
    let (other, _) = map(&with("/id", "Bristol | 1047 <ä>"));
    assert_ne!(other.service.id, text.service.id);
    assert_eq!(
        other.service.onward.external_ids[0].id,
        "Bristol | 1047 <ä>"
    );
    let elsewhere = crate::import::source::Source::named("https://other.example.gov.uk");
    assert_ne!(elsewhere.service_id("1047").unwrap(), text.service.id);
    let same = crate::import::source::Source::named("HTTPS://Feed.example.gov.uk/openreferral/");
    assert_eq!(same.service_id("1047").unwrap(), text.service.id);
}

#[test]
fn what_cannot_be_taken_over_is_refused_with_its_reason() {
    for (raw, why) in [
        (with("/id", Value::Null), "no id"),
        (with("/id", ""), "no id"),
        (with("/name", "<p> </p>"), "no name"),
        (json!("a text"), "no id"),
        (json!({ "id": "1" }), "no name"),
    ] {
        let (mapped, _) = try_map(&raw);
        let refused = mapped.unwrap_err();
        assert!(refused.contains(why), "{raw}: {refused}");
    }
}

#[test]
fn an_organisation_is_inline_or_by_its_id_or_missing() {
    let (inline, _) = map(&clean());
    let mut raw = clean();
    raw.as_object_mut().unwrap().remove("organization");
    raw["organization_id"] = clean()["organization"]["id"].clone();
    let (by_id, repairs) = map(&raw);
    assert_eq!(inline.organization.id, by_id.organization.id);
    assert!(by_id.organization_by_id_only && !inline.organization_by_id_only);
    assert_eq!(told(&repairs), []);
    raw.as_object_mut().unwrap().remove("organization_id");
    let (none, repairs) = map(&raw);
    assert_eq!(none.organization.name, "Organisation not named");
    assert_eq!(told(&repairs), [("organization_id", Why::NoOrganisation)]);
}

#[test]
fn a_record_of_another_shape_is_read_as_far_as_it_goes() {
    for (key, value) in [
        ("contacts", json!("01632 960400")),
        ("service_areas", json!({ "name": "Leek" })),
        ("attributes", json!([null, 3, []])),
        ("languages", json!([{ "name": { "en": "Welsh" } }])),
        ("cost_options", json!([{ "amount": -4, "option": "Entry" }])),
        ("description", json!(["a", "list"])),
        ("pc_metadata", json!({ "vendor": { "deep": [1, 2, 3] } })),
    ] {
        let (mapped, _) = map(&with_new(key, value));
        assert_eq!(mapped.service.name, "Walk and Talk Moorlands", "{key}");
    }
}

#[test]
fn what_is_longer_than_a_record_may_be_is_cut() {
    let (mapped, repairs) = map(&with("/name", "Walk ".repeat(300)));
    assert_eq!(mapped.service.name.chars().count(), 200);
    assert_eq!(told(&repairs), [("name", Why::TooLong)]);
    let many: Vec<Value> = (0..5_000)
        .map(|n| json!({ "name": format!("Area {n}") }))
        .collect();
    let (mapped, repairs) = map(&with_new("service_areas", many));
    assert!(mapped.service.onward.criteria.len() <= 11);
    assert_eq!(told(&repairs), [("service_areas", Why::TooLong)]);
}

#[test]
fn how_to_come_to_it_is_in_words_only() {
    let (mapped, _) = map(&clean());
    let methods = &mapped.service.onward.referral_methods;
    assert!(
        matches!(methods.as_slice(), [ReferralMethod::Phone { words }] if words.contains("01632 960400"))
    );
    let (mapped, _) = map(&with_new("application_process", "Just turn up."));
    let methods = &mapped.service.onward.referral_methods;
    assert!(
        matches!(methods.as_slice(), [ReferralMethod::Elsewhere { words }] if words == "Just turn up.")
    );
}

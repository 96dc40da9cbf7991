//! What the identity types take, refuse, show, and never print.

use super::*;
use jiff::civil::date;
use proptest::prelude::*;

#[test]
fn an_nhs_number_is_ten_digits_that_check() {
    for text in [
        "9990000018",
        "999 000 0018",
        "999-000-0018",
        " 943 476 5919 ", // contacts-allowed: the published example, issued to nobody
    ] {
        assert!(NhsNumber::parse(text).is_ok(), "{text}");
    }
    let refused = [
        ("9990000019", NhsNumberError::CheckDigit),
        ("999 123 4567", NhsNumberError::CheckDigit),
        ("999000001", NhsNumberError::Length),
        ("99900000180", NhsNumberError::Length),
        ("999 000 001O", NhsNumberError::Character),
        ("9990000000", NhsNumberError::CheckDigit),
        ("0000000000", NhsNumberError::Placeholder),
        ("1111111111", NhsNumberError::Placeholder),
        ("9999999999", NhsNumberError::Placeholder),
        ("1234567890", NhsNumberError::Placeholder),
        ("9876543210", NhsNumberError::Placeholder),
        ("0123456789", NhsNumberError::Placeholder),
    ];
    for (text, error) in refused {
        assert_eq!(NhsNumber::parse(text), Err(error), "{text}");
    }
    let number = NhsNumber::parse("9990000018").unwrap();
    assert_eq!(number.to_string(), "999 000 0018");
    assert!(number.is_test_range());
    assert!(!NhsNumber::parse("9434765919").unwrap().is_test_range());
}

#[test]
fn a_name_shows_as_the_cui_asks() {
    fn shown(family: &str, given: &str, title: Option<&str>) -> Result<String, NameError> {
        PersonName::new(family, given, title).map(|name| name.to_string())
    }
    assert_eq!(
        shown("Smith", "John", Some("Mr.")).unwrap(),
        "SMITH, John (Mr)"
    );
    assert_eq!(shown("O'Brien", "Siân", None).unwrap(), "O'BRIEN, Siân");
    assert_eq!(
        shown("McDonald", "Mary-Jane", Some("Mrs")).unwrap(),
        "MCDONALD, Mary-Jane (Mrs)"
    );
    assert_eq!(
        shown("Featherstonehaugh-Cholmondeley", "Zoë", None).unwrap(),
        "FEATHERSTONEHAUGH-CHOLMONDELEY, Zoë"
    );
    assert_eq!(shown("Madonna", "", None).unwrap(), "MADONNA");
    assert_eq!(shown("  ", "John", None), Err(NameError::NoFamilyName));
    assert_eq!(
        shown(&"a".repeat(41), "John", None),
        Err(NameError::TooLong)
    );
    assert_eq!(
        shown(&"a".repeat(40), &"b".repeat(35), None)
            .unwrap()
            .chars()
            .count(),
        77
    );
    assert_eq!(
        shown("Smith\r\nBcc", "John", None).unwrap(),
        "SMITH BCC, John"
    );
    assert_eq!(shown("Smith<b>", "John", None), Err(NameError::Character));
}

#[test]
fn a_date_of_birth_is_past_and_its_age_is_written_in_the_cui_units() {
    let today = date(2026, 11, 21);
    assert_eq!(
        DateOfBirth::new(date(2026, 11, 22), today),
        Err(DateOfBirthError::Future)
    );
    assert_eq!(
        DateOfBirth::new(date(1895, 11, 20), today),
        Err(DateOfBirthError::TooLongAgo)
    );
    let ages = [
        (date(1945, 7, 14), "14-Jul-1945 (81y)"),
        (date(1945, 11, 22), "22-Nov-1945 (80y)"),
        (date(2026, 11, 21), "21-Nov-2026 (0d)"),
        (date(2026, 9, 1), "01-Sep-2026 (11w 4d)"),
        (date(2025, 5, 20), "20-May-2025 (18m 1d)"),
        (date(2021, 9, 21), "21-Sep-2021 (5y 2m)"),
        (date(2008, 11, 21), "21-Nov-2008 (18y)"),
        (date(1896, 11, 21), "21-Nov-1896 (130y)"),
    ];
    for (born, shown) in ages {
        assert_eq!(
            DateOfBirth::new(born, today).unwrap().with_age(today),
            shown
        );
    }
}

#[test]
fn phones_show_without_country_code_and_brackets() {
    let shown = [
        ("02079460000", "020 7946 0000"),
        ("(020) 7946-0000", "020 7946 0000"),
        ("+44 (0)1632 960001", "01632 960001"),
        ("0044 7700 900123", "07700 900123"),
        ("07700900123", "07700 900123"),
        ("0808 1570123", "0808 157 0123"),
        ("0114 496 0123", "0114 496 0123"),
        ("0161 4960123", "0161 496 0123"),
        ("+1 202 555 0123", "+12025550123"),
    ];
    for (text, expected) in shown {
        assert_eq!(
            PhoneNumber::parse(text).unwrap().to_string(),
            expected,
            "{text}"
        );
    }
    for text in [
        "",
        "999 000 0018",
        "077009001",
        "01632 960001 ext 2",
        "12345",
        "+",
        "00",
        "0999 000 00189",
    ] {
        assert!(PhoneNumber::parse(text).is_err(), "{text}");
    }
}

#[test]
fn an_email_is_one_plain_address() {
    assert_eq!(
        EmailAddress::parse(" john.smith@mail.example ")
            .unwrap()
            .as_str(),
        "john.smith@mail.example"
    );
    let refused = [
        "john",
        "@mail.example",
        "john@",
        "john@localhost",
        "a@b.example, c@d.example",
        "a b@c.example",
        "john@mail.example\r\nBcc: x@y.example",
        "jöhn@mail.example",
        "a@@b.example",
        "a..b@c.example",
        "a@1.2.3.4",
    ];
    for text in refused {
        assert_eq!(EmailAddress::parse(text), Err(EmailError), "{text}");
    }
    assert!(EmailAddress::parse("john@mail.example\n").is_err());
}

#[test]
fn postcodes_and_genders_are_normalised() {
    for (text, expected) in [
        ("st135ab", "ST13 5AB"),
        ("M1 1AE", "M1 1AE"),
        ("EC1A1BB", "EC1A 1BB"),
        ("gir 0aa", "GIR 0AA"),
    ] {
        assert_eq!(Postcode::parse(text).unwrap().as_str(), expected);
    }
    for text in [
        "",
        "ST13",
        "ST13 5CB",
        "QT1 1AA",
        "ST135 5AB",
        "1AA",
        "é5AB",
    ] {
        assert!(Postcode::parse(text).is_err(), "{text}");
    }
    assert_eq!(Gender::parse("not known").unwrap().fhir_code(), "unknown");
    assert_eq!(
        Gender::parse("Indeterminate").unwrap().as_str(),
        "Not Specified"
    );
    assert!(Gender::parse("Mr").is_err());
}

fn patient() -> Patient {
    let today = date(2026, 11, 21);
    Patient {
        nhs_number: NhsNumberOrReason::Known(NhsNumber::parse("999 000 0018").unwrap()),
        name: PersonName::new("Canaryfamily", "Canarygiven", Some("Mr")).unwrap(),
        born: DateOfBirth::new(date(1945, 7, 14), today).unwrap(),
        gender: Gender::Male,
        address: Address::new(
            &["12 Canary Lane".into(), "Leek".into()],
            Postcode::parse("ST13 5AB").ok(),
        )
        .ok(),
        phones: vec![PhoneNumber::parse("01632 960001").unwrap()],
        email: EmailAddress::parse("canary@mail.example").ok(),
        language: Some("Canarian".into()),
        interpreter_needed: Some(false),
        communication_needs: Some("Canary print".into()),
        safe_contact_note: Some("Canary only".into()),
        practice_ods: None,
    }
}

#[test]
fn nothing_of_a_patient_is_printed_by_debug() {
    let patient = patient();
    let all = [
        format!("{patient:?}"),
        format!("{patient:#?}"),
        format!("{:?}", patient.nhs_number),
        format!("{:?}", patient.name),
        format!("{:?}", patient.born),
        format!("{:?}", patient.gender),
        format!("{:?}", patient.address),
        format!("{:?}", patient.address.as_ref().and_then(Address::postcode)),
        format!("{:?}", patient.phones),
        format!("{:?}", patient.email),
        format!("{:?}", NhsNumberOrReason::Missing("Canary reason".into())),
        format!("{:?}", NhsNumber::parse("999 000 0018")),
    ];
    for printed in all {
        assert!(printed.contains(REDACTED), "{printed}");
        for secret in ["anary", "999", "1945", "ST13", "01632", "Male"] {
            assert!(!printed.contains(secret), "{printed}");
        }
    }
}

#[test]
fn a_patient_survives_storage_and_a_bad_one_does_not_come_back() {
    let stored = serde_json::to_string(&patient()).unwrap();
    assert_eq!(serde_json::from_str::<Patient>(&stored).unwrap(), patient());
    for (good, bad) in [
        ("9990000018", "9990000019"),
        ("ST13 5AB", "ST13"),
        ("01632960001", "12"),
        ("Canaryfamily", " "),
    ] {
        assert!(stored.contains(good), "{stored}");
        assert!(
            serde_json::from_str::<Patient>(&stored.replace(good, bad)).is_err(),
            "{bad}"
        );
    }
}

proptest! {
    #[test]
    fn no_parser_panics(text in "\\PC*") {
        let _ = NhsNumber::parse(&text);
        let _ = PersonName::new(&text, &text, Some(&text));
        let _ = PhoneNumber::parse(&text).map(|phone| phone.to_string());
        let _ = EmailAddress::parse(&text);
        let _ = Postcode::parse(&text);
        let _ = Gender::parse(&text);
        let _ = DateOfBirth::parse(&text, date(2026, 11, 21));
    }

    #[test]
    fn one_wrong_digit_is_always_caught(at in 0_usize..10, by in 1_u8..10) {
        let mut digits = *b"9990000018";
        digits[at] = b'0' + (digits[at] - b'0' + by) % 10;
        prop_assert!(NhsNumber::parse(std::str::from_utf8(&digits).unwrap()).is_err());
    }
}

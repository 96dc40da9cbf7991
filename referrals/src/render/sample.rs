//! Letters about made-up people, for the tests of every form.

use letter::{LetterContent, LetterRow, LetterSection};
use proptest::prelude::*;

pub fn row(label: &str, value: &str) -> LetterRow {
    LetterRow {
        label: label.into(),
        value: value.into(),
    }
}

fn section(heading: &str, rows: Vec<LetterRow>) -> LetterSection {
    LetterSection {
        heading: heading.into(),
        rows,
    }
}

/// A plain referral with everything that a letter usually has.
pub fn smith() -> LetterContent {
    LetterContent {
        demonstration: true,
        title: "Referral to Pain Platform".into(),
        reference: "ONW-7K3F-92QD".into(),
        dated: "21-Nov-2026".into(),
        sections: vec![
            section(
                "Patient",
                vec![
                    row("Name", "SMITH, John (Mr)"),
                    row("Born", "14-Jul-1945 (81y)"),
                    row("Gender", "Male"),
                    row("NHS number", "999 000 0018"),
                    row("Address", "1 Example Street\nLeek\nZZ99 3WZ"),
                    row("Phone", "01632 960123"),
                    row("Communication needs", "Large print. Speak slowly on the phone."),
                    row(
                        "Safe to contact",
                        "Phone in the mornings. No voicemail. No texts.",
                    ),
                ],
            ),
            section(
                "Reason for referral",
                vec![
                    row(
                        "In the referrer's words",
                        "Fibromyalgia since 2019, widespread pain, low mood that came with it. Pain \"all over\", sleep 4 to 5 hours.\n\nWould like to talk with somebody about pacing & work; <not> keen on groups.",
                    ),
                    row("In crisis", "Asked: no"),
                ],
            ),
            section(
                "Referrer",
                vec![
                    row("Referred by", "Dr Zoë O'Brien-Ó, Moorlands Surgery (demonstration)"),
                    row("Answer to", "referrals@moorlands.example"),
                ],
            ),
        ],
        closing: vec![
            "Until you accept this referral the practice remains responsible for the patient's care.".into(),
            "To answer, reply to this e-mail and keep the reference.".into(),
        ],
    }
}

/// A letter as long as anybody pastes one (hazard H12).
pub fn long() -> LetterContent {
    let mut content = smith();
    content.sections[1].rows[0].value =
        "Pain in both hands, worse in the morning; sleeps badly. ".repeat(360);
    content
}

/// A second patient, with other scripts.
pub fn accents() -> LetterContent {
    let mut content = smith();
    content.demonstration = false;
    content.sections[0].rows = vec![
        row("Name", "O'BRIEN-Ó, Zoë (Ms)"),
        row("Born", "02-Feb-1990 (36y)"),
        row("Gender", "Female"),
        row("NHS number", "999 000 0026"),
        row("Also known as", "Nguyễn Thị Hương, Łucja, Şebnem, 田中 😀"),
    ];
    content
}

/// Any letter at all, mostly of the characters that break things.
pub fn any_letter() -> impl Strategy<Value = LetterContent> {
    let row = (nasty(), nasty()).prop_map(|(label, value)| LetterRow { label, value });
    let section = (nasty(), prop::collection::vec(row, 0..4))
        .prop_map(|(heading, rows)| LetterSection { heading, rows });
    (
        prop::bool::ANY,
        nasty(),
        prop::collection::vec(section, 0..4),
        prop::collection::vec(nasty(), 0..3),
    )
        .prop_map(|(demonstration, title, sections, closing)| LetterContent {
            demonstration,
            title,
            reference: "ONW-7K3F-92QD".into(),
            dated: "21-Nov-2026".into(),
            sections,
            closing,
        })
}

/// Text with markup, line ends, boundaries, control characters and other scripts among ordinary words.
pub fn nasty() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        4 => "[a-zA-Z0-9]{1,12}",
        3 => Just(" ".to_owned()),
        2 => prop::sample::select(vec![
            "\n", "\r\n", "\n\n", "\r", "\t", "\u{0}", "\u{1b}", "\u{85}", "\u{2028}", "\u{202e}", "\u{feff}",
            "<b>", "&amp;", "\"", "'", "=3D", "=", "--", "--=_", ".", "From ", ": ", "é", "ß", "ŉ", "😀", "田中", "\u{a0}",
        ])
        .prop_map(str::to_owned),
        1 => prop::char::any().prop_map(String::from),
    ];
    prop::collection::vec(piece, 0..24).prop_map(|pieces| pieces.concat())
}

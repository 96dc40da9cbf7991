//! What the pages hold, read from the laid-out document, and what the file claims to be.

use typst::layout::{Frame, FrameItem};

use super::*;

fn content(value: &str) -> LetterContent {
    LetterContent {
        demonstration: true,
        title: "Referral to Pain Platform".into(),
        reference: "ONW-7K3F-92QD".into(),
        dated: "21-Nov-2026".into(),
        sections: vec![
            LetterSection {
                heading: "Patient".into(),
                rows: vec![
                    row("Name", "SMITH, John (Mr)"),
                    row("NHS number", "999 000 0018"),
                ],
            },
            LetterSection {
                heading: "Reason for referral".into(),
                rows: vec![row("In the referrer's words", value)],
            },
        ],
        closing: vec!["Please answer to the practice's mailbox.".into()],
    }
}

fn row(label: &str, value: &str) -> LetterRow {
    LetterRow {
        label: label.into(),
        value: value.into(),
    }
}

/// The text of each page, in the order of layout.
fn pages(content: &LetterContent) -> Vec<String> {
    let document = layout(content).unwrap();
    document
        .pages()
        .iter()
        .map(|page| {
            let mut text = String::new();
            collect(&page.frame, &mut text);
            text.replace('\u{200B}', "")
        })
        .collect()
}

fn collect(frame: &Frame, text: &mut String) {
    for (_, item) in frame.items() {
        match item {
            FrameItem::Group(group) => collect(&group.frame, text),
            FrameItem::Text(run) => {
                assert!(
                    run.glyphs.iter().all(|glyph| glyph.id != 0),
                    "a character without a glyph in {:?}",
                    run.text
                );
                text.push_str(&run.text);
                text.push(' ');
            }
            _ => {}
        }
    }
}

/// Line and run breaks are white space like any other.
fn words(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn the_file_is_pdf_ua_1_and_titled() {
    let bytes = pdf(&content("Pain for three years.")).unwrap();
    assert!(bytes.starts_with(b"%PDF-1.7"));
    let raw = String::from_utf8_lossy(&bytes);
    assert!(raw.contains("pdfuaid:part"), "no PDF/UA claim");
    assert!(raw.contains("Referral to Pain Platform, ONW-7K3F-92QD"));
    assert!(raw.contains("en-GB"));
    assert!(!raw.contains("CreationDate"));
}

#[test]
fn equal_content_gives_equal_bytes_and_other_content_does_not() {
    let bytes = pdf(&content("Pain for three years.")).unwrap();
    assert_eq!(bytes, pdf(&content("Pain for three years.")).unwrap());
    assert_ne!(bytes, pdf(&content("Pain for four years.")).unwrap());
}

#[test]
fn h12_twenty_thousand_characters_flow_over_pages_whole() {
    let sentence = "Pain in both hands, worse in the morning; sleeps badly. ";
    let mut long: String = sentence.repeat(20_000 / sentence.len());
    long.push_str("LAST WORDS");
    let pages = pages(&content(&long));
    assert!(pages.len() > 4, "{} pages", pages.len());
    let all = words(&pages.join(" "));
    assert_eq!(all.matches("worse in the").count(), 20_000 / sentence.len());
    assert!(all.contains("LAST WORDS"));
}

#[test]
fn h12_a_word_without_a_space_stays_on_the_page() {
    let long = "Æ".repeat(5_000);
    let document = layout(&content(&long)).unwrap();
    let width = document.pages()[0].frame.width();
    let mut letters = 0;
    for page in document.pages() {
        right_edges(
            &page.frame,
            typst::layout::Abs::zero(),
            &mut |edge, text| {
                assert!(edge <= width, "{text:?} leaves the page");
                letters += text.matches('Æ').count();
            },
        );
    }
    assert_eq!(letters, 5_000);
}

fn right_edges(
    frame: &Frame,
    left: typst::layout::Abs,
    see: &mut impl FnMut(typst::layout::Abs, &str),
) {
    for (at, item) in frame.items() {
        match item {
            FrameItem::Group(group) => right_edges(&group.frame, left + at.x, see),
            FrameItem::Text(run) => see(left + at.x + run.width(), &run.text),
            _ => {}
        }
    }
}

#[test]
fn an_address_that_fits_its_column_can_be_copied_as_it_is() {
    let address = "referrals.moorlands.surgery.leek@example.nhs.uk";
    let document = layout(&content(address)).unwrap();
    let mut text = String::new();
    collect(&document.pages()[0].frame, &mut text);
    assert!(text.contains(address), "{text:?}");
}

#[test]
fn h13_accents_are_set_and_other_scripts_are_noted() {
    let names = "Zoë O'Brien-Ó, Łukasz Wałęsa, Şebnem, Nguyễn Thị Hương, Siân, e\u{301}";
    let text = words(&pages(&content(names)).join(" "));
    assert!(text.contains("Zoë O'Brien-Ó"), "{text}");
    assert!(
        text.contains("Łukasz Wałęsa, Şebnem, Nguyễn Thị Hương"),
        "{text}"
    );
    assert!(!text.contains("[U+"), "{text}");
    assert!(!text.contains("stands for a character"), "{text}");

    let text = words(&pages(&content("in pain 😀, 田中")).join(" "));
    assert!(
        text.contains("in pain [U+1F600], [U+7530][U+4E2D]"),
        "{text}"
    );
    assert!(text.contains("stands for a character"), "{text}");
    pdf(&content("in pain 😀, 田中")).unwrap();
}

#[test]
fn h23_every_page_of_a_demonstration_says_so_and_no_page_of_a_real_letter() {
    let long = "Pain in both hands. ".repeat(600);
    let mut letter = content(&long);
    let demonstration = pages(&letter);
    assert!(demonstration.len() > 2);
    for (index, page) in demonstration.iter().enumerate() {
        assert!(words(page).contains(DEMONSTRATION), "page {index}");
        assert!(page.contains("ONW-7K3F-92QD"), "page {index}");
        let count = format!("Page {} of {}", index + 1, demonstration.len());
        assert!(words(page).contains(&count), "{count} not in {page}");
    }
    letter.demonstration = false;
    assert!(!pages(&letter).join(" ").contains("DEMONSTRATION"));
}

#[test]
fn markup_in_a_value_stays_text() {
    let markup =
        "#panic(\"x\") $x$ *bold* _it_ <b> @ref = Heading // gone? /* gone? */ `raw` \\ ~ -- [x]";
    let text = words(&pages(&content(markup)).join(" "));
    assert!(text.contains(&words(markup)), "{text}");
}

#[test]
fn paragraphs_and_lines_of_a_value_are_kept_apart() {
    let text = pages(&content("one\ntwo\n\nthree\u{7}")).join("");
    assert!(text.contains("one two three "), "{text}");
}

#[test]
fn empty_parts_do_not_break_the_letter() {
    let mut letter = content("");
    letter.title = " \u{0} ".into();
    letter.reference = String::new();
    letter.sections[0].heading = "\n".into();
    letter.sections[0].rows.push(row("", ""));
    letter.sections.push(LetterSection {
        heading: "Nothing here".into(),
        rows: Vec::new(),
    });
    letter.closing.clear();
    assert!(pages(&letter)[0].contains("Referral"));
    pdf(&letter).unwrap();

    letter.sections.clear();
    pdf(&letter).unwrap();
}

#[test]
fn a_label_wider_than_its_column_is_whole() {
    let mut letter = content("x");
    let label = "Has the patient been told that the first appointment may be by phone?";
    letter.sections[1].rows[0].label = label.into();
    let text = words(&pages(&letter).join(" "));
    assert!(text.contains(label), "{text}");
}

#[test]
fn the_template_compiles_without_a_warning() {
    let press = Press::get().unwrap();
    let inputs = Inputs::new(press).letter(&content("Zoë 😀\n\ntwo"));
    let compiled = press.engine.compile_with_input::<_, PagedDocument>(inputs);
    let messages: Vec<_> = compiled.warnings.iter().map(|w| &w.message).collect();
    assert!(messages.is_empty(), "{messages:?}");
    if let Err(error) = compiled.output {
        panic!("{error:?}");
    }
}

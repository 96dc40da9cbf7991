//! The referral as simple HTML: headings and description lists, no script, no picture, nothing from elsewhere.

use letter::{DEMONSTRATION, LetterContent, LetterRow, one_line, paragraphs};

/// Sizes and colours only: without it the page reads the same.
const STYLE: &str = "body{font-family:Arial,sans-serif;font-size:16px;line-height:1.4;color:#212b32;max-width:44em}\
    h1{font-size:24px}h2{font-size:18px;margin:24px 0 8px;border-bottom:1px solid #4c6272}\
    dl,dd,p{margin:0 0 8px}dt{font-weight:bold}\
    .demonstration{background:#ffeb3b;border:2px solid #212b32;padding:8px;font-weight:bold}";

/// The letter as an HTML document. Every value is escaped.
pub fn html(content: &LetterContent) -> String {
    let title = escaped(&one_line(&content.title));
    let mut out = format!(
        "<!DOCTYPE html>\n<html lang=\"en-GB\">\n<head>\n<meta charset=\"utf-8\">\n<title>{title}</title>\n\
         <style>{STYLE}</style>\n</head>\n<body>\n"
    );
    if content.demonstration {
        element(&mut out, "p class=\"demonstration\"", "p", DEMONSTRATION);
    }
    element(&mut out, "h1", "h1", &title);
    out.push_str("<dl>\n");
    pair(&mut out, "Reference", &content.reference);
    pair(&mut out, "Dated", &content.dated);
    out.push_str("</dl>\n");
    for section in &content.sections {
        let heading = escaped(&one_line(&section.heading));
        if !heading.is_empty() {
            element(&mut out, "h2", "h2", &heading);
        }
        list(&mut out, &section.rows);
    }
    for text in &content.closing {
        out.push_str(&prose(text));
    }
    out.push_str("</body>\n</html>\n");
    out
}

fn list(out: &mut String, rows: &[LetterRow]) {
    // An empty <dl> is not allowed (HTML, 4.4.9: groups of names and values).
    if rows.is_empty() {
        return;
    }
    out.push_str("<dl>\n");
    for row in rows {
        pair(out, &row.label, &row.value);
    }
    out.push_str("</dl>\n");
}

fn pair(out: &mut String, label: &str, value: &str) {
    element(out, "dt", "dt", &escaped(&one_line(label)));
    let value = match paragraphs(value).as_slice() {
        [] => String::new(),
        [lines] => broken(lines),
        _ => prose(value),
    };
    element(out, "dd", "dd", &value);
}

fn prose(text: &str) -> String {
    let mut out = String::new();
    for lines in paragraphs(text) {
        element(&mut out, "p", "p", &broken(&lines));
    }
    out
}

fn broken(lines: &[String]) -> String {
    let lines: Vec<String> = lines.iter().map(|line| escaped(line)).collect();
    lines.join("<br>\n")
}

/// `inner` must be escaped already.
fn element(out: &mut String, open: &str, close: &str, inner: &str) {
    for piece in ["<", open, ">", inner, "</", close, ">\n"] {
        out.push_str(piece);
    }
}

pub(crate) fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::render::{sample, text::text};

    #[test]
    fn the_whole_page() {
        insta::assert_snapshot!(html(&sample::smith()));
    }

    #[test]
    fn what_a_patient_is_called_cannot_become_markup() {
        let mut content = sample::smith();
        content.sections[0].rows[0].value =
            "<script>alert(1)</script><img src=x onerror='y'>&amp;\"".into();
        let page = html(&content);
        assert!(!page.contains("<script"), "{page}");
        assert!(!page.contains("<img"), "{page}");
        assert!(page.contains("&lt;script&gt;alert(1)&lt;/script&gt;"));
        assert!(page.contains("&amp;amp;&quot;"));
    }

    #[test]
    fn nothing_is_fetched_from_elsewhere() {
        let page = html(&sample::smith());
        for word in [
            "http", "src=", "href=", "url(", "@import", "<link", "<script",
        ] {
            assert!(!page.contains(word), "{word}");
        }
    }

    /// The words a reader sees: the body without its tags, entities resolved.
    fn shown(page: &str) -> String {
        let (_, body) = page.split_once("<body>").unwrap();
        let mut out = String::new();
        let mut in_tag = false;
        for c in body.chars() {
            match c {
                '<' => in_tag = true,
                '>' => in_tag = false,
                c if !in_tag => out.push(c),
                _ => {}
            }
        }
        [
            ("&lt;", "<"),
            ("&gt;", ">"),
            ("&quot;", "\""),
            ("&#39;", "'"),
            ("&amp;", "&"),
        ]
        .iter()
        .fold(out, |text, (entity, c)| text.replace(entity, c))
    }

    /// Letters and digits in their order; the text sets headings in capitals and colons after labels.
    fn words(text: &str) -> Vec<String> {
        text.split(|c: char| !c.is_alphanumeric())
            .filter(|word| !word.is_empty())
            .map(str::to_uppercase)
            .collect()
    }

    #[test]
    fn the_comparison_of_words_sees_a_lost_word() {
        let content = sample::smith();
        let mut shorter = content.clone();
        shorter.sections[1].rows[0].value.truncate(20);
        assert_ne!(words(&text(&content)), words(&shown(&html(&shorter))));
    }

    proptest! {
        #[test]
        fn text_and_html_hold_the_same_words(content in sample::any_letter()) {
            prop_assert_eq!(words(&text(&content)), words(&shown(&html(&content))));
        }
    }
}

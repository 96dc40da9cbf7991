//! A Rust file taken apart as far as the rules need it: code without comments and texts, the texts by themselves, and which lines are tests.

/// A text (string literal) of a Rust file, as written, without its quotes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Text {
    pub line: usize,
    pub text: String,
}

pub struct RustSource {
    /// Line by line; comments and texts are blanks.
    pub code: Vec<String>,
    pub texts: Vec<Text>,
    in_test: Vec<bool>,
}

impl RustSource {
    pub fn read(source: &str) -> RustSource {
        let mut scanner = Scanner {
            characters: source.chars().collect(),
            at: 0,
            line: 1,
            code: String::new(),
            texts: Vec::new(),
        };
        scanner.scan();
        let code: Vec<String> = scanner.code.split('\n').map(str::to_owned).collect();
        let in_test = test_lines(&code);
        RustSource {
            code,
            texts: scanner.texts,
            in_test,
        }
    }

    /// Whether a line (from 1) stands in something that is compiled for tests only.
    pub fn is_test(&self, line: usize) -> bool {
        self.in_test
            .get(line.saturating_sub(1))
            .copied()
            .unwrap_or(false)
    }

    /// The code of the product, line by line, with numbers from 1.
    pub fn product_code(&self) -> impl Iterator<Item = (usize, &str)> {
        self.code
            .iter()
            .enumerate()
            .map(|(index, line)| (index + 1, line.as_str()))
            .filter(|(line, _)| !self.is_test(*line))
    }

    pub fn product_texts(&self) -> impl Iterator<Item = &Text> {
        self.texts.iter().filter(|text| !self.is_test(text.line))
    }
}

/// A whole file of tests, by its place.
pub fn is_test_file(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    path.starts_with("tests/")
        || path.contains("/tests/")
        || name == "tests.rs"
        || name.ends_with("_tests.rs")
}

/// The lines of each item that stands under `#[cfg(test)]`: up to its closing brace, or to the semicolon of an item without one.
fn test_lines(code: &[String]) -> Vec<bool> {
    let mut in_test = Vec::with_capacity(code.len());
    // None: product code. Some(depth): inside a test item, with that many braces open.
    let mut depth: Option<usize> = None;
    for line in code {
        let mut rest = line.as_str();
        let mut touched = depth.is_some();
        if depth.is_none()
            && let Some((_, after)) = line.split_once("#[cfg(test)]")
        {
            (depth, rest, touched) = (Some(0), after, true);
        }
        for character in rest.chars() {
            depth = match (depth, character) {
                (Some(open), '{') => Some(open + 1),
                (Some(0 | 1), '}') | (Some(0), ';') => None,
                (Some(open), '}') => Some(open - 1),
                (unchanged, _) => unchanged,
            };
        }
        in_test.push(touched);
    }
    in_test
}

struct Scanner {
    characters: Vec<char>,
    at: usize,
    line: usize,
    code: String,
    texts: Vec<Text>,
}

impl Scanner {
    fn scan(&mut self) {
        while let Some(character) = self.peek(0) {
            match (character, self.peek(1)) {
                ('/', Some('/')) => self.skip_while(|c| c != '\n'),
                ('/', Some('*')) => self.block_comment(),
                ('"', _) => self.text(),
                ('r', Some('"' | '#')) if !self.inside_a_word() && self.raw_text() => {}
                ('\'', _) => self.character_or_lifetime(),
                _ => self.take_as_code(character),
            }
        }
    }

    fn peek(&self, ahead: usize) -> Option<char> {
        self.characters.get(self.at + ahead).copied()
    }

    /// Steps over one character; the code keeps its line breaks.
    fn step(&mut self) -> Option<char> {
        let character = self.peek(0)?;
        self.at += 1;
        if character == '\n' {
            self.line += 1;
            self.code.push('\n');
        }
        Some(character)
    }

    fn take_as_code(&mut self, character: char) {
        if character != '\n' {
            self.code.push(character);
        }
        self.step();
    }

    fn skip_while(&mut self, holds: impl Fn(char) -> bool) {
        while self.peek(0).is_some_and(&holds) {
            self.step();
        }
    }

    /// Block comments of Rust nest.
    fn block_comment(&mut self) {
        let mut depth = 0_usize;
        loop {
            match (self.peek(0), self.peek(1)) {
                (Some('/'), Some('*')) => depth += 1,
                (Some('*'), Some('/')) => depth -= 1,
                (None, _) => return,
                _ => {
                    self.step();
                    continue;
                }
            }
            self.step();
            self.step();
            if depth == 0 {
                return;
            }
        }
    }

    fn text(&mut self) {
        let line = self.line;
        let mut text = String::new();
        self.step();
        while let Some(character) = self.step() {
            match character {
                '"' => break,
                // A backslash at the end of a line joins it to the next without its indentation.
                '\\' if self.peek(0) == Some('\n') => self.skip_while(char::is_whitespace),
                '\\' => {
                    text.push(character);
                    text.extend(self.step());
                }
                _ => text.push(character),
            }
        }
        self.code.push_str("\"\"");
        self.texts.push(Text { line, text });
    }

    /// False, and nothing done, when it is no raw text but a name such as `r#type`.
    fn raw_text(&mut self) -> bool {
        let hashes = self
            .characters
            .iter()
            .skip(self.at + 1)
            .take_while(|c| **c == '#')
            .count();
        if self.peek(1 + hashes) != Some('"') {
            return false;
        }
        let line = self.line;
        for _ in 0..hashes + 2 {
            self.step();
        }
        let mut text = String::new();
        while let Some(character) = self.step() {
            if character == '"' && (0..hashes).all(|ahead| self.peek(ahead) == Some('#')) {
                for _ in 0..hashes {
                    self.step();
                }
                break;
            }
            text.push(character);
        }
        self.code.push_str("\"\"");
        self.texts.push(Text { line, text });
        true
    }

    /// Whether the character before belongs to the same name (the `r` of `for"` does, that of `br"` is allowed).
    fn inside_a_word(&self) -> bool {
        let before = |ahead: usize| {
            self.at
                .checked_sub(ahead)
                .and_then(|at| self.characters.get(at))
                .copied()
        };
        let in_name = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || c == '_');
        let is_prefix = matches!(before(1), Some('b' | 'c')) && !in_name(before(2));
        in_name(before(1)) && !is_prefix
    }

    fn character_or_lifetime(&mut self) {
        let is_character = self.peek(1) == Some('\\') || self.peek(2) == Some('\'');
        self.take_as_code('\'');
        if !is_character {
            return;
        }
        while let Some(character) = self.step() {
            match character {
                '\'' => break,
                '\\' => {
                    self.step();
                }
                _ => {}
            }
        }
        self.code.push('\'');
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(source: &str) -> Vec<String> {
        RustSource::read(source)
            .texts
            .into_iter()
            .map(|text| text.text)
            .collect()
    }

    #[test]
    fn texts_of_every_kind_are_found_and_comments_are_not() {
        let source = "// \"no\"\nlet a = \"one\"; /* \"no /* \"no\" */ \"no\" */ let b = r#\"two \"quoted\"\"#; let c = b\"three\"; let d = br\"four\";";
        assert_eq!(texts(source), ["one", "two \"quoted\"", "three", "four"]);
    }

    #[test]
    fn quotes_in_characters_lifetimes_and_escapes_do_not_confuse() {
        let source = "fn f<'a>(x: &'a str) { g('\"', '\\'', \"say \\\"hi\\\"\", 'b'); let r#type = 1; for_(\"end\") }";
        assert_eq!(texts(source), ["say \\\"hi\\\"", "end"]);
    }

    #[test]
    fn a_text_over_several_lines_is_joined_and_keeps_its_first_line() {
        let source = RustSource::read("\nlet a = \"all in \\\n        the mind\";\nlet b = \"c\";");
        assert_eq!(
            source.texts,
            [
                Text {
                    line: 2,
                    text: "all in the mind".into()
                },
                Text {
                    line: 4,
                    text: "c".into()
                }
            ]
        );
    }

    #[test]
    fn code_keeps_its_lines_and_loses_texts_and_comments() {
        let source = RustSource::read("a(\"rusqlite\");\n// tokio\nb(); /* x\ny */ c();");
        assert_eq!(source.code, ["a(\"\");", "", "b(); ", " c();"]);
    }

    #[test]
    fn only_the_items_for_tests_are_tests() {
        let source = RustSource::read(
            "#[cfg(test)]\nuse x::y;\nfn a() { }\n#[cfg(test)]\nmod tests {\n    fn b() { if c { } }\n    const D: &str = \"}\";\n}\nfn e() {}",
        );
        let tests: Vec<usize> = (1..=9).filter(|line| source.is_test(*line)).collect();
        assert_eq!(tests, [1, 2, 4, 5, 6, 7, 8]);
    }

    #[test]
    fn a_file_that_breaks_off_is_read_to_its_end() {
        for source in [
            "\"open",
            "/* open",
            "r#\"open",
            "'\\",
            "#[cfg(test)] mod a {",
            "'",
            "r#",
        ] {
            let _ = RustSource::read(source);
        }
    }
}

//! An address beside others: which characters changed, and which other address it could be taken for.
//!
//! Addresses are plain ASCII (feed/address.rs), where "rn" is still read as "m" and "1" as "l". What is confusable is the table of Unicode
//! (UTS #39, section 4). Nothing here decides anything: a person is shown it.

use similar::{ChangeTag, TextDiff};
use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use unicode_security::{MixedScript, skeleton};

/// A run of characters that is in both, or only in the one shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Piece {
    pub text: String,
    pub changed: bool,
}

/// The former address and the new one, each in pieces.
pub fn side_by_side(before: &str, now: &str) -> (Vec<Piece>, Vec<Piece>) {
    let (mut old, mut new) = (Vec::new(), Vec::new());
    for change in TextDiff::from_chars(before, now).iter_all_changes() {
        match change.tag() {
            ChangeTag::Equal => {
                append(&mut old, change.value(), false);
                append(&mut new, change.value(), false);
            }
            ChangeTag::Delete => append(&mut old, change.value(), true),
            ChangeTag::Insert => append(&mut new, change.value(), true),
        }
    }
    (old, new)
}

fn append(pieces: &mut Vec<Piece>, text: &str, changed: bool) {
    match pieces.last_mut() {
        Some(last) if last.changed == changed => last.text.push_str(text),
        _ => pieces.push(Piece {
            text: text.to_owned(),
            changed,
        }),
    }
}

/// What somebody should look at twice before they agree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AddressWarning {
    /// Easily read as this other address, which is known here.
    LooksLike(String),
    /// The former address was at another host, which is named.
    OtherHost(String),
    /// Neither nhs.net, nor below nhs.uk or gov.uk: whether mail to it is encrypted on its way has to be asked.
    OutsideNhs,
    /// The name of the service is written with letters of several alphabets.
    MixedScripts,
}

/// All addresses that are known, to find those that look like one.
#[derive(Debug, Default)]
pub struct KnownAddresses {
    by_look: BTreeMap<String, BTreeSet<String>>,
    hosts: BTreeMap<String, Host>,
    /// What was found for a host, until another address is added: many mailboxes are at one host.
    near: RefCell<HashMap<String, Option<String>>>,
}

#[derive(Debug)]
struct Host {
    /// One of the addresses there.
    example: String,
    shape: Shape,
}

/// What of a name can be compared at once, before its letters are compared one by one.
#[derive(Debug, Clone, Copy)]
struct Shape {
    length: usize,
    /// A bit for each letter that is in it.
    letters: u64,
}

impl Shape {
    fn of(name: &str) -> Self {
        Self {
            length: name.chars().count(),
            letters: name
                .chars()
                .fold(0, |all, letter| all | 1 << (u32::from(letter) % 64)),
        }
    }

    /// A slip changes the length by one at most, and brings and takes one letter at most.
    fn may_be_apart_by(self, slips: usize, other: Self) -> bool {
        let letters = (self.letters ^ other.letters).count_ones() as usize;
        self.length.abs_diff(other.length) <= slips && letters <= 2 * slips
    }
}

impl KnownAddresses {
    pub fn add(&mut self, address: &str) {
        let alike = self.by_look.entry(look(address)).or_default();
        alike.insert(address.to_owned());
        if let Some(host) = host(address) {
            self.near.get_mut().clear();
            self.hosts.entry(host.to_owned()).or_insert_with(|| Host {
                example: address.to_owned(),
                shape: Shape::of(host),
            });
        }
    }

    pub fn warnings(&self, address: &str, before: Option<&str>) -> Vec<AddressWarning> {
        let mut warnings = Vec::new();
        if let Some(other) = self.alike(address) {
            warnings.push(AddressWarning::LooksLike(other));
        }
        let own = host(address);
        if let Some(former) = before.and_then(host)
            && own != Some(former)
        {
            warnings.push(AddressWarning::OtherHost(former.to_owned()));
        }
        if own.is_none_or(|host| !is_of_the_nhs(host)) {
            warnings.push(AddressWarning::OutsideNhs);
        }
        warnings
    }

    /// Another address that reads the same, or one at a host that differs by a slip of the finger.
    fn alike(&self, address: &str) -> Option<String> {
        let mut same_look = self.by_look.get(&look(address)).into_iter().flatten();
        if let Some(other) = same_look.find(|other| *other != address) {
            return Some(other.clone());
        }
        let own = host(address)?;
        let mut near = self.near.borrow_mut();
        if let Some(known) = near.get(own) {
            return known.clone();
        }
        let shape = Shape::of(own);
        let mut hosts = self.hosts.iter();
        let found = hosts
            .find(|(host, known)| {
                let slips = slips_between(own, host);
                shape.may_be_apart_by(slips, known.shape) && is_near(own, host, slips)
            })
            .map(|(_, known)| known.example.clone());
        near.insert(own.to_owned(), found.clone());
        found
    }
}

/// Letters of more than one alphabet in one name, as only somebody who copies a name has.
pub fn mixes_scripts(name: &str) -> bool {
    name.split_whitespace().any(|word| !word.is_single_script())
}

fn look(address: &str) -> String {
    // Lower case twice: the table makes an O of a zero.
    let lower = address.to_lowercase();
    skeleton(&lower).collect::<String>().to_lowercase()
}

/// Of an e-mail address or an https address.
fn host(address: &str) -> Option<&str> {
    match address.strip_prefix("https://") {
        Some(rest) => rest.split(['/', '?', ':']).next(),
        None => address.rsplit_once('@').map(|(_, host)| host),
    }
}

fn is_of_the_nhs(host: &str) -> bool {
    host == "nhs.net" || host.ends_with(".nhs.uk") || host.ends_with(".gov.uk")
}

/// Fewer letters apart than a short name is long, so that "a.example" and "b.example" are two hosts.
const LETTERS_FOR_EACH_SLIP: usize = 8;

fn slips_between(own: &str, other: &str) -> usize {
    (own.len().min(other.len()) / LETTERS_FOR_EACH_SLIP).min(2)
}

fn is_near(own: &str, other: &str, slips: usize) -> bool {
    slips > 0 && own != other && strsim::osa_distance(own, other) <= slips
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(pieces: &[Piece]) -> String {
        let mark = |Piece { text, changed }: &Piece| {
            if *changed {
                format!("[{text}]")
            } else {
                text.clone()
            }
        };
        pieces.iter().map(mark).collect()
    }

    fn known(addresses: &[&str]) -> KnownAddresses {
        let mut known = KnownAddresses::default();
        for address in addresses {
            known.add(address);
        }
        known
    }

    #[test]
    fn the_changed_characters_are_marked_on_both_sides() {
        let (old, new) = side_by_side("pain@leek.example.nhs.uk", "pain@leak.example.nhs.uk");
        assert_eq!(shown(&old), "pain@le[e]k.example.nhs.uk");
        assert_eq!(shown(&new), "pain@le[a]k.example.nhs.uk");
        let (old, new) = side_by_side("same@example.nhs.uk", "same@example.nhs.uk");
        assert_eq!(shown(&old), shown(&new));
        assert!(!shown(&new).contains('['));
    }

    #[test]
    fn what_can_be_read_as_another_address_is_said() {
        let known = known(&["referrals@moorlands.example.nhs.uk"]);
        for trick in [
            "referrals@rnoorlands.example.nhs.uk",
            "referra1s@moorlands.example.nhs.uk",
            "referrals@m0orlands.example.nhs.uk",
            "anybody@moorland.example.nhs.uk",
            "anybody@moorlnads.example.nhs.uk",
        ] {
            let alike = AddressWarning::LooksLike("referrals@moorlands.example.nhs.uk".to_owned());
            assert_eq!(known.warnings(trick, None), [alike], "{trick}");
        }
    }

    #[test]
    fn the_same_address_and_quite_another_are_no_look_alikes() {
        let known = known(&["referrals@moorlands.example.nhs.uk"]);
        for plain in [
            "referrals@moorlands.example.nhs.uk",
            "therapies@moorlands.example.nhs.uk",
            "referrals@churnet.example.nhs.uk",
        ] {
            assert_eq!(known.warnings(plain, None), [], "{plain}");
        }
    }

    /// Names of a few letters each, so that many are near each other: compared letter by letter, without any short cut.
    #[test]
    fn the_quick_comparison_of_hosts_answers_as_the_slow_one() {
        let mut number = 7_u32;
        let mut letter = || {
            number = number.wrapping_mul(1_103_515_245).wrapping_add(12_345);
            ["a", "b", "c", "é"][(number >> 16) as usize % 4]
        };
        let hosts: Vec<String> = (0..600)
            .map(|at| (0..5 + at % 16).map(|_| letter()).collect::<String>() + ".uk")
            .collect();
        let slow = |own: &str| {
            let mut sorted: Vec<&String> = hosts.iter().collect();
            sorted.sort();
            let near = sorted.into_iter().find(|other| {
                let slips = own.len().min(other.len()) / LETTERS_FOR_EACH_SLIP;
                own != **other && strsim::osa_distance(own, other) <= slips.min(2)
            });
            near.map(|host| format!("x@{host}"))
        };
        let mut known = KnownAddresses::default();
        for host in &hosts {
            known.add(&format!("x@{host}"));
        }
        let mut found = 0;
        for host in &hosts {
            let expected = slow(host);
            found += usize::from(expected.is_some());
            // Asked twice: the second answer is the one that was kept.
            for _ in 0..2 {
                assert_eq!(known.alike(&format!("y@{host}")), expected, "{host}");
            }
        }
        assert!((20..550).contains(&found), "{found}");
    }

    #[test]
    fn an_address_that_is_added_later_is_found_too() {
        let mut known = known(&["referrals@churnet.example.nhs.uk"]);
        let asked = "anybody@moorland.example.nhs.uk";
        assert_eq!(known.warnings(asked, None), []);
        known.add("referrals@moorlands.example.nhs.uk");
        assert_eq!(known.warnings(asked, None).len(), 1);
    }

    #[test]
    fn another_host_than_before_and_one_outside_the_nhs_are_said() {
        let known = KnownAddresses::default();
        assert_eq!(
            known.warnings("pain@charity.example", Some("pain@leek.example.nhs.uk")),
            [
                AddressWarning::OtherHost("leek.example.nhs.uk".to_owned()),
                AddressWarning::OutsideNhs
            ]
        );
        let api = "https://api.leek.example.nhs.uk:8443/fhir";
        let before = Some("https://api.leek.example.nhs.uk/fhir");
        assert_eq!(known.warnings(api, before), []);
        // A host that only ends in the same letters.
        let ends_alike = format!("pain@not-{}", "nhs.uk");
        assert_eq!(
            known.warnings(&ends_alike, None),
            [AddressWarning::OutsideNhs]
        );
    }

    #[test]
    fn a_name_with_a_letter_of_another_alphabet_is_noticed() {
        assert!(mixes_scripts("P\u{0430}in Platform"), "Cyrillic a");
        for name in ["Pain Platform", "Caf\u{e9} Cymru", "Step 2: 1-1"] {
            assert!(!mixes_scripts(name), "{name}");
        }
    }
}

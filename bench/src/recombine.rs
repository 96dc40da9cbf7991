//! A directory of any size, made from the texts of the evaluation directories: parts are recombined, and names of places are coined.
//!
//! The same seed and size give the same directory everywhere. The words of real text never run out (Heaps' law), so coined names are drawn
//! as words of a language are, few often and many seldom: the more services, the more different words.

use services_directory::feed::Directory;
use services_directory::ids::{AreaId, EndpointId, OdsCode, OrganizationId, ServiceId};
use services_directory::model::{
    Area, AreaLevel, Category, Endpoint, HealthcareService, Organization, Practice, ReferralMethod,
    ServiceArea,
};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Primary care networks of one integrated care board, in six places.
const PCN_COUNT: usize = 42;
const PLACE_COUNT: usize = 6;
const PRACTICES_OF_A_PCN: usize = 5;
/// Different names of places there could be.
const MOST_NAMES: f64 = 200_000.0;

/// Parts of English names of places.
const BEGINNINGS: [&str; 40] = [
    "ash", "bram", "cal", "dun", "elm", "fern", "gar", "hal", "ing", "kel", "lang", "mar", "nor",
    "oak", "pen", "quar", "ren", "sal", "thorn", "ul", "wal", "yar", "bel", "cold", "dray", "ever",
    "flax", "green", "hazel", "kirk", "lud", "mill", "nether", "over", "pick", "rush", "stan",
    "tad", "wes", "win",
];
const ENDINGS: [&str; 36] = [
    "wick", "ton", "ham", "ley", "burn", "ford", "field", "worth", "combe", "dale", "by", "thorpe",
    "stead", "mere", "well", "bury", "gate", "holme", "hurst", "minster", "port", "ridge", "shaw",
    "side", "stoke", "stow", "bridge", "cliffe", "cote", "den", "don", "over", "sall", "low",
    "more", "wood",
];

/// A sequence of numbers that looks like chance and is the same each time (Steele, Lea and Flood, "Fast splittable pseudorandom number generators", 2014).
pub struct Dice(u64);

impl Dice {
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// From 0 to one less than `count`.
    pub fn below(&mut self, count: usize) -> usize {
        let count = u64::try_from(count.max(1)).unwrap_or(1);
        usize::try_from(self.next() % count).unwrap_or(0)
    }

    pub fn pick<'a, T>(&mut self, list: &'a [T]) -> Option<&'a T> {
        list.get(self.below(list.len()))
    }

    /// From 0 to 1.
    fn part(&mut self) -> f64 {
        let bits = u32::try_from(self.next() >> 32).unwrap_or(0);
        f64::from(bits) / f64::from(u32::MAX)
    }

    /// The n-th most frequent name comes up in proportion to 1/n.
    fn place(&mut self) -> String {
        // Between 1 and 200,000: nothing is cut off.
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
        let rank = MOST_NAMES.powf(self.part()) as usize;
        place_name(rank)
    }
}

/// A different name for each number.
fn place_name(number: usize) -> String {
    let (rest, end) = (number / ENDINGS.len(), number % ENDINGS.len());
    let (more, begin) = (rest / BEGINNINGS.len(), rest % BEGINNINGS.len());
    let mut name = String::new();
    let mut left = more;
    while left > 0 {
        left -= 1;
        name += BEGINNINGS.get(left % BEGINNINGS.len()).unwrap_or(&"");
        left /= BEGINNINGS.len();
    }
    name += BEGINNINGS.get(begin).unwrap_or(&"");
    name += ENDINGS.get(end).unwrap_or(&"");
    let mut letters = name.chars();
    let first = letters.next().map(|letter| letter.to_ascii_uppercase());
    first.into_iter().chain(letters).collect()
}

/// What services of one category say of themselves.
#[derive(Default)]
struct Phrases {
    helps_with: Vec<String>,
    interventions: Vec<String>,
    aliases: Vec<String>,
    sentences: Vec<String>,
}

/// The directory of that many services. Nothing when there is nothing to make it of, or a part has no valid id.
pub fn directory(sources: &[&Directory], size: usize) -> Option<Directory> {
    let header = sources.first()?.header.clone();
    let templates: Vec<&HealthcareService> = sources
        .iter()
        .flat_map(|source| source.services.iter().map(AsRef::as_ref))
        .collect();
    let mut phrases: BTreeMap<Category, Phrases> = BTreeMap::new();
    for service in &templates {
        let of_kind = phrases.entry(service.onward.category).or_default();
        of_kind
            .helps_with
            .extend(service.onward.helps_with.iter().cloned());
        of_kind
            .interventions
            .extend(service.onward.interventions.iter().cloned());
        of_kind
            .aliases
            .extend(service.onward.aliases.iter().cloned());
        of_kind.sentences.extend(
            service
                .description
                .split_inclusive(". ")
                .map(ToOwned::to_owned),
        );
    }
    let dice = &mut Dice::new(u64::try_from(size).ok()?);
    let areas = areas(dice)?;
    let organizations = organizations(dice, sources, size / 20 + 1)?;
    let known: BTreeMap<&EndpointId, &Endpoint> = sources
        .iter()
        .flat_map(|source| {
            source
                .endpoints
                .iter()
                .map(|endpoint| (&endpoint.id, endpoint))
        })
        .collect();
    let (mut services, mut endpoints) = (Vec::with_capacity(size), Vec::new());
    for number in 0..size {
        let template = *dice.pick(&templates)?;
        let own = phrases.get(&template.onward.category)?;
        let mut service = recombined(dice, template, own);
        service.id = ServiceId::parse(&format!("service-{number}")).ok()?;
        service.organization_id = dice.pick(&organizations)?.id.clone();
        service.service_areas = served(dice, &areas);
        endpoints.extend(with_own_endpoints(&mut service, number, &known)?);
        services.push(Arc::new(service));
    }
    Some(Directory {
        header,
        practices: practices(&areas)?,
        areas,
        organizations,
        services,
        endpoints,
        tombstones: Vec::new(),
    })
}

/// Each method leads to an endpoint of the service's own, made after that of its template.
fn with_own_endpoints(
    service: &mut HealthcareService,
    number: usize,
    known: &BTreeMap<&EndpointId, &Endpoint>,
) -> Option<Vec<Endpoint>> {
    let mut own = Vec::new();
    for method in &mut service.onward.referral_methods {
        let (ReferralMethod::SecureEmail { endpoint }
        | ReferralMethod::Fhir { endpoint }
        | ReferralMethod::Webhook { endpoint }) = method
        else {
            continue;
        };
        let template = Endpoint::clone(known.get(endpoint)?);
        let at = own.len();
        *endpoint = EndpointId::parse(&format!("endpoint-{number}-{at}")).ok()?;
        own.push(Endpoint {
            id: endpoint.clone(),
            service_id: service.id.clone(),
            address: format!("referrals-{at}@service-{number}.example.nhs.uk"),
            supersedes: None,
            ..template
        });
    }
    Some(own)
}

fn recombined(dice: &mut Dice, template: &HealthcareService, own: &Phrases) -> HealthcareService {
    let mut service = template.clone();
    let words: Vec<&str> = template.name.split_whitespace().collect();
    let kept = words
        .get(words.len().saturating_sub(3)..)
        .unwrap_or_default();
    service.name = format!("{} {}", dice.place(), kept.join(" "));
    service.description = format!(
        "{} It is run from {} House in {}, and {} Lane is near.",
        some(dice, &own.sentences, 3).concat(),
        dice.place(),
        dice.place(),
        dice.place()
    );
    let more = &mut service.onward;
    more.helps_with = some(dice, &own.helps_with, 5);
    more.interventions = some(dice, &own.interventions, 3);
    more.aliases = some(dice, &own.aliases, 1);
    // Not searched, and longer than all the rest.
    (more.patient_sheet, more.words, more.evidence) = (None, None, None);
    more.child_services = Vec::new();
    (more.step_up_to, more.step_down_to) = (Vec::new(), Vec::new());
    (more.also_offered_from, more.replaced_by) = (Vec::new(), None);
    service
}

fn some(dice: &mut Dice, list: &[String], most: usize) -> Vec<String> {
    let mut found = Vec::new();
    for _ in 0..most {
        if let Some(text) = dice.pick(list)
            && !found.contains(text)
        {
            found.push(text.clone());
        }
    }
    found
}

fn areas(dice: &mut Dice) -> Option<Vec<Area>> {
    let area = |id: String, name: String, level, part_of: Option<String>| {
        Some(Area {
            id: AreaId::parse(&id).ok()?,
            name,
            level,
            part_of: match part_of {
                Some(id) => Some(AreaId::parse(&id).ok()?),
                None => None,
            },
        })
    };
    let mut areas = vec![area(
        "icb".to_owned(),
        "The whole board".to_owned(),
        AreaLevel::Icb,
        None,
    )?];
    for place in 0..PLACE_COUNT {
        let name = format!("{} District", dice.place());
        areas.push(area(
            format!("place-{place}"),
            name,
            AreaLevel::Place,
            Some("icb".to_owned()),
        )?);
    }
    for pcn in 0..PCN_COUNT {
        let name = format!("{} PCN", dice.place());
        let place = format!("place-{}", pcn % PLACE_COUNT);
        areas.push(area(
            format!("pcn-{pcn}"),
            name,
            AreaLevel::Pcn,
            Some(place),
        )?);
    }
    Some(areas)
}

fn practices(areas: &[Area]) -> Option<Vec<Practice>> {
    let pcns = areas.iter().filter(|area| area.level == AreaLevel::Pcn);
    let each = pcns.flat_map(|pcn| (0..PRACTICES_OF_A_PCN).map(move |number| (pcn, number)));
    each.zip(10_000..)
        .map(|((pcn, number), code)| {
            Some(Practice {
                ods_code: OdsCode::parse(&format!("Y{code}")).ok()?,
                name: format!("Surgery {number} of {}", pcn.name),
                areas: vec![pcn.id.clone()],
            })
        })
        .collect()
}

fn organizations(
    dice: &mut Dice,
    sources: &[&Directory],
    count: usize,
) -> Option<Vec<Organization>> {
    let known: Vec<&Organization> = sources
        .iter()
        .flat_map(|source| &source.organizations)
        .collect();
    let mut made = Vec::with_capacity(count);
    for number in 0..count {
        let mut organization = (*dice.pick(&known)?).clone();
        let last = organization
            .name
            .split_whitespace()
            .next_back()
            .unwrap_or_default()
            .to_owned();
        organization.id = OrganizationId::parse(&format!("organization-{number}")).ok()?;
        organization.name = format!("{} {last}", dice.place());
        made.push(organization);
    }
    Some(made)
}

/// Of a hundred services, 88 serve one PCN, 9 two or three, 2 a place and 1 everybody.
fn served(dice: &mut Dice, areas: &[Area]) -> Vec<ServiceArea> {
    let level = |level| {
        areas
            .iter()
            .filter(|area| area.level == level)
            .collect::<Vec<_>>()
    };
    let (wanted, count) = match dice.below(100) {
        0..88 => (AreaLevel::Pcn, 1),
        88..97 => (AreaLevel::Pcn, 2 + dice.below(2)),
        97..99 => (AreaLevel::Place, 1),
        _ => (AreaLevel::Icb, 1),
    };
    let choices = level(wanted);
    let mut served: Vec<ServiceArea> = Vec::new();
    for _ in 0..count {
        if let Some(area) = dice.pick(&choices)
            && !served.iter().any(|known| known.id == area.id)
        {
            served.push(ServiceArea {
                id: area.id.clone(),
                name: area.name.clone(),
            });
        }
    }
    served
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::job::texts;
    use services_directory::feed::FeedLimits;
    use std::collections::BTreeSet;

    const SOURCE: &str =
        include_str!("../../services-directory/tests/fixtures/search_directory.jsonl");

    fn made(size: usize) -> Directory {
        let source = Directory::read(SOURCE.as_bytes(), FeedLimits::default()).unwrap();
        directory(&[&source], size).unwrap()
    }

    fn words(directory: &Directory) -> BTreeSet<String> {
        texts(directory)
            .flat_map(|text| {
                format!("{} {} {}", text.name, text.description, text.helps_with)
                    .to_lowercase()
                    .split(|c: char| !c.is_alphanumeric())
                    .map(ToOwned::to_owned)
                    .collect::<Vec<_>>()
            })
            .collect()
    }

    #[test]
    fn the_same_size_is_the_same_directory_and_a_larger_one_has_more_words() {
        let (small, large) = (made(200), made(2_000));
        assert_eq!(small, made(200));
        assert_eq!(small.services.len(), 200);
        assert!(words(&large).len() > words(&small).len() * 2);
        assert_eq!(large.practices.len(), PCN_COUNT * PRACTICES_OF_A_PCN);
    }

    #[test]
    fn no_two_numbers_have_one_name() {
        let names: BTreeSet<String> = (0..200_001).map(place_name).collect();
        assert!(names.len() > 199_000, "{}", names.len());
    }
}

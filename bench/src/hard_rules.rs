//! The three hard rules worked out once more, from the bare records and without `criteria`: what breaks one must never be offered.

use jiff::civil::Date;
use serde_json::Value;
use services_directory::feed::Directory;
use services_directory::ids::AreaId;
use services_directory::model::HealthcareService;
use std::collections::{BTreeMap, BTreeSet};

/// Why a service must not be offered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Breach {
    /// Closed or paused.
    Closed,
    Age,
    Area,
}

/// The patient as far as the rules go.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Patient {
    pub age: Option<u8>,
    pub practice: Option<String>,
}

/// Where the practices of a directory lie.
pub struct Areas {
    of_practice: BTreeMap<String, BTreeSet<String>>,
}

impl Areas {
    pub fn of(directory: &Directory) -> Self {
        let parent: BTreeMap<&str, &str> = directory
            .areas
            .iter()
            .filter_map(|area| Some((area.id.as_str(), area.part_of.as_ref()?.as_str())))
            .collect();
        let mut of_practice = BTreeMap::new();
        for practice in &directory.practices {
            let mut all: BTreeSet<String> = BTreeSet::new();
            let mut next: Vec<&str> = practice.areas.iter().map(AreaId::as_str).collect();
            while let Some(area) = next.pop() {
                if all.insert(area.to_owned()) {
                    next.extend(parent.get(area));
                }
            }
            of_practice.insert(practice.ods_code.to_string(), all);
        }
        Self { of_practice }
    }

    /// The first rule that the service breaks for this patient. What is not known breaks nothing.
    pub fn breach(
        &self,
        service: &HealthcareService,
        patient: &Patient,
        today: Date,
    ) -> Option<Breach> {
        // As it stands in the file, not as our types see it.
        let record = serde_json::to_value(service).unwrap_or_default();
        if is_shut(&record, &today.to_string()) {
            return Some(Breach::Closed);
        }
        if let Some(age) = patient.age.map(u64::from) {
            let limit = |name: &str| record.get(name).and_then(Value::as_u64);
            if limit("minimum_age").is_some_and(|least| age < least)
                || limit("maximum_age").is_some_and(|most| age > most)
            {
                return Some(Breach::Age);
            }
        }
        let practice = patient.practice.as_deref()?;
        let served = texts(record.get("service_areas"), "/id");
        if let Some(own) = self.of_practice.get(practice)
            && !served.is_empty()
            && !served.iter().any(|area| own.contains(*area))
        {
            return Some(Breach::Area);
        }
        let criteria = record.pointer("/onward/criteria").and_then(Value::as_array);
        let elsewhere = criteria.into_iter().flatten().any(|criterion| {
            criterion.pointer("/rule/type").and_then(Value::as_str) == Some("registered-with")
                && !texts(criterion.pointer("/rule/practices"), "").contains(&practice)
        });
        elsewhere.then_some(Breach::Area)
    }

    /// Positions of the services that may be offered.
    pub fn open_to(&self, directory: &Directory, patient: &Patient, today: Date) -> Vec<u32> {
        let services = directory.services.iter().zip(0_u32..);
        services
            .filter(|(service, _)| self.breach(service, patient, today).is_none())
            .map(|(_, position)| position)
            .collect()
    }
}

/// Days as ISO texts sort as days.
fn is_shut(record: &Value, today: &str) -> bool {
    let day = |name: &str| {
        record
            .pointer(&format!("/onward/{name}"))
            .and_then(Value::as_str)
    };
    let status = record.get("status").and_then(Value::as_str);
    let paused = status == Some("temporarily closed")
        && day("paused_until").is_none_or(|until| today <= until);
    let closed = day("closed_on").is_some_and(|on| on <= today);
    paused || closed || matches!(status, Some("inactive" | "defunct"))
}

fn texts<'a>(list: Option<&'a Value>, pointer: &str) -> Vec<&'a str> {
    let items = list.and_then(Value::as_array).into_iter().flatten();
    items
        .filter_map(|item| item.pointer(pointer)?.as_str())
        .collect()
}

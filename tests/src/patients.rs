//! The test patients, as a clinical system's text shows them.

/// As a banner with an address and a phone number below it.
pub const SMITH: &str = "SMITH, John (Mr)  Born 14-Jul-1945 (81y)  Gender Male  NHS No. 999 000 0018\n\
    Address: 12 Mill Lane\nLeek\nST13 5AB\nHome tel: 01632 960001\nMobile: 07700 900123\nEmail: john.smith@mail.example\n";

pub const DOE: &str =
    "DOE, Jane (Mrs)  Born 02-Feb-1980 (46y)  Gender Female  NHS No. 999 000 0026\n";

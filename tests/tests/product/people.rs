//! Who may what: PINs, idle minutes, roles, leavers, and the approval of addresses by two people, in real use.

use engine::{EngineError, Needs};
use jiff::SignedDuration;
use product_tests::directories::superseded;
use product_tests::patients::{DOE, SMITH};
use product_tests::practice::{PAIN_PLATFORM, form};
use product_tests::real_practice::{BLOOM, HALE, LISTER, RealPractice, pin};
use referrals::ReferralError;
use referrals::desk::AddressToApprove;
use referrals::draft::ServiceToRefer;
use referrals::mailbox_table;
use referrals::people::{Pin, Right, Role, StaffMember};
use referrals::transport::{Mailbox, SendProblem};
use services_directory::feed::{Directory, FeedLimits};
use store::{audit_table, event_table};

fn code<T: std::fmt::Debug>(refused: Result<T, EngineError>) -> &'static str {
    refused.unwrap_err().code()
}

/// Each address with what was shown of it.
fn shown(addresses: &[AddressToApprove]) -> Vec<(String, String)> {
    let pair = |it: &AddressToApprove| (it.endpoint_id.clone(), it.digest.clone());
    addresses.iter().map(pair).collect()
}

fn refer(practice: &RealPractice, patient: &str) -> Result<String, EngineError> {
    refer_to(practice, patient, PAIN_PLATFORM)
}

fn refer_to(practice: &RealPractice, patient: &str, service: &str) -> Result<String, EngineError> {
    let engine = &practice.engine;
    let actor = engine.allow(Needs::Right(Right::Refer))?;
    let begun = engine.desk.new_draft()?;
    let draft = engine.desk.paste(&begun.id, patient)?;
    let facts = engine::PatientFacts::default();
    let seen = match engine.to_refer(Some(service), &facts)? {
        ServiceToRefer::Found(found) => found.service.map(|service| service.endpoint_digest),
        _ => None,
    };
    let draft = engine.desk.save_form(&draft.id, form(service), seen)?;
    let chosen = engine.chosen(&draft)?;
    Ok(engine
        .desk
        .queue(&draft, &draft.form, &chosen, &actor)?
        .referral_id)
}

fn acts(practice: &RealPractice) -> Vec<String> {
    let read = practice
        .engine
        .store
        .practice
        .read(|c| audit_table::read(c, 0, 1_000));
    let entries = read.unwrap().into_iter();
    entries
        .map(|entry| format!("{} {} {}", entry.actor, entry.act.as_str(), entry.subject))
        .collect()
}

#[test]
fn h14_confidential_nobody_does_anything_before_their_pin_and_each_only_what_their_role_is_for() {
    let practice = RealPractice::set_up();
    let engine = &practice.engine;
    for right in Right::ALL {
        assert_eq!(
            code(engine.allow(Needs::Right(right))),
            "sign-in-needed",
            "{right:?}"
        );
    }
    assert_eq!(code(engine.current_draft()), "sign-in-needed");
    let mut allowed = 0;
    for (who, role) in [
        (HALE, Role::Clinician),
        (LISTER, Role::Admin),
        (BLOOM, Role::Manager),
    ] {
        practice.sign_in(who);
        for right in Right::ALL {
            let asked = engine.allow(Needs::Right(right));
            if role.may(right) {
                assert_eq!(asked.unwrap(), who);
                allowed += 1;
            } else {
                assert_eq!(code(asked), "not-your-role", "{role:?} {right:?}");
            }
        }
    }
    assert_eq!(allowed, 4 + 6 + 6);
    engine.sign_out().unwrap();
    assert_eq!(
        code(engine.allow(Needs::Right(Right::ApproveAddresses))),
        "sign-in-needed"
    );
}

#[test]
fn h14_confidential_after_ten_idle_minutes_what_was_there_asks_for_the_pin_and_a_new_patient_does_not()
 {
    let practice = RealPractice::set_up();
    let engine = &practice.engine;
    practice.sign_in(HALE);
    let begun = engine.current_draft().unwrap();
    let smith = engine.desk.paste(&begun.id, SMITH).unwrap();
    assert!(engine.allow(Needs::Seen(Right::FollowUp)).is_ok());

    practice.time.pass(SignedDuration::from_mins(9));
    assert!(engine.allow(Needs::Draft(&smith.id)).is_ok());
    practice.time.pass(SignedDuration::from_mins(9));
    assert!(
        engine.allow(Needs::Draft(&smith.id)).is_ok(),
        "each touch begins the ten minutes again"
    );
    practice.time.pass(SignedDuration::from_mins(11));
    assert_eq!(code(engine.allow(Needs::Draft(&smith.id))), "pin-needed");
    for right in [Right::Refer, Right::FollowUp] {
        assert_eq!(code(engine.allow(Needs::Seen(right))), "pin-needed");
    }
    let unveiled = engine.session_now().unwrap();
    assert!(unveiled.veiled && unveiled.signed_in.is_some_and(|it| it.id == HALE));

    // A new patient is on the screen in one paste, and the one before never comes back by itself.
    let fresh = engine.current_draft().unwrap();
    assert!(fresh.is_empty() && fresh.id != smith.id);
    let doe = engine.desk.paste(&fresh.id, DOE).unwrap();
    engine.take_in_hand(&doe.id);
    assert!(engine.allow(Needs::Draft(&doe.id)).is_ok());
    assert_eq!(code(engine.allow(Needs::Draft(&smith.id))), "pin-needed");

    practice.sign_in(HALE);
    assert!(engine.allow(Needs::Draft(&smith.id)).is_ok());
    assert_eq!(engine.desk.draft(&smith.id).unwrap(), smith, "nothing lost");
    // A clock that was set back is no way round it.
    practice.time.pass(SignedDuration::from_hours(-5));
    assert_eq!(code(engine.allow(Needs::Draft(&smith.id))), "pin-needed");
}

#[test]
fn h14_confidential_wrong_pins_make_everybody_wait_and_many_at_once_are_no_way_round_it() {
    let practice = RealPractice::set_up();
    let desk = &practice.engine.desk;
    let wrong = Pin::typed("0007");
    let guesses: Vec<_> = std::thread::scope(|scope| {
        let guess = |_| scope.spawn(|| desk.person_of_pin(HALE, &wrong));
        let running: Vec<_> = (0..12).map(guess).collect();
        running.into_iter().map(|it| it.join().unwrap()).collect()
    });
    let count = |code: &str| {
        let same =
            |it: &&Result<StaffMember, ReferralError>| it.as_ref().unwrap_err().code() == code;
        guesses.iter().filter(same).count()
    };
    assert_eq!((count("wrong-pin"), count("pin-wait")), (5, 7));
    let waits = desk.person_of_pin(HALE, &pin(HALE)).unwrap_err();
    assert!(matches!(waits, ReferralError::PinWait { seconds: 30 }));
    assert!(
        desk.person_of_pin(LISTER, &pin(LISTER)).is_ok(),
        "only that person"
    );
    practice.time.pass(SignedDuration::from_secs(31));
    assert!(desk.person_of_pin(HALE, &pin(HALE)).is_ok());
    let left = desk.person_of_pin(HALE, &wrong).unwrap_err();
    assert!(matches!(left, ReferralError::WrongPin { tries_left: 4 }));
    let trail = acts(&practice);
    let wrong_ones = trail.iter().filter(|it| it.contains("wrong-pin"));
    assert_eq!(wrong_ones.count(), 6);
    assert!(!format!("{trail:?}").contains("0007"));
}

#[test]
fn somebody_who_leaves_has_no_right_any_more_and_the_last_who_can_change_that_stays() {
    let practice = RealPractice::set_up();
    let engine = &practice.engine;
    practice.sign_in(LISTER);
    let waiting = engine.addresses_to_approve().unwrap();
    engine.propose_addresses(&shown(&waiting)).unwrap();
    engine.desk.staff_left(LISTER, BLOOM).unwrap();
    // At once, in the session that is open; and what they vouched for is nobody's word.
    assert_eq!(
        code(engine.allow(Needs::Right(Right::SetUp))),
        "sign-in-needed"
    );
    assert!(matches!(
        engine.desk.person_of_pin(LISTER, &pin(LISTER)),
        Err(ReferralError::NoSuchPerson)
    ));
    practice.sign_in(BLOOM);
    let left = engine.addresses_to_approve().unwrap();
    assert!(left.iter().all(|it| it.proposed_by.is_none()));
    assert!(left.len() > 10);
    let last = engine.desk.staff_left(BLOOM, BLOOM);
    assert!(matches!(last, Err(ReferralError::LastKeeper)));
    let demoted = StaffMember::new(BLOOM, "Kit Bloom", "GP", Role::Clinician);
    let last = engine.desk.change_staff(&demoted, BLOOM);
    assert!(matches!(last, Err(ReferralError::LastKeeper)));
    assert!(engine.desk.staff_left(HALE, BLOOM).is_ok());
}

#[test]
fn h02_wrong_address_nothing_is_sent_to_one_that_two_people_or_a_phone_call_have_not_approved() {
    let practice = RealPractice::set_up();
    let engine = &practice.engine;
    practice.sign_in(HALE);
    let problem = |refused: Result<String, EngineError>| match refused.unwrap_err() {
        EngineError::Referral(ReferralError::Incomplete(problems)) => {
            problems.iter().map(|it| it.code).collect::<Vec<_>>()
        }
        other => panic!("{other}"),
    };
    assert_eq!(problem(refer(&practice, SMITH)), ["not-approved"]);

    let waiting = engine.addresses_to_approve().unwrap();
    engine.propose_addresses(&shown(&waiting)).unwrap();
    assert_eq!(
        problem(refer(&practice, SMITH)),
        ["not-approved"],
        "one is not enough"
    );
    // The same person again is not a second one, and nor is a wrong PIN.
    let same = engine.approve_addresses(&shown(&waiting), HALE, &pin(HALE));
    assert_eq!(code(same), "same-person");
    let wrong = engine.approve_addresses(&shown(&waiting), LISTER, &Pin::typed("0007"));
    assert_eq!(code(wrong), "wrong-pin");
    engine
        .approve_addresses(&shown(&waiting), LISTER, &pin(LISTER))
        .unwrap();
    assert_eq!(engine.addresses_to_approve().unwrap(), []);
    assert_eq!(engine.actor().unwrap(), HALE, "who is signed in stays so");
    // Whoever approves gives their PIN, and does not sit down for it.
    let trail = acts(&practice);
    let approved = format!("{LISTER} address-approved {}", waiting[0].endpoint_id);
    assert!(trail.contains(&approved), "{trail:?}");
    assert!(!trail.contains(&format!("{LISTER} signed-in {LISTER}")));
    assert!(trail.contains(&format!("{HALE} signed-in {HALE}")));
    let id = refer(&practice, SMITH).unwrap();

    // Who referred, who sent and who approved stand on the event.
    let events = engine.store.practice.read(|c| event_table::about(c, &id));
    let payload = events.unwrap().remove(0).payload;
    assert_eq!(
        [
            &payload["referrer"],
            &payload["sent_by"],
            &payload["approved_by"]
        ],
        [HALE, HALE, LISTER]
    );

    // A changed address is a new one, with the old beside it; a phone call by one person approves it too.
    practice.publish(
        "referrals@pain-platform.example",
        "new@pain-platform.example",
    );
    let new = engine.addresses_to_approve().unwrap();
    assert_eq!(new.len(), 1, "{new:?}");
    assert!(new[0].address.starts_with("new@pain-platform"));
    assert!(
        new[0]
            .before
            .as_ref()
            .is_some_and(|it| it.starts_with("referrals@pain-platform"))
    );
    assert_eq!(problem(refer(&practice, DOE)), ["not-approved"]);
    let one = &shown(&new)[0];
    assert!(engine.approve_by_phone(one, "01632 960200", " ").is_err());
    engine
        .approve_by_phone(one, "01632 960200", "Ash, duty worker")
        .unwrap();
    assert!(refer(&practice, DOE).is_ok());

    // Refused later: nothing goes there.
    engine.refuse_address(&one.0).unwrap();
    assert_eq!(problem(refer(&practice, DOE)), ["not-approved"]);
}

/// Everything that waits, by two people.
fn approve_all(practice: &RealPractice) {
    let engine = &practice.engine;
    let waiting = shown(&engine.addresses_to_approve().unwrap());
    engine.propose_addresses(&waiting).unwrap();
    engine
        .approve_addresses(&waiting, LISTER, &pin(LISTER))
        .unwrap();
}

fn approve_the_only_one_by_phone(practice: &RealPractice) {
    let waiting = shown(&practice.engine.addresses_to_approve().unwrap());
    assert_eq!(waiting.len(), 1, "{waiting:?}");
    practice
        .engine
        .approve_by_phone(&waiting[0], "01632 960200", "Ash, duty worker")
        .unwrap();
}

#[test]
fn h02_wrong_address_one_that_was_left_is_approved_anew_before_anything_goes_back_to_it() {
    let practice = RealPractice::set_up();
    let engine = &practice.engine;
    practice.sign_in(HALE);
    approve_all(&practice);
    let (old, new) = (
        "referrals@pain-platform.example.nhs.uk",
        "new@pain-platform.example.nhs.uk",
    );
    // The address of one record changes, and changes back.
    practice.publish(old, new);
    approve_the_only_one_by_phone(&practice);
    assert!(refer(&practice, SMITH).is_ok());
    practice.publish(old, old);
    assert!(refer(&practice, SMITH).is_err(), "approved once, and left");
    let waiting = engine.addresses_to_approve().unwrap();
    assert_eq!(waiting.len(), 1);
    assert_eq!(
        (waiting[0].address.as_str(), waiting[0].before.as_deref()),
        (old, Some(new)),
        "side by side with the one that was left for it"
    );
    approve_the_only_one_by_phone(&practice);
    assert!(refer(&practice, SMITH).is_ok());

    // Another record supersedes it, and goes again.
    let superseded = superseded().replacen("\"demonstration\":true", "\"demonstration\":false", 1);
    let superseded = Directory::read(superseded.as_bytes(), FeedLimits::default());
    engine.load_directory(superseded.unwrap()).unwrap();
    let waiting = engine.addresses_to_approve().unwrap();
    assert_eq!(waiting.len(), 1, "not the superseded one: {waiting:?}");
    assert_eq!(waiting[0].before.as_deref(), Some(old));
    approve_the_only_one_by_phone(&practice);
    assert!(refer(&practice, SMITH).is_ok());
    practice.publish(old, old);
    assert!(refer(&practice, SMITH).is_err(), "superseded once");
    assert_eq!(engine.addresses_to_approve().unwrap().len(), 1);
}

/// The discard service's port of this computer.
fn nobody_listens(practice: &RealPractice) {
    let records = &practice.engine.store.practice;
    let mailbox = records.read(mailbox_table::read).unwrap().unwrap();
    let nowhere = Mailbox {
        host: "127.0.0.1".to_owned(),
        port: 9,
        ..mailbox
    };
    records
        .write(move |tx| mailbox_table::write(tx, &nowhere, "test"))
        .unwrap();
}

/// Whoever has the publisher's and the online key signs the services, and with them their names, alone.
#[test]
fn h02_wrong_address_one_approved_under_another_name_is_held_and_looked_at_anew() {
    let practice = RealPractice::set_up();
    let engine = &practice.engine;
    practice.sign_in(HALE);
    approve_all(&practice);
    nobody_listens(&practice);
    let named = |name: &str| format!("\"name\":\"{name}\"");
    let other = refer_to(&practice, DOE, "talking-therapies").unwrap();
    // Of two of one moment chance says which is tried first, and one that cannot leave lets the other wait.
    practice.time.pass(SignedDuration::from_secs(1));
    let queued = refer_to(&practice, SMITH, PAIN_PLATFORM).unwrap();
    let renamed = "NHS Talking Therapies, for anxiety and depression";
    // Another service takes the name of the one that a GP looks for.
    practice.publish(&named(renamed), &named("Pain Platform of the vale"));
    let waiting = engine.addresses_to_approve().unwrap();
    assert_eq!(waiting.len(), 1, "{waiting:?}");
    assert_eq!(waiting[0].name_before.as_deref(), Some(renamed));
    assert_eq!(waiting[0].service_name, "Pain Platform of the vale");
    assert_eq!(waiting[0].before.as_ref(), Some(&waiting[0].address));
    assert!(refer_to(&practice, DOE, "talking-therapies").is_err());
    practice.time.pass(SignedDuration::from_mins(2));
    engine.send_here(false).unwrap();
    let problem = |id: &str| {
        engine
            .desk
            .referral(id)
            .unwrap()
            .problem
            .map(SendProblem::as_str)
    };
    assert_eq!(problem(&other), Some("address-changed"));
    assert_eq!(
        problem(&queued),
        Some("cannot-connect"),
        "the negative control"
    );
    engine.desk.withdraw(&queued, "", HALE).unwrap();

    // What one person saw under the one name is not what another sees under the next.
    engine.propose_addresses(&shown(&waiting)).unwrap();
    practice.publish(&named(renamed), &named("Pain Platform too"));
    let second = engine.approve_addresses(&shown(&waiting), LISTER, &pin(LISTER));
    assert_eq!(code(second), "no-such-address");
    approve_all(&practice);
    let seen_as = refer_to(&practice, DOE, "talking-therapies").unwrap();
    // And back: queued under a name that is approved no more.
    practice.publish(&named(renamed), &named(renamed));
    approve_all(&practice);
    practice.time.pass(SignedDuration::from_mins(2));
    engine.send_here(false).unwrap();
    assert_eq!(problem(&seen_as), Some("address-changed"));
}

#[test]
fn the_curators_yearly_check_of_an_address_holds_nothing_and_needs_no_approval() {
    let practice = RealPractice::set_up();
    let engine = &practice.engine;
    practice.sign_in(HALE);
    approve_all(&practice);
    nobody_listens(&practice);
    let queued = refer(&practice, SMITH).unwrap();
    let renew = |what: &str, to: &str| {
        let from =
            format!("\"verified\":{{\"by\":\"Directory team, Pennine Edge ICB\",\"on\":\"{what}");
        practice.publish(&from, &from.replace(what, to));
    };
    renew("2026-", "2027-");
    assert_eq!(engine.addresses_to_approve().unwrap(), []);
    practice.time.pass(SignedDuration::from_mins(2));
    engine.send_here(false).unwrap();
    let problem = engine.desk.referral(&queued).unwrap().problem;
    let problem = problem.map(SendProblem::as_str);
    assert_eq!(problem, Some("cannot-connect"), "it was let go");
    // The negative control: what is no check of it.
    practice.publish(
        "\"valid_from\":\"2026-04-01\"",
        "\"valid_from\":\"2026-04-02\"",
    );
    assert!(!engine.addresses_to_approve().unwrap().is_empty());
}

#[test]
fn h02_wrong_address_a_colleague_whose_pin_one_has_chosen_is_no_second_person() {
    let practice = RealPractice::set_up();
    let engine = &practice.engine;
    practice.sign_in(LISTER);
    let waiting = shown(&engine.addresses_to_approve().unwrap());
    engine.propose_addresses(&waiting).unwrap();
    let known = Pin::chosen("582937").unwrap();
    engine.desk.set_pin(HALE, &known, LISTER).unwrap();
    let alone = engine.approve_addresses(&waiting, HALE, &known);
    assert_eq!(code(alone), "pin-of-the-other");
    assert_eq!(engine.addresses_to_approve().unwrap().len(), waiting.len());
    // The other way round is the same one person.
    engine.sign_in(HALE, &known).unwrap();
    engine.propose_addresses(&waiting).unwrap();
    let alone = engine.approve_addresses(&waiting, LISTER, &pin(LISTER));
    assert_eq!(code(alone), "pin-of-the-other");

    // Somebody else agrees, or they do themselves with a PIN that they have chosen.
    engine
        .approve_addresses(&waiting[..1], BLOOM, &pin(BLOOM))
        .unwrap();
    let own = Pin::chosen("720461").unwrap();
    engine.desk.set_pin(HALE, &own, HALE).unwrap();
    engine
        .approve_addresses(&waiting[1..], LISTER, &pin(LISTER))
        .unwrap();
    assert_eq!(engine.addresses_to_approve().unwrap(), []);
}

#[test]
fn an_address_that_changed_while_somebody_looked_at_it_is_not_approved_by_their_word() {
    let practice = RealPractice::set_up();
    let engine = &practice.engine;
    practice.sign_in(HALE);
    let looked_at = shown(&engine.addresses_to_approve().unwrap());
    practice.publish(
        "referrals@pain-platform.example",
        "else@pain-platform.example",
    );
    assert_eq!(
        code(engine.propose_addresses(&looked_at)),
        "no-such-address"
    );
    assert!(
        engine
            .addresses_to_approve()
            .unwrap()
            .iter()
            .all(|it| it.proposed_by.is_none())
    );
}

#[test]
fn a_secretary_sends_in_a_clinicians_name_and_both_stand_on_it() {
    let practice = RealPractice::set_up();
    let engine = &practice.engine;
    practice.sign_in(LISTER);
    let waiting = shown(&engine.addresses_to_approve().unwrap());
    engine.propose_addresses(&waiting).unwrap();
    engine
        .approve_addresses(&waiting, HALE, &pin(HALE))
        .unwrap();
    engine.desk.choose_referrer(HALE, LISTER).unwrap();
    let id = refer(&practice, SMITH).unwrap();
    let referral = engine.desk.referral(&id).unwrap().referral;
    assert_eq!((&*referral.referrer, &*referral.sent_by), (HALE, LISTER));
    // A manager is nobody's referrer.
    let refused = engine.desk.choose_referrer(BLOOM, LISTER);
    assert!(matches!(refused, Err(ReferralError::NotPossibleNow)));
}

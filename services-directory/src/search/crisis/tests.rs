//! Which texts hold words of crisis, and which do not.

use super::*;

fn seen(crisis: &CrisisWords, text: &str) -> Crisis {
    crisis.seen_in(text, &words::tokens(text))
}

#[test]
fn words_of_crisis_are_seen_misspelt_and_with_words_between() {
    let crisis = CrisisWords::new();
    for text in [
        "suicidal",
        "sucidal",
        "suicidl",
        "siucidal",
        "suiside",
        "suicde thoughts",
        "suic",
        "feels suicidal and tired",
        "end it all",
        "wants to end her life",
        "ending my life",
        "kill myself",
        "kil myself",
        "killing himself",
        "does not want to live",
        "doesn't really want to live",
        "dont want to be here anymore",
        "better off dead",
        "self harm",
        "self-harming",
        "selfharm",
        "sefl harm",
        "overdose",
        "overdsoe last week",
        "took an OD",
        "in crisis",
        "crisis team",
        "crisis",
        "mental health crisis",
        "not suicidal",
        "life not worth living",
        "DSH",
        "cutting herself",
        "wishes she was dead",
        "no point in living",
        "want to die",
        "crisis line please",
        "crsis",
        "cutting",
        "psychosis",
        "acute psycosis",
        "hearing voices",
        "manic",
        "thoughts of hanging",
        "not safe tonight",
        "psych emergancy",
        "section 136",
        "home treatment team",
        "HTT",
        "SI",
        "od last night",
        "MHA assessment",
        "needs sectioning",
        "mh emergency",
        "crysis",
        "ligature",
        "tied a ligature",
        "KMS",
        "drank bleach",
        "doesn't see the point any more",
    ] {
        assert!(seen(&crisis, text) >= Crisis::Perhaps, "{text}");
    }
}

#[test]
fn a_death_by_suicide_is_told_from_a_living_person_in_danger() {
    let crisis = CrisisWords::new();
    for text in [
        "son died by suicide",
        "brother took his own life",
        "lost son to suicide",
        "son hanged himself",
        "suicide of brother",
        "bereaved by suicide",
        "wife killed herself 2 years ago",
    ] {
        assert_eq!(seen(&crisis, text), Crisis::Bereaved, "{text}");
    }
    for text in [
        "suicidal",
        "wife wants to die",
        "husband died now suicidal",
        "lost her son and feels suicidal",
        "tried to kill himself",
        "son talks of suicide",
        "husband suicidal since he lost job",
        "self harm since dad died",
        "took an overdose, husband died last month",
        "cuts arms lost father",
        "no reason to live since husband died",
        "wanting to die lost husband",
        "going to kill herself husband died",
        "considering suicide since husband died",
        "suicide note, wife died",
        "section 136 lost child",
        "lost partner, overdosed",
        "hearing voices since mother died",
        "husband nearly took his own life",
        "nearly killed himself, wife found him",
    ] {
        assert_eq!(seen(&crisis, text), Crisis::Sure, "{text}");
    }
}

#[test]
fn what_else_is_typed_hushes_no_words_of_crisis() {
    let crisis = CrisisWords::new();
    for text in [
        "mental health crisis, rent arrears",
        "in crisis, benefits stopped",
        "crisis team housing",
        "in crisis, lives with carer",
        "needs crisis team, unpaid carer",
        "crisis care",
        "mental health crisis debt",
        "OD'd on paracetamol",
        "od\u{2019}d",
        "ODed last night",
        "over dose",
        "took 30 paracetamol",
        "took all her tablets",
        "stockpiling tablets",
        "hurting herself",
        "wants to hurt himself",
        "slit wrists",
        "burning herself",
        "strangled herself",
        "shot himself",
        "threatening to jump",
        "walk in front of a bus",
        "wants to end it",
        "end things wants to end things",
        "thoughts of ending life",
        "thinking of ending it",
        "death wish",
        "had enough of life",
        "tired of living",
        "given up on life",
        "wants to go to sleep and not wake up",
        "rather not be here",
        "wanna die",
        "wants 2 die",
        "can't carry on any more",
        "no point in anything",
        "family would be better without me",
        "can't keep herself safe",
        "danger to self",
        "unaliving",
        "homicidal",
        "harm her baby",
        "mh crisis",
        "urgent mental health",
        "ideation",
    ] {
        assert_eq!(seen(&crisis, text), Crisis::Sure, "{text}");
    }
}

#[test]
fn everyday_sentences_leave_the_list_in_its_order() {
    let crisis = CrisisWords::new();
    for text in [
        "pain has taken over my life",
        "takes over my life",
        "can't go on stairs",
        "can't go on the bus",
        "home physio treatment",
        "needs C-section",
        "section 2 housing",
        "doesn't want to live alone",
        "not safe at home falls",
        "omeprazole 20mg od this is for reflux",
        "jumped in at the deep end",
        "see the point of exercise",
        "tried to end pregnancy",
        "sees a podiatrist, points of pressure",
    ] {
        assert!(seen(&crisis, text) <= Crisis::Perhaps, "{text}");
    }
}

#[test]
fn other_crises_and_near_words_are_not() {
    let crisis = CrisisWords::new();
    for text in [
        "cost of living crisis",
        "in financial crisis",
        "housing crisis",
        "end of life care",
        "killing me with back pain",
        "my back is killing me",
        "pain subsided",
        "social",
        "overdue review",
        "overdoing it",
        "low mood",
        "lives alone",
        "can't sleep",
        "decide",
        "side effects",
        "surgical",
        "self help",
        "self care",
        "self referral",
        "wants to live independently",
        "hot tub",
        "cut down drinking",
        "hurt my back",
        "taking part in life",
        "living with pain",
        "outside",
        "dying of cancer",
        "cant cope",
        "harm reduction",
        "pain makes my life hard",
        "cutting down smoking",
        "home visit",
        "manicure",
        "panic",
        "section 21 notice",
        "si joint pain",
        "feels safe at home",
        "posture",
        "lecture",
        "literature",
        "point of contact",
        "tablets not working",
    ] {
        assert_eq!(seen(&crisis, text), Crisis::None, "{text}");
    }
}

//! Which texts hold words of crisis, and which do not.

use super::*;

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
        assert!(crisis.are_in(&words::tokens(text)), "{text}");
    }
}

#[test]
fn a_death_by_suicide_is_told_from_the_wish_to_die() {
    let crisis = CrisisWords::new();
    for text in [
        "son died by suicide",
        "brother took his own life",
        "lost son to suicide",
        "son hanged himself",
        "suicide of brother",
        "bereaved by suicide",
    ] {
        let tokens = words::tokens(text);
        assert!(
            crisis.are_in(&tokens) && crisis.are_of_a_death(&tokens),
            "{text}"
        );
    }
    for text in [
        "suicidal",
        "wife wants to die",
        "husband died now suicidal",
        "lost her son and feels suicidal",
        "tried to kill himself",
        "son talks of suicide",
        "husband suicidal since he lost job",
        "wishes she was dead",
    ] {
        let tokens = words::tokens(text);
        assert!(crisis.are_in(&tokens), "{text}");
        assert!(!crisis.are_of_a_death(&tokens), "{text}");
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
        assert!(!crisis.are_in(&words::tokens(text)), "{text}");
    }
}

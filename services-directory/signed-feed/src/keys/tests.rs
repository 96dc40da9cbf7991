//! A key is sealed and opened again; what does not open says whether the passphrase or the file is wrong.

use super::*;

const PASSPHRASE: &str = "four plain words here";

#[test]
fn a_sealed_key_opens_with_its_passphrase_and_signs_the_same() {
    let key = SigningKey::random(KeyPurpose::Targets, "Ann Example").unwrap();
    let text = key.seal(PASSPHRASE).unwrap().to_text().unwrap();
    let opened = SealedKey::parse(&text).unwrap().open(PASSPHRASE).unwrap();
    assert_eq!(opened.sign(b"x").unwrap(), key.sign(b"x").unwrap());
    assert_ne!(opened.sign(b"y").unwrap(), key.sign(b"x").unwrap());
    assert_eq!(PublicKey::parse(&text).unwrap(), *key.public());
    let public = serde_json::to_string(key.public()).unwrap();
    assert_eq!(PublicKey::parse(&public).unwrap(), *key.public());
    assert!(!text.contains(&store::hex(key.seed.as_slice())));
    assert!(!text.contains(&BASE64_STANDARD.encode(key.seed.as_slice())));
}

#[test]
fn a_wrong_passphrase_a_damaged_file_and_a_changed_holder_are_told_apart() {
    let key = SigningKey::random(KeyPurpose::Services, "Ben Example").unwrap();
    let sealed = key.seal(PASSPHRASE).unwrap();
    let text = sealed.to_text().unwrap();
    let wrong = SealedKey::parse(&text).unwrap().open("another passphrase");
    assert!(matches!(wrong, Err(KeyError::WrongPassphrase { .. })));

    let renamed = text.replace("Ben Example", "Ann Example");
    assert!(matches!(
        SealedKey::parse(&renamed),
        Err(KeyError::Damaged(_))
    ));
    // With the checksum made good the seal itself refuses.
    let mut forged = sealed.clone();
    forged.key.purpose = KeyPurpose::Targets;
    forged.checksum = forged.sum().unwrap();
    let forged = SealedKey::parse(&forged.to_text().unwrap()).unwrap();
    assert!(forged.open(PASSPHRASE).is_err());

    for cut in [0, 1, text.len() / 2, text.len() - 4] {
        assert!(
            matches!(
                SealedKey::parse(text.get(..cut).unwrap()),
                Err(KeyError::Damaged(_))
            ),
            "{cut}"
        );
    }
    let newer = text.replacen("\"version\": 1", "\"version\": 2", 1);
    assert!(matches!(SealedKey::parse(&newer), Err(KeyError::Newer(2))));
}

#[test]
fn a_file_that_asks_for_all_memory_is_refused() {
    let key = SigningKey::random(KeyPurpose::Online, "Cron").unwrap();
    let mut sealed = key.seal(PASSPHRASE).unwrap();
    sealed.cost.memory_kib = u32::MAX;
    sealed.checksum = sealed.sum().unwrap();
    assert!(matches!(sealed.open(PASSPHRASE), Err(KeyError::Damaged(_))));
}

#[test]
fn short_passphrases_and_nameless_holders_are_refused_and_nothing_secret_is_printed() {
    let key = SigningKey::random(KeyPurpose::Root, " Cem Example ").unwrap();
    assert_eq!(key.holder(), "Cem Example");
    assert!(matches!(key.seal("short"), Err(KeyError::ShortPassphrase)));
    assert!(matches!(
        SigningKey::random(KeyPurpose::Root, "  "),
        Err(KeyError::Holder)
    ));
    assert!(SigningKey::random(KeyPurpose::Root, "A\u{202e}nn").is_err());
    assert_eq!(
        format!("{key:?}"),
        "SigningKey(root, Cem Example, ‹redacted›)"
    );
    assert!(same_person("Ann  example", "ann Example"));
    assert!(!same_person("Ann", "Anna"));
}

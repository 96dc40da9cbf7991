//! The kept messages: one `.eml` file each, exactly as received, beside a `.json` with the envelope.
//!
//! Both files are on the disk before the sender is told 250 (RFC 5321 section 4.2.5: a 250 takes the responsibility over).

use std::fmt;
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use mail_parser::{Address, MessageParser, MimeHeaders};
use serde::{Deserialize, Serialize};

const MESSAGE_EXTENSION: &str = "eml";
const ENVELOPE_EXTENSION: &str = "json";

/// What the SMTP conversation said about a message, apart from the message itself.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Envelope {
    /// The account that signed in.
    pub account: String,
    pub from: String,
    pub to: Vec<String>,
    pub received_at: Timestamp,
    /// The sender's own number for this envelope, which a delivery report would repeat (RFC 3461 section 4.4).
    pub envelope_id: Option<String>,
}

/// A message of the mailbox, parsed for reading; `raw` is what was received, byte for byte.
#[derive(Clone, PartialEq, Eq)]
pub struct KeptMessage {
    pub number: u64,
    pub envelope: Envelope,
    pub from: Vec<String>,
    pub to: Vec<String>,
    pub subject: String,
    pub message_id: Option<String>,
    pub text: String,
    pub attachments: Vec<Attachment>,
    pub raw: Vec<u8>,
}

#[derive(Clone, PartialEq, Eq)]
pub struct Attachment {
    pub name: String,
    pub content: Vec<u8>,
}

/// A folder of kept messages. Reading it never changes it, and needs no server.
#[derive(Clone, Debug)]
pub struct Mailbox {
    folder: PathBuf,
}

impl Mailbox {
    pub fn open(folder: impl Into<PathBuf>) -> io::Result<Self> {
        let folder = folder.into();
        fs::create_dir_all(&folder)?;
        Ok(Self { folder })
    }

    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The messages in the order they came. One whose files are torn or foreign is left out, and the rest are shown.
    pub fn list(&self) -> io::Result<Vec<KeptMessage>> {
        let mut messages = Vec::new();
        for number in self.numbers()? {
            if let Ok(Some(message)) = self.message(number) {
                messages.push(message);
            }
        }
        Ok(messages)
    }

    /// Message `number`, or `None` when there is none.
    pub fn message(&self, number: u64) -> io::Result<Option<KeptMessage>> {
        let raw = match fs::read(self.path(number, MESSAGE_EXTENSION)) {
            Ok(raw) => raw,
            Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(e) => return Err(e),
        };
        let envelope = fs::read(self.path(number, ENVELOPE_EXTENSION))?;
        let envelope = serde_json::from_slice(&envelope).map_err(io::Error::other)?;
        Ok(Some(KeptMessage::read(number, envelope, raw)))
    }

    pub fn count(&self) -> io::Result<usize> {
        Ok(self.numbers()?.len())
    }

    /// The numbers of the complete messages, smallest first.
    pub fn numbers(&self) -> io::Result<Vec<u64>> {
        let mut numbers: Vec<u64> = self.files(MESSAGE_EXTENSION)?;
        numbers.sort_unstable();
        Ok(numbers)
    }

    /// Keeps a message for good and gives its number; when this returns, both files are on the disk.
    ///
    /// The number is claimed by creating the envelope's part file, which only one process can do.
    /// The message is renamed into place last: with it there, the envelope is there too.
    pub fn keep(&self, envelope: &Envelope, raw: &[u8]) -> io::Result<u64> {
        let mut number = self
            .files(ENVELOPE_EXTENSION)?
            .into_iter()
            .max()
            .map_or(1, |last| last.saturating_add(1));
        let (part, mut claimed) = loop {
            let part = self.path(number, "json.part");
            match fs::File::create_new(&part) {
                Ok(file) if !self.is_used(number) => break (part, file),
                Ok(_) => fs::remove_file(&part)?,
                Err(e) if e.kind() == io::ErrorKind::AlreadyExists => {}
                Err(e) => return Err(e),
            }
            number = number.checked_add(1).ok_or(io::ErrorKind::StorageFull)?;
        };
        let json = serde_json::to_vec_pretty(envelope).map_err(io::Error::other)?;
        claimed.write_all(&json)?;
        claimed.sync_all()?;
        let message_part = self.path(number, "eml.part");
        let mut message = fs::File::create(&message_part)?;
        message.write_all(raw)?;
        message.sync_all()?;
        fs::rename(part, self.path(number, ENVELOPE_EXTENSION))?;
        fs::rename(message_part, self.path(number, MESSAGE_EXTENSION))?;
        self.sync_folder()?;
        Ok(number)
    }

    fn is_used(&self, number: u64) -> bool {
        self.path(number, ENVELOPE_EXTENSION).exists()
            || self.path(number, MESSAGE_EXTENSION).exists()
    }

    fn path(&self, number: u64, extension: &str) -> PathBuf {
        self.folder.join(format!("{number:08}.{extension}"))
    }

    fn files(&self, extension: &str) -> io::Result<Vec<u64>> {
        let mut numbers = Vec::new();
        for entry in fs::read_dir(&self.folder)? {
            let path = entry?.path();
            if path.extension().and_then(|e| e.to_str()) == Some(extension)
                && let Some(number) = path.file_stem().and_then(|s| s.to_str())
                && let Ok(number) = number.parse()
            {
                numbers.push(number);
            }
        }
        Ok(numbers)
    }

    /// A renamed file is safe only when its folder is on the disk too; Windows has no such call and needs none.
    #[cfg(unix)]
    fn sync_folder(&self) -> io::Result<()> {
        fs::File::open(&self.folder)?.sync_all()
    }

    #[cfg(not(unix))]
    #[allow(clippy::unnecessary_wraps, clippy::unused_self)]
    fn sync_folder(&self) -> io::Result<()> {
        Ok(())
    }
}

impl KeptMessage {
    /// Reads any bytes: what cannot be understood is left empty.
    fn read(number: u64, envelope: Envelope, raw: Vec<u8>) -> Self {
        let mut message = Self {
            number,
            envelope,
            from: Vec::new(),
            to: Vec::new(),
            subject: String::new(),
            message_id: None,
            text: String::new(),
            attachments: Vec::new(),
            raw: Vec::new(),
        };
        if let Some(parsed) = MessageParser::default().parse(&raw) {
            message.from = addresses(parsed.from());
            message.to = addresses(parsed.to());
            message.subject = parsed.subject().map(str::to_owned).unwrap_or_default();
            message.message_id = parsed.message_id().map(str::to_owned);
            message.text = parsed.body_text(0).unwrap_or_default().into_owned();
            message.attachments = parsed
                .attachments()
                .map(|part| Attachment {
                    name: part.attachment_name().unwrap_or_default().to_owned(),
                    content: part.contents().to_vec(),
                })
                .collect();
        }
        message.raw = raw;
        message
    }

    pub fn attachment_names(&self) -> Vec<&str> {
        self.attachments.iter().map(|a| a.name.as_str()).collect()
    }
}

fn addresses(header: Option<&Address<'_>>) -> Vec<String> {
    header
        .into_iter()
        .flat_map(Address::iter)
        .filter_map(|address| address.address())
        .map(str::to_owned)
        .collect()
}

/// A referral names a person in every part, so none of it is printed.
impl fmt::Debug for KeptMessage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "KeptMessage({}, ‹redacted›)", self.number)
    }
}

impl fmt::Debug for Envelope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Envelope({}, ‹redacted›)", self.received_at)
    }
}

impl fmt::Debug for Attachment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Attachment({} bytes, ‹redacted›)", self.content.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LETTER: &str = "From: Practice <referrals@practice.example>\r\nTo: pain@service.example\r\nSubject: =?utf-8?q?Referral_=E2=80=93_Pain?=\r\n\
        Message-ID: <one@practice.example>\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\nDear team,\r\n\
        --b\r\nContent-Type: application/pdf; name=letter.pdf\r\nContent-Disposition: attachment; filename=letter.pdf\r\n\
        Content-Transfer-Encoding: base64\r\n\r\nJVBERg==\r\n--b--\r\n";

    fn envelope() -> Envelope {
        Envelope {
            account: "referrals@practice.example".into(),
            from: "referrals@practice.example".into(),
            to: vec!["pain@service.example".into()],
            received_at: "2026-11-21T10:00:00Z".parse().unwrap(),
            envelope_id: Some("REF-1".into()),
        }
    }

    #[test]
    fn a_kept_message_is_read_back_whole_by_another_reader() {
        let folder = tempfile::tempdir().unwrap();
        let number = Mailbox::open(folder.path())
            .unwrap()
            .keep(&envelope(), LETTER.as_bytes())
            .unwrap();
        let message = Mailbox::open(folder.path())
            .unwrap()
            .message(number)
            .unwrap()
            .unwrap();
        assert_eq!(message.raw, LETTER.as_bytes());
        assert_eq!(message.envelope, envelope());
        assert_eq!(message.from, ["referrals@practice.example"]);
        assert_eq!(message.to, ["pain@service.example"]);
        assert_eq!(message.subject, "Referral – Pain");
        assert_eq!(message.message_id.as_deref(), Some("one@practice.example"));
        assert_eq!(message.text.trim_end(), "Dear team,");
        assert_eq!(message.attachment_names(), ["letter.pdf"]);
        assert_eq!(message.attachments[0].content, b"%PDF");
    }

    #[test]
    fn torn_and_foreign_files_hide_no_message_and_cost_no_number() {
        let folder = tempfile::tempdir().unwrap();
        let mailbox = Mailbox::open(folder.path()).unwrap();
        assert_eq!(mailbox.keep(&envelope(), b"first").unwrap(), 1);
        fs::write(folder.path().join("00000002.json.part"), "torn").unwrap();
        fs::write(folder.path().join("00000003.eml"), "no envelope").unwrap();
        fs::write(folder.path().join("notes.txt"), "foreign").unwrap();
        assert_eq!(mailbox.keep(&envelope(), b"second").unwrap(), 4);
        let raw: Vec<_> = mailbox.list().unwrap().into_iter().map(|m| m.raw).collect();
        assert_eq!(raw, [b"first".to_vec(), b"second".to_vec()]);
        assert!(mailbox.message(9).unwrap().is_none());
    }

    #[test]
    fn two_keepers_of_one_folder_never_overwrite_each_other() {
        let folder = tempfile::tempdir().unwrap();
        let keepers: Vec<_> = (0..4)
            .map(|k: u8| {
                let mailbox = Mailbox::open(folder.path()).unwrap();
                std::thread::spawn(move || {
                    for n in 0..10 {
                        mailbox.keep(&envelope(), &[k, n]).unwrap();
                    }
                })
            })
            .collect();
        for keeper in keepers {
            keeper.join().unwrap();
        }
        let mut raw: Vec<_> = Mailbox::open(folder.path())
            .unwrap()
            .list()
            .unwrap()
            .into_iter()
            .map(|m| m.raw)
            .collect();
        raw.sort();
        raw.dedup();
        assert_eq!(raw.len(), 40);
    }

    #[test]
    fn hostile_bytes_are_kept_and_read_without_harm() {
        let mut hostile: Vec<Vec<u8>> = vec![
            Vec::new(),
            b"\0\xff\xfe".to_vec(),
            b"Subject: =?utf-8?b?////?=\r\n\r\n".to_vec(),
            b"Content-Type: multipart/mixed; boundary=\r\n\r\n--\r\n----\r\n".to_vec(),
            b"Content-Type: message/rfc822\r\n\r\n".repeat(5_000),
            [b"From: ".as_slice(), &b"<".repeat(50_000)].concat(),
        ];
        let nested = (0..3_000)
            .map(|n| format!("Content-Type: multipart/mixed; boundary=b{n}\r\n\r\n--b{n}\r\n"));
        hostile.push(nested.collect::<Vec<_>>().concat().into_bytes());
        // Every single-byte change and every cut of a good letter.
        for at in 0..LETTER.len() {
            let mut changed = LETTER.as_bytes().to_vec();
            changed[at] ^= 0x9d;
            hostile.push(changed);
            hostile.push(LETTER.as_bytes()[..at].to_vec());
        }
        for raw in hostile {
            let message = KeptMessage::read(1, envelope(), raw.clone());
            assert_eq!(message.raw, raw);
        }
    }

    #[test]
    fn printing_a_message_tells_nothing_of_it() {
        let message = KeptMessage::read(7, envelope(), LETTER.as_bytes().to_vec());
        let printed = format!(
            "{message:?} {:?} {:?}",
            message.envelope, message.attachments
        );
        assert!(!printed.contains("pain") && !printed.contains("letter"));
        assert!(message.text.contains("Dear"), "there was something to hide");
    }
}

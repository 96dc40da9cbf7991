//! The engine: one data folder opened, with the directory ready to be searched, the desk, and the sender.
//! The window and the command line are two faces of it.

mod approvals;
mod before_send;
mod card;
mod catalogue;
mod checked;
pub mod copied;
pub mod crash;
mod current;
mod daily;
mod directory_waits;
mod facts;
mod found;
mod keeping;
mod layer;
mod layer_refresh;
mod left;
mod log;
mod records;
pub mod refresh;
mod sending;
mod session;
mod set_up;
mod timeline;
mod usual;

pub use approvals::AddressLook;
pub use before_send::WouldWait;
pub use card::{Card, CardLinks, LinkedService};
pub use catalogue::{Catalogue, not_open_code, not_open_detail};
pub use checked::Checked;
pub use facts::PatientFacts;
pub use found::{FoundHere, HiddenHere, LayerMarks};
pub use keeping::ListedEntry;
pub use layer::{CorrectionDecision, ServiceLayer, SinceUsed};
pub use left::{Left, Successor};
pub use log::{Log, LogEntry};
pub use records::PatientCopy;
pub use sending::SenderThread;
pub use session::{IDLE, Needs, SessionNow};
pub use set_up::SetUpProgress;
pub use timeline::{AddressAct, TimelineEntry, TimelineWhat};
pub use usual::{MyUsual, UsualHit};

use current::CurrentCatalogue;
use demo::practice::DemonstrationError;
use referrals::{
    Desk, ReferralError, approval_table, desk,
    draft::{ReferralDraft, ServiceToRefer},
    outbox::{SenderLock, Wake, outbox_table},
    practice_table,
};
use services_directory::{
    directory_table::{self, DirectoryError, DirectorySummary},
    feed::Directory,
    ids::OdsCode,
    incoming_table::Arrived,
    layer::LayerError,
    search::{SearchError, SynonymError},
    trust_table,
};
use session::Session;
use signed_feed::verify::Refusal;
use std::{
    path::{Path, PathBuf},
    sync::Arc,
    thread::JoinHandle,
};
use store::{
    Clock, DataFolder, Store, StoreError, UseMode, audit_table::KeptHead, facts_table,
    open::Schemas, recovery::RecoveryKey,
};

#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    #[error("{0}")]
    Store(#[from] StoreError),
    #[error("{0}")]
    Directory(#[from] DirectoryError),
    #[error("{0}")]
    Layer(#[from] LayerError),
    #[error("{0}")]
    Search(#[from] SearchError),
    #[error("{0}")]
    Synonyms(#[from] SynonymError),
    #[error("{0}")]
    Referral(#[from] ReferralError),
    #[error("{0}")]
    Demonstration(#[from] DemonstrationError),
    #[error("nobody is signed in; give your PIN")]
    SignInNeeded,
    #[error("nobody touched Onward for ten minutes; give your PIN to see this again")]
    PinNeeded,
    #[error("your role does not do this; ask the practice's manager")]
    NotYourRole,
    #[error("{0}")]
    Refresh(#[from] signed_feed::verify::Refusal),
    #[error(
        "this practice follows no published directory yet; begin with: onward-cli enrol ADDRESS --fingerprint …"
    )]
    NotEnrolled,
    #[error("the directory is being refreshed already; wait until that is done")]
    RefreshBusy,
    #[error("a fingerprint is 64 digits 0 to 9 and a to f; compare it with what the curators gave")]
    Fingerprint,
    #[error("what waited for a yes or no is not the same any more; look again")]
    NothingHeld,
    #[error("there is no service {0} in the directory")]
    NoSuchService(String),
    #[error("{name} is not in the directory any more: {left}")]
    ServiceLeft { name: String, left: Box<Left> },
    #[error(
        "there is no directory of services on this computer yet; load one with: onward-cli directory load FILE.jsonl"
    )]
    NoDirectory,
}

impl EngineError {
    /// What the window and the command line act on.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Referral(error) => error.code(),
            Self::SignInNeeded => "sign-in-needed",
            Self::PinNeeded => "pin-needed",
            Self::NotYourRole => "not-your-role",
            Self::Refresh(refusal) => refusal.code(),
            Self::NotEnrolled => "feed-not-enrolled",
            Self::RefreshBusy => "feed-busy",
            Self::Fingerprint => "feed-fingerprint",
            Self::NothingHeld => "feed-nothing-held",
            Self::NoSuchService(_) => "directory-changed",
            Self::ServiceLeft { .. } => "service-left",
            Self::Layer(LayerError::WordsMissing) => "words-missing",
            Self::Layer(LayerError::TooLong) => "words-too-long",
            Self::Layer(LayerError::NothingChanged) => "nothing-changed",
            Self::Layer(LayerError::NotThere) => "not-found",

            Self::NoDirectory => "directory-missing",
            Self::Store(StoreError::Keychain { .. }) => "keychain-unavailable",
            Self::Store(StoreError::KeyMissing) => "key-missing",
            Self::Store(
                StoreError::WrongKey | StoreError::OtherKey | StoreError::RecoveryKeyForm { .. },
            ) => "wrong-key",
            Self::Store(StoreError::Damaged { .. }) => "records-damaged",
            Self::Store(StoreError::DatabaseMissing { .. }) => "records-missing",
            Self::Store(StoreError::BackupExists { .. } | StoreError::RecordsInTheWay { .. }) => {
                "records-there"
            }
            Self::Store(StoreError::NotOurs { .. }) => "key-file-damaged",
            Self::Store(StoreError::NotABackup { .. }) => "not-a-backup",
            Self::Store(StoreError::OtherUse { .. }) => "other-use",
            Self::Store(StoreError::File { .. }) => "file",
            Self::Store(_) | Self::Layer(LayerError::Store(_)) => "store",
            Self::Directory(DirectoryError::Feed(_) | DirectoryError::OnlyForDemonstration) => {
                "directory"
            }
            Self::Directory(_) | Self::Search(_) | Self::Synonyms(_) | Self::Demonstration(_) => {
                "internal"
            }
        }
    }

    /// Records are here that do not open as they are: the window offers the recovery key or a backup.
    pub fn can_be_recovered(&self) -> bool {
        matches!(
            self,
            Self::Store(
                StoreError::KeyMissing
                    | StoreError::Keychain { .. }
                    | StoreError::WrongKey
                    | StoreError::OtherKey
                    | StoreError::Damaged { .. }
                    | StoreError::DatabaseMissing { .. }
                    | StoreError::NotOurs { .. }
            )
        )
    }

    /// What the words for the code need besides; nothing of a patient.
    pub fn detail(&self) -> Option<String> {
        match self {
            Self::Referral(error) => error.detail(),
            // A place on this computer, which somebody here has named.
            Self::Store(StoreError::File { path, .. }) => Some(path.display().to_string()),
            Self::Refresh(refusal @ (Refusal::Content(_) | Refusal::Expired { .. })) => {
                Some(refusal.to_string())
            }
            // A directory is public: the line, the record and what to do.
            Self::Directory(
                error @ (DirectoryError::Feed(_) | DirectoryError::OnlyForDemonstration),
            ) => Some(error.to_string()),
            _ => None,
        }
    }
}

/// Where a computer keeps programs' data: apart for demonstration and real use, which never mix. None where it names no such place.
pub fn data_folder(mode: UseMode) -> Option<PathBuf> {
    let folders = directories::ProjectDirs::from("", "", "Onward")?;
    let name = match mode {
        UseMode::Demonstration => "demonstration",
        UseMode::Real => "practice",
    };
    Some(folders.data_local_dir().join(name))
}

/// One data folder, opened.
pub struct Engine {
    pub store: Store,
    pub desk: Desk,
    pub log: Log,
    current: Arc<CurrentCatalogue>,
    refresher: refresh::Refresher,
    session: Session,
}

/// The head that the records lacked when what waits in them was held.
const HELD_FOR_HEAD: &str = "held-for-head";

fn schemas() -> Schemas {
    Schemas {
        practice: [
            desk::SCHEMA.as_slice(),
            trust_table::SCHEMA.as_slice(),
            &[services_directory::layer::SCHEMA],
        ]
        .concat(),
        directory: directory_table::SCHEMA.to_vec(),
    }
}

impl Engine {
    /// Opens the folder for this use. A fresh one is made; a fresh demonstration is filled.
    /// The recovery key of new real records is given once, to be printed.
    pub fn open(
        path: &Path,
        mode: UseMode,
        clock: Clock,
    ) -> Result<(Self, Option<RecoveryKey>), EngineError> {
        let opened = Store::open(DataFolder::prepare(path, mode)?, &schemas(), clock)?;
        let store = opened.store;
        if mode == UseMode::Demonstration {
            if opened.recovery_key_to_print.is_some() {
                store.recovery_key_was_shown()?;
            }
            demo::practice::prepare(&store)?;
        }
        let unseen_key = opened
            .recovery_key_to_print
            .filter(|_| mode == UseMode::Real);
        Ok((Self::with_store(store)?, unseen_key))
    }

    /// Puts a backup of real records into a fresh folder and opens it with the printed recovery key.
    pub fn restore(
        path: &Path,
        backup: &Path,
        recovery: &RecoveryKey,
        clock: Clock,
    ) -> Result<Self, EngineError> {
        let folder = DataFolder::prepare(path, UseMode::Real)?;
        Store::restore(backup, &folder)?;
        Self::with_store(Store::recover(folder, recovery, &schemas(), clock)?)
    }

    /// Opens real records with the printed recovery key, and gives their key back to this computer's keychain.
    pub fn recover(path: &Path, recovery: &RecoveryKey, clock: Clock) -> Result<Self, EngineError> {
        let folder = DataFolder::prepare(path, UseMode::Real)?;
        Self::with_store(Store::recover(folder, recovery, &schemas(), clock)?)
    }

    fn with_store(store: Store) -> Result<Self, EngineError> {
        let mode = store.folder.mode();
        let log = Log::in_folder(store.folder.path(), store.clock.clone());
        let current = Arc::new(CurrentCatalogue::new(
            store.directory.clone(),
            store.practice.clone(),
            log.clone(),
        ));
        let engine = Self {
            desk: Desk {
                practice: store.practice.clone(),
                clock: store.clock.clone(),
                demonstration: mode == UseMode::Demonstration,
                wake: Wake::default(),
            },
            refresher: refresh::Refresher {
                store: store.clone(),
                log: log.clone(),
                current: current.clone(),
            },
            current,
            log,
            store,
            session: Session::default(),
        };
        engine.hold_what_a_restore_left_uncertain()?;
        engine.log.write(&LogEntry::Opened { mode });
        Ok(engine)
    }

    pub fn is_demonstration(&self) -> bool {
        self.desk.demonstration
    }

    fn hold_what_a_restore_left_uncertain(&self) -> Result<(), EngineError> {
        let marker = self.store.folder.restored_marker();
        if marker.exists() {
            let now = self.store.clock.now();
            self.store
                .practice
                .write(move |tx| outbox_table::hold_after_restore(tx, now))?;
            std::fs::remove_file(&marker).map_err(|source| StoreError::File {
                path: marker,
                source,
            })?;
        }
        if self.store.is_behind {
            self.hold_what_may_have_gone()?;
        }
        Ok(())
    }

    /// The records lack what was committed last: what waits in them may have gone. Held once for each head that is missing,
    /// and not while another process sends, which saw the same when it opened them.
    fn hold_what_may_have_gone(&self) -> Result<(), EngineError> {
        let KeptHead::At(missing) = self.store.audit_head.read()? else {
            return Ok(());
        };
        let lock = SenderLock::try_take(&self.store.folder.sender_lock());
        let Some(_lock) = lock.map_err(ReferralError::Lock)? else {
            return Ok(());
        };
        let now = self.store.clock.now();
        Ok(self.store.practice.write(move |tx| {
            let done = facts_table::read(tx, HELD_FOR_HEAD)?;
            if done.as_ref() != Some(&missing.hash) {
                outbox_table::hold_after_restore(tx, now)?;
                facts_table::write(tx, HELD_FOR_HEAD, &missing.hash)?;
            }
            Ok::<_, ReferralError>(())
        })?)
    }

    /// The chosen service as a draft is checked against, with what this practice has approved.
    pub fn to_refer(
        &self,
        id: Option<&str>,
        facts: &PatientFacts,
    ) -> Result<ServiceToRefer, EngineError> {
        let today = self.store.clock.today();
        let mut chosen = self.catalogue()?.to_refer(id, facts, today)?;
        if let ServiceToRefer::Found(found) = &mut chosen
            && let Some(service) = &found.service
        {
            let approved = |c: &_| {
                let (id, digest) = (&service.endpoint_id, &service.endpoint_digest);
                approval_table::is_approved(c, id, digest, &service.name)
            };
            found.approved = self.store.practice.read(approved)?;
            // What the curators have stopped is as if nobody had approved it.
            let stopped = self.stopped(
                &service.endpoint_id,
                &service.address,
                &service.endpoint_digest,
            )?;
            found.approved &= stopped != Some("address-revoked");
        }
        if let ServiceToRefer::Found(found) = &mut chosen {
            found.do_not_refer = self.do_not_refer(&found.id)?;
            // Nobody phones before a referral whom a colleague has just phoned.
            found.phone_first =
                found.phone_first && self.checked_here(&found.id, Checked::Never)?.is_old();
        }
        Ok(chosen)
    }

    /// What the directory may know of the patient in the draft.
    pub fn facts(&self, draft: &ReferralDraft) -> Result<PatientFacts, EngineError> {
        let practice = self.practice_ods_code()?;
        Ok(PatientFacts::of(draft, practice, self.store.clock.today()))
    }

    /// The service that the draft names, found for this very draft.
    pub fn chosen(&self, draft: &ReferralDraft) -> Result<ServiceToRefer, EngineError> {
        self.to_refer(draft.form.service_id.as_deref(), &self.facts(draft)?)
    }

    /// The directory as it was last read; searches go on in the old one while a new one is made.
    pub fn catalogue(&self) -> Result<Arc<Catalogue>, EngineError> {
        self.current.get()
    }

    /// Makes the search ready in the background, before anybody types.
    pub fn make_search_ready(&self) -> Result<JoinHandle<()>, EngineError> {
        let practice = self.practice_ods_code()?;
        Ok(self.current.make_ready(practice, self.store.clock.today()))
    }

    /// Takes up, in the background, a directory that another process has loaded since.
    pub fn take_up_new_directory(&self) -> Result<Option<JoinHandle<()>>, EngineError> {
        let practice = self.practice_ods_code()?;
        self.current.take_up_new(practice, self.store.clock.today())
    }

    /// Which directory stands in the database, and how many services it has; no search is needed for it.
    pub fn directory_summary(&self) -> Result<DirectorySummary, EngineError> {
        let summary = self.store.directory.read(directory_table::summary)?;
        summary.ok_or(EngineError::NoDirectory)
    }

    /// Replaces the directory by another whole one.
    pub fn load_directory(&self, directory: Directory) -> Result<(), EngineError> {
        let (version, demonstration) = (directory.header.version, self.is_demonstration());
        if directory.header.demonstration && !demonstration {
            return Err(DirectoryError::OnlyForDemonstration.into());
        }
        let former = layer_refresh::Former::read(&self.store)?;
        let (store, ours) = (self.store.clone(), former.ours.clone());
        let differences = self.store.directory.write(move |tx| {
            let arrived = Arrived::of(tx, &directory)?;
            if demonstration {
                demo::practice::approve_all(&store, &arrived.endpoints()?)?;
            }
            let differences = arrived.differences(&ours)?;
            arrived.take_over("", store.clock.now())?;
            Ok::<_, EngineError>(differences)
        })?;
        self.log.write(&LogEntry::DirectoryLoaded { version });
        self.current.make_anew()?;
        layer_refresh::after_refresh(&self.store, &former, differences.as_ref())
    }

    /// The practice's ODS code, in whose name the directory is searched.
    pub fn practice_ods_code(&self) -> Result<Option<OdsCode>, EngineError> {
        let practice = self.store.practice.read(practice_table::practice)?;
        Ok(practice.and_then(|practice| OdsCode::parse(&practice.ods_code).ok()))
    }
}

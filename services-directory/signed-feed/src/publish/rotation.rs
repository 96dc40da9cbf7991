//! Other keys for a directory: a new root, signed by those whom the old one names and by those whom the new one names.

use super::error::PublishError;
use super::repository::{Repository, Step};
use super::roles::{Keyring, after, quorum, services_delegation};
use super::signing::{RoleName, Signers, file_bytes};
use super::writes::Writes;
use jiff::Timestamp;
use tough::schema::{Root, Signed};

impl Repository {
    /// The root that these keys would have, before anybody has signed it.
    pub fn propose_root(&self, keys: &Keyring, now: Timestamp) -> Result<Root, PublishError> {
        keys.root(after(self.root()?.version.get())?, now)
    }

    /// Replaces the keys. What their leaving makes invalid (endpoints, services, snapshot, timestamp) is signed anew in the same step.
    pub fn rotate(
        &mut self,
        root: Root,
        signers: &Signers<'_>,
        now: Timestamp,
    ) -> Result<(), PublishError> {
        let step = self.plan_rotation(root, signers, now)?;
        self.carry_out(step)
    }

    pub fn plan_rotation(
        &self,
        root: Root,
        signers: &Signers<'_>,
        now: Timestamp,
    ) -> Result<Step, PublishError> {
        let root = self.signed_by_both(root, signers)?;
        let Some(published) = self.published() else {
            let mut writes = Writes::default();
            let name = format!("metadata/{}.root.json", root.signed.version);
            writes.add(name, file_bytes(&root)?);
            return Ok(Step {
                writes,
                root: Some(root),
                after: None,
            });
        };
        let delegation = services_delegation(&root.signed)?;
        let mut targets = published.targets.clone();
        let same = targets.signed.delegations.as_ref() == Some(&delegation);
        if !same || root.signed.verify_role(&targets).is_err() {
            let mut role = targets.signed.clone();
            role.version = super::roles::nonzero(after(role.version.get())?)?;
            role.delegations = Some(delegation.clone());
            role.expires = super::roles::targets(1, &[], None, now)?.expires;
            targets = signers.sign(role, &quorum(&root.signed, RoleName::Targets)?)?;
        }
        let name = crate::layout::SERVICES_ROLE;
        let files = if delegation.verify_role(&published.services, name).is_ok() {
            None
        } else {
            Some(self.services_files()?)
        };
        let files: Option<Vec<_>> = files.as_ref().map(|files| {
            files
                .iter()
                .map(|(name, bytes)| (name.clone(), bytes.as_slice()))
                .collect()
        });
        self.finished(
            Writes::default(),
            Some(root),
            targets,
            files.as_deref(),
            signers,
            now,
        )
    }

    /// TUF 1.0, section 5.3.4: by a threshold of the old root's keys and by one of the new root's.
    fn signed_by_both(
        &self,
        root: Root,
        signers: &Signers<'_>,
    ) -> Result<Signed<Root>, PublishError> {
        let old = signers.sign(root.clone(), &quorum(self.root()?, RoleName::Root)?)?;
        let new = signers.sign(root.clone(), &quorum(&root, RoleName::Root)?)?;
        let mut signatures = old.signatures;
        for signature in new.signatures {
            if signatures.iter().all(|one| one.keyid != signature.keyid) {
                signatures.push(signature);
            }
        }
        Ok(Signed {
            signed: root,
            signatures,
        })
    }
}

//! Other keys for a directory: a new root, signed by those whom the old one names and by those whom the new one names.

use super::error::PublishError;
use super::repository::{ProposedTargets, Repository, Step};
use super::roles::{self, Keyring, after, quorum, services_delegation};
use super::signing::{RoleName, Signers, file_bytes};
use super::writes::Writes;
use crate::layout::SERVICES_ROLE;
use jiff::Timestamp;
use tough::schema::{Root, Signed};

/// A new root, and the endpoints' metadata where they must be signed anew because of it, before anybody has signed them.
#[derive(Debug, Clone)]
pub struct ProposedRotation {
    pub root: Root,
    pub targets: Option<ProposedTargets>,
}

impl Repository {
    /// What there is to sign so that these keys, and no others, count.
    pub fn propose_rotation(
        &self,
        keys: &Keyring,
        now: Timestamp,
    ) -> Result<ProposedRotation, PublishError> {
        let root = keys.root(after(self.root()?.version.get())?, now)?;
        let Some(published) = self.published() else {
            return Ok(ProposedRotation {
                root,
                targets: None,
            });
        };
        let delegation = services_delegation(&root)?;
        let current = &published.targets.signed;
        let same_services = current.delegations.as_ref() == Some(&delegation);
        if same_services && root.verify_role(&published.targets).is_ok() {
            return Ok(ProposedRotation {
                root,
                targets: None,
            });
        }
        let (name, file) = self
            .endpoints_file()?
            .ok_or(PublishError::NothingPublished)?;
        let files = [(name.clone(), file.as_slice())];
        let role = roles::targets(after(current.version.get())?, &files, Some(delegation), now)?;
        let targets = Some(ProposedTargets { role, name, file });
        Ok(ProposedRotation { root, targets })
    }

    /// Replaces the keys. What their leaving makes invalid (endpoints, services, snapshot, timestamp) is signed anew in the same step.
    pub fn rotate(
        &mut self,
        proposed: &ProposedRotation,
        signers: &Signers<'_>,
        now: Timestamp,
    ) -> Result<(), PublishError> {
        let step = self.plan_rotation(proposed, signers, now)?;
        self.carry_out(step)
    }

    pub fn plan_rotation(
        &self,
        proposed: &ProposedRotation,
        signers: &Signers<'_>,
        now: Timestamp,
    ) -> Result<Step, PublishError> {
        let (request, published) = (proposed.root.version.get(), self.root()?.version.get());
        if request != after(published)? {
            return Err(PublishError::StaleRequest { request, published });
        }
        let root = self.signed_by_both(&proposed.root, signers)?;
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
        let targets = match &proposed.targets {
            Some(proposed) => {
                let quorum = quorum(&root.signed, RoleName::Targets)?;
                signers.sign(proposed.role.clone(), &quorum)?
            }
            None => published.targets.clone(),
        };
        let delegation = services_delegation(&root.signed)?;
        let files = if delegation
            .verify_role(&published.services, SERVICES_ROLE)
            .is_ok()
        {
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
        let writes = Writes::default();
        self.finished(writes, Some(root), targets, files.as_deref(), signers, now)
    }

    /// TUF 1.0, section 5.3.4: by a threshold of the old root's keys and by one of the new root's.
    fn signed_by_both(
        &self,
        root: &Root,
        signers: &Signers<'_>,
    ) -> Result<Signed<Root>, PublishError> {
        let old = signers.sign(root.clone(), &quorum(self.root()?, RoleName::Root)?)?;
        let new = signers.sign(root.clone(), &quorum(root, RoleName::Root)?)?;
        let mut signatures = old.signatures;
        for signature in new.signatures {
            if signatures.iter().all(|one| one.keyid != signature.keyid) {
                signatures.push(signature);
            }
        }
        Ok(Signed {
            signed: root.clone(),
            signatures,
        })
    }
}

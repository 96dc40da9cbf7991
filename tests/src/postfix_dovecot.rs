//! A real mail peer: Postfix takes mail by submission, Dovecot keeps it and gives it back by IMAP, all on loopback.
//!
//! Both run as processes of the test in their foreground modes, with their own configuration (from `tests/peer/`) and folders;
//! no system service is started or touched. Starting them needs root, because each drops to its own system user, and Debian's
//! packages [`PACKAGES`]. The mailboxes belong to the user `mail`, which every Debian has. Nothing can leave the computer:
//! Postfix delivers to the peer's own mailboxes and has no other transport.

mod imap;
mod log;

use std::fs;
use std::io;
use std::net::{Ipv4Addr, TcpListener};
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use demo::certificates::{CertificateError, LoopbackCertificates};
use jiff::Timestamp;

use log::Log;

/// What must be installed, with its services kept from starting (`/usr/sbin/policy-rc.d` with exit 101 meanwhile).
pub const PACKAGES: [&str; 4] = ["postfix", "dovecot-core", "dovecot-imapd", "dovecot-lmtpd"];

const POSTFIX: &str = "/usr/sbin/postfix";
const DOVECOT: &str = "/usr/sbin/dovecot";
const NEEDED_FILES: [&str; 4] = [
    POSTFIX,
    DOVECOT,
    "/usr/lib/dovecot/imap",
    "/usr/lib/dovecot/lmtp",
];
/// Somebody else may take a free port before the peer does; then it is tried with others.
const ATTEMPTS: usize = 3;

/// Why there is no peer.
#[derive(Debug, thiserror::Error)]
pub enum MailPeerError {
    #[error("the mail peer needs these Debian packages: {}", PACKAGES.join(" "))]
    NotInstalled,
    #[error("the mail peer must be started by root: Postfix and Dovecot drop to their own users")]
    NotRoot,
    #[error("this system has no user {0}")]
    NoUser(&'static str),
    #[error(transparent)]
    Certificate(#[from] CertificateError),
    #[error("a file or process of the mail peer: {0}")]
    Io(#[from] io::Error),
    #[error("{what} did not happen; the log of the mail peer says:\n{log}")]
    DidNotHappen { what: String, log: String },
    #[error("IMAP: {0}")]
    Imap(#[from] async_imap::error::Error),
    #[error("IMAP: {0}")]
    ImapReply(String),
}

/// A mailbox of the peer, which can sign in by password or, with XOAUTH2, by token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PeerAccount {
    pub address: &'static str,
    pub password: &'static str,
    pub token: &'static str,
    is_full: bool,
}

/// The practice, which sends.
pub const PRACTICE: PeerAccount = account("referrals@practice.example", false);
/// A service that receives.
pub const SERVICE: PeerAccount = account("pain@service.example", false);
/// A service whose mailbox is full: mail for it is accepted with 250, and bounces afterwards.
pub const FULL_SERVICE: PeerAccount = account("full@service.example", true);
const ACCOUNTS: [PeerAccount; 3] = [PRACTICE, SERVICE, FULL_SERVICE];

const fn account(address: &'static str, is_full: bool) -> PeerAccount {
    PeerAccount {
        address,
        password: "only-for-tests",
        token: "ey-only-for-tests",
        is_full,
    }
}

/// The peer while it runs; both servers stop when this is dropped.
pub struct MailPeer {
    pub submission_port: u16,
    pub smtps_port: u16,
    pub imaps_port: u16,
    /// What a client must trust; the servers' name is `localhost`.
    pub ca_pem: String,
    /// Stopped first, so that it hands nothing to a Dovecot that has gone.
    postfix: Daemon,
    _dovecot: Daemon,
}

impl MailPeer {
    /// Starts the peer in `folder`, which must be empty, and whose path every user may walk.
    pub async fn start(folder: &Path, now: Timestamp) -> Result<Self, MailPeerError> {
        check_the_system()?;
        let certificates = LoopbackCertificates::new(now)?;
        let mut problem = None;
        for attempt in 1..=ATTEMPTS {
            let place = folder.join(format!("attempt-{attempt}"));
            match Self::start_once(&place, &certificates).await {
                Err(e @ MailPeerError::DidNotHappen { .. }) => problem = Some(e),
                settled => return settled,
            }
        }
        Err(problem.unwrap_or(MailPeerError::NotInstalled))
    }

    async fn start_once(
        folder: &Path,
        certificates: &LoopbackCertificates,
    ) -> Result<Self, MailPeerError> {
        let ports = free_ports()?;
        let [submission_port, smtps_port, imaps_port] = ports;
        lay_out(folder, certificates, ports)?;
        let mut start_dovecot = Command::new(DOVECOT);
        start_dovecot
            .arg("-F")
            .arg("-c")
            .arg(folder.join("dovecot/dovecot.conf"));
        let dovecot = Daemon::start(start_dovecot, folder.join("dovecot/run/master.pid"))?;
        dovecot
            .log
            .wait_for("Dovecot", "starting up for imap, lmtp")
            .await?;
        let mut start_postfix = Command::new(POSTFIX);
        start_postfix
            .arg("-c")
            .arg(folder.join("postfix/conf"))
            .arg("start-fg");
        let postfix = Daemon::start(start_postfix, folder.join("postfix/queue/pid/master.pid"))?;
        postfix.log.wait_for("Postfix", "daemon started").await?;
        Ok(Self {
            submission_port,
            smtps_port,
            imaps_port,
            ca_pem: certificates.ca_pem.clone(),
            postfix,
            _dovecot: dovecot,
        })
    }

    /// The messages in the INBOX of `account`, oldest first, read by IMAP over TLS without changing anything.
    pub async fn inbox(&self, account: PeerAccount) -> Result<Vec<Vec<u8>>, MailPeerError> {
        imap::inbox(self.imaps_port, &self.ca_pem, account).await
    }

    /// Waits until Postfix is done with a message (its queue id is in the 250), and gives what its log says became of it:
    /// `sent`, or `bounced`.
    pub async fn outcome(&self, queue_id: &str) -> Result<String, MailPeerError> {
        let log = &self.postfix.log;
        log.wait_for("the end of the message", &format!("{queue_id}: removed"))
            .await?;
        let status = log
            .lines_with(&format!("{queue_id}: to="))
            .iter()
            .find_map(|line| {
                line.split_once("status=")
                    .map(|(_, status)| status.to_owned())
            });
        let status = status.unwrap_or_default();
        Ok(status.split(' ').next().unwrap_or_default().to_owned())
    }

    /// The queue id under which this very peer took the message, proven twice: by the `Received` line that Postfix put above
    /// the message, and by its log, which has that id with the account that signed in.
    pub fn queue_id(&self, raw: &[u8], sender: PeerAccount) -> Option<String> {
        let head = String::from_utf8_lossy(raw)
            .replace("\r\n\t", " ")
            .replace("\r\n ", " ");
        let received = head
            .lines()
            .take_while(|line| !line.is_empty())
            .find(|line| {
                line.starts_with("Received:") && line.contains("(Postfix) with ESMTPSA id ")
            })?;
        let (_, after) = received.split_once("(Postfix) with ESMTPSA id ")?;
        let id = after.split([' ', ';']).next()?.to_owned();
        let taken = self.postfix.log.lines_with(&format!("{id}: client="));
        let login = format!("sasl_username={}", sender.address);
        taken.iter().any(|line| line.contains(&login)).then_some(id)
    }

    /// What Postfix has logged so far.
    pub fn postfix_log(&self) -> Vec<String> {
        self.postfix.log.lines_with("")
    }
}

/// A server in its foreground mode: a child of the test, whose output is its log.
struct Daemon {
    child: Child,
    /// Where its master process writes its number; Postfix's is a child of the script that was started.
    pid_file: PathBuf,
    log: Log,
}

impl Daemon {
    fn start(mut command: Command, pid_file: PathBuf) -> io::Result<Self> {
        let (output, input) = io::pipe()?;
        let child = command
            .stdin(Stdio::null())
            .stdout(input.try_clone()?)
            .stderr(input)
            .spawn()?;
        // The command goes here, and its ends of the pipe with it: the log ends with the server.
        Ok(Self {
            child,
            pid_file,
            log: Log::read(output),
        })
    }

    /// Asks the master process to stop, which then stops its own children.
    fn ask_to_stop(&self) -> io::Result<bool> {
        let pid = fs::read_to_string(&self.pid_file)?;
        let pid: u32 = pid.trim().parse().map_err(io::Error::other)?;
        // The shell's own kill: the program of that name is not on every system.
        let asked = Command::new("/bin/sh")
            .args(["-c", &format!("kill {pid}")])
            .stdin(Stdio::null())
            .status()?;
        Ok(asked.success())
    }
}

impl Drop for Daemon {
    fn drop(&mut self) {
        if !self.ask_to_stop().unwrap_or(false) {
            // It never came up, or has gone by itself: neither is worth a panic while dropping.
            let _ = self.child.kill();
        }
        let _ = self.child.wait();
    }
}

fn check_the_system() -> Result<(), MailPeerError> {
    if !NEEDED_FILES.iter().all(|file| Path::new(file).exists()) {
        return Err(MailPeerError::NotInstalled);
    }
    if fs::metadata("/proc/self")?.uid() != 0 {
        return Err(MailPeerError::NotRoot);
    }
    Ok(())
}

/// Three ports that were free just now, held together so that they differ.
fn free_ports() -> io::Result<[u16; 3]> {
    let listen = || TcpListener::bind((Ipv4Addr::LOCALHOST, 0));
    let (a, b, c) = (listen()?, listen()?, listen()?);
    Ok([
        a.local_addr()?.port(),
        b.local_addr()?.port(),
        c.local_addr()?.port(),
    ])
}

/// Writes the configuration from the templates, and makes the folders with the owners that each server insists on.
fn lay_out(
    folder: &Path,
    certificates: &LoopbackCertificates,
    [submission, smtps, imaps]: [u16; 3],
) -> Result<(), MailPeerError> {
    let make = |name: &str| -> io::Result<PathBuf> {
        let path = folder.join(name);
        fs::create_dir_all(&path)?;
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755))?;
        Ok(path)
    };
    make("")?;
    if let Some(parent) = folder.parent() {
        fs::set_permissions(parent, fs::Permissions::from_mode(0o755))?;
    }
    for name in ["postfix", "postfix/queue", "dovecot"] {
        make(name)?;
    }
    give(&make("postfix/data")?, "postfix")?;
    give(&make("mail")?, "mail")?;
    let tls = make("tls")?;
    certificates
        .leaf
        .save(&tls.join("server.pem"), &tls.join("server.key"))?;

    let fill = |template: &str| {
        template
            .replace("@FOLDER@", &folder.display().to_string())
            .replace("@SUBMISSION_PORT@", &submission.to_string())
            .replace("@SMTPS_PORT@", &smtps.to_string())
            .replace("@IMAPS_PORT@", &imaps.to_string())
            .replace(
                "@MAILBOXES@",
                &for_each_account(", ", |a| format!("{{ {} = x }}", a.address)),
            )
            .replace(
                "@LOGINS@",
                &for_each_account(", ", |a| format!("{{ {0} = {0} }}", a.address)),
            )
    };
    let conf = make("postfix/conf")?;
    fs::write(conf.join("main.cf"), fill(include_str!("../peer/main.cf")))?;
    fs::write(
        conf.join("master.cf"),
        fill(include_str!("../peer/master.cf")),
    )?;
    let dovecot = folder.join("dovecot");
    fs::write(
        dovecot.join("dovecot.conf"),
        fill(include_str!("../peer/dovecot.conf")),
    )?;
    fs::write(
        dovecot.join("users"),
        for_each_account("\n", |a| {
            let quota = if a.is_full {
                "userdb_quota_rule=*:bytes=1"
            } else {
                ""
            };
            format!("{}:{{PLAIN}}{}::::::{quota}", a.address, a.password)
        }),
    )?;
    fs::write(
        dovecot.join("tokens"),
        for_each_account("\n", |a| {
            format!("{}:{{PLAIN}}{}::::::", a.address, a.token)
        }),
    )?;
    Ok(())
}

fn for_each_account(between: &str, text: impl Fn(&PeerAccount) -> String) -> String {
    ACCOUNTS.iter().map(text).collect::<Vec<_>>().join(between)
}

fn give(path: &Path, user: &'static str) -> Result<(), MailPeerError> {
    let users = fs::read_to_string("/etc/passwd")?;
    let ids = users.lines().find_map(|line| {
        let mut fields = line.split(':');
        if fields.next()? != user {
            return None;
        }
        Some((fields.nth(1)?.parse().ok()?, fields.next()?.parse().ok()?))
    });
    let (user_id, group_id) = ids.ok_or(MailPeerError::NoUser(user))?;
    chown(path, Some(user_id), Some(group_id))?;
    Ok(())
}

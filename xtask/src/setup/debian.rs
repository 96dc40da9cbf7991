//! On Debian and Ubuntu: finds which system packages are missing, says what each is for, and installs only those.

use crate::steps::Failure;
use crate::tool;
use std::path::Path;
use std::process::Command;

/// How much has to be there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Purpose {
    /// Building and running the program.
    Run,
    /// Besides: a display that nobody looks at, and a picture of it.
    RunUnseen,
    /// Besides: driving the real window, and pressing its hot-key from outside.
    Bench,
    /// Besides: a keychain, a mail server.
    Test,
}

/// Its name, what it is for, and from which purpose on it is needed.
struct Package(&'static str, &'static str, Purpose);

const PACKAGES: &[Package] = &[
    Package(
        "build-essential",
        "the C compiler that SQLCipher and the TLS library are built with",
        Purpose::Run,
    ),
    Package("pkg-config", "finds the libraries below", Purpose::Run),
    Package(
        "libwebkit2gtk-4.1-dev",
        "shows the window's pages",
        Purpose::Run,
    ),
    Package("libgtk-3-dev", "the window", Purpose::Run),
    Package("librsvg2-dev", "icons", Purpose::Run),
    Package(
        "libsoup-3.0-dev",
        "loads the pages that are inside the program",
        Purpose::Run,
    ),
    Package("libssl-dev", "SQLCipher's encryption", Purpose::Run),
    Package("fonts-dejavu-core", "letters on the screen", Purpose::Run),
    Package(
        "fonts-liberation",
        "letters as wide as Arial's",
        Purpose::Run,
    ),
    Package("xvfb", "a display that nobody looks at", Purpose::RunUnseen),
    Package("xauth", "the key to that display", Purpose::RunUnseen),
    Package(
        "imagemagick",
        "takes a picture of the window",
        Purpose::RunUnseen,
    ),
    Package(
        "webkit2gtk-driver",
        "drives the real window in tests and benchmarks",
        Purpose::Bench,
    ),
    Package(
        "xdotool",
        "presses the hot-key as a person would, for the benchmark",
        Purpose::Bench,
    ),
    Package(
        "dbus-x11",
        "a session bus for the keychain tests",
        Purpose::Test,
    ),
    Package("gnome-keyring", "a real keychain for tests", Purpose::Test),
    Package(
        "libsecret-tools",
        "looks into that keychain from outside",
        Purpose::Test,
    ),
    Package(
        "openssl",
        "certificates for the mail server of the tests",
        Purpose::Test,
    ),
    Package(
        "postfix",
        "a real mail server for tests: takes referrals in",
        Purpose::Test,
    ),
    Package(
        "dovecot-core",
        "a real mail server for tests: signs in",
        Purpose::Test,
    ),
    Package(
        "dovecot-imapd",
        "a real mail server for tests: hands mail out",
        Purpose::Test,
    ),
    Package(
        "dovecot-lmtpd",
        "a real mail server for tests: keeps mail",
        Purpose::Test,
    ),
    Package(
        "nginx-light",
        "a real web server for tests: gives out a published directory",
        Purpose::Test,
    ),
];

/// The account that owns the mail of the test server.
const MAIL_ACCOUNT: &str = "vmail";
/// invoke-rc.d asks this file before it starts a service; 101 means "no" (Debian Policy 9.3.3.1).
const SERVICE_POLICY: &str = "/usr/sbin/policy-rc.d";
const SERVICE_POLICY_TEXT: &str = "#!/bin/sh\n# Put here by `cargo xtask` so that installing a mail server starts none; it takes this file away again.\nexit 101\n";

/// Installs what is missing. On other systems there is nothing to install.
pub fn packages(purpose: Purpose) -> Result<(), Failure> {
    if !cfg!(target_os = "linux") {
        println!("    none needed on this system");
        return Ok(());
    }
    let wanted: Vec<&Package> = PACKAGES
        .iter()
        .filter(|package| package.2 <= purpose)
        .collect();
    let names: Vec<&str> = wanted.iter().map(|package| package.0).collect();
    if !Path::new("/etc/debian_version").exists() {
        println!(
            "    this is not Debian or Ubuntu; your system's names may differ, but these are needed: {}",
            names.join(" ")
        );
        return Ok(());
    }
    remove_our_policy()?;
    let installed = installed(&names);
    let missing: Vec<&Package> = wanted
        .into_iter()
        .filter(|package| !installed.iter().any(|name| name == package.0))
        .collect();
    if missing.is_empty() {
        println!("    all {} are installed", names.len());
    } else {
        for package in &missing {
            println!("    missing: {} ({})", package.0, package.1);
        }
        install(&missing.iter().map(|package| package.0).collect::<Vec<_>>())?;
    }
    if purpose == Purpose::Test {
        mail_account()
    } else {
        Ok(())
    }
}

/// Those of the packages that are fully installed.
fn installed(names: &[&str]) -> Vec<String> {
    // dpkg-query fails when one name is unknown to it, and still prints the others.
    let output = Command::new("dpkg-query")
        .args(["-W", "-f", "${Package} ${db:Status-Status}\n"])
        .args(names)
        .output();
    output
        .map(|output| fully_installed(&String::from_utf8_lossy(&output.stdout)))
        .unwrap_or_default()
}

fn fully_installed(printed: &str) -> Vec<String> {
    printed
        .lines()
        .filter_map(|line| line.strip_suffix(" installed"))
        .map(str::to_owned)
        .collect()
}

fn install(names: &[&str]) -> Result<(), Failure> {
    let by_hand = format!(
        "apt-get install --no-install-recommends {}",
        names.join(" ")
    );
    let advice = format!("Look whether Debian's packages can be reached; or as root: {by_hand}");
    let update = ["apt-get", "-o", "DPkg::Lock::Timeout=600", "update"];
    let mut update = as_root(&update).map_err(|failure| Failure {
        advice: format!("As root, run: {by_hand}"),
        ..failure
    })?;
    tool::run(&mut update, &advice)?;
    let servers = ["postfix", "dovecot", "nginx"];
    let is_server = |name: &&str| servers.iter().any(|server| name.starts_with(server));
    let _policy = if names.iter().any(is_server) {
        forbid_services()?
    } else {
        None
    };
    // --no-remove: on somebody's own computer nothing is taken away (another mail server, say) to make room for ours.
    let arguments = [
        "apt-get",
        "-o",
        "DPkg::Lock::Timeout=600",
        "install",
        "-y",
        "--no-install-recommends",
        "--no-remove",
    ];
    let mut install = as_root(&[arguments.as_slice(), names].concat())?;
    tool::run(&mut install, &advice).map(|_| ())
}

/// While this is there, no package starts a service.
struct ServicesForbidden;

impl Drop for ServicesForbidden {
    fn drop(&mut self) {
        if let Err(failure) = remove_our_policy() {
            eprintln!("    {}\n    What to do: {}", failure.why, failure.advice);
        }
    }
}

/// Nothing when the computer has a policy of its own, which is left alone.
fn forbid_services() -> Result<Option<ServicesForbidden>, Failure> {
    if Path::new(SERVICE_POLICY).exists() {
        return Ok(None);
    }
    let advice = "Install the packages that are named above yourself, then run the command again.";
    let script = format!("printf '%s' \"$1\" >{SERVICE_POLICY} && chmod 755 {SERVICE_POLICY}");
    let mut command = as_root(&["sh", "-c", &script, "sh", SERVICE_POLICY_TEXT])?;
    match command.status() {
        Ok(status) if status.success() => Ok(Some(ServicesForbidden)),
        _ => Err(Failure::new(
            format!("{SERVICE_POLICY} could not be written."),
            advice,
        )),
    }
}

/// Also after an installation that was broken off.
fn remove_our_policy() -> Result<(), Failure> {
    if std::fs::read_to_string(SERVICE_POLICY).is_ok_and(|text| text == SERVICE_POLICY_TEXT) {
        let removed = as_root(&["rm", "-f", SERVICE_POLICY])?
            .status()
            .is_ok_and(|status| status.success());
        if !removed {
            return Err(Failure::new(
                format!(
                    "{SERVICE_POLICY}, which was put there for an installation, could not be removed."
                ),
                "Remove it as root.",
            ));
        }
    }
    Ok(())
}

fn mail_account() -> Result<(), Failure> {
    if tool::answer(Command::new("getent").args(["passwd", MAIL_ACCOUNT])).is_some() {
        return Ok(());
    }
    println!("    missing: the account {MAIL_ACCOUNT} (owns the mail of the tests' mail server)");
    let arguments = [
        "useradd",
        "--system",
        "--user-group",
        "--no-create-home",
        "--home-dir",
        "/nonexistent",
        "--shell",
        "/usr/sbin/nologin",
        MAIL_ACCOUNT,
    ];
    tool::run(
        &mut as_root(&arguments)?,
        "Add the system account yourself, then run the command again.",
    )
    .map(|_| ())
}

/// A command as the administrator: as it is for root, else through sudo.
fn as_root(words: &[&str]) -> Result<Command, Failure> {
    let is_root = tool::answer(Command::new("id").arg("-u")).as_deref() == Some("0");
    let has_sudo = is_root || tool::answer(Command::new("sudo").arg("--version")).is_some();
    if !has_sudo {
        let why = "This needs the administrator's rights, and there is no sudo here.";
        return Err(Failure::new(
            why,
            format!("As root, run: {}", words.join(" ")),
        ));
    }
    Ok(command_of(words, is_root))
}

fn command_of(words: &[&str], is_root: bool) -> Command {
    // sudo does not pass variables on, so the one for apt goes through env.
    let before: &[&str] = if is_root {
        &["env", "DEBIAN_FRONTEND=noninteractive"]
    } else {
        &["sudo", "env", "DEBIAN_FRONTEND=noninteractive"]
    };
    let all = [before, words].concat();
    let mut command = Command::new(all.first().copied().unwrap_or("env"));
    command.args(all.get(1..).unwrap_or_default());
    command
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_package_that_is_half_there_counts_as_missing() {
        let printed =
            "xvfb installed\npostfix config-files\ndovecot-core half-configured\nxauth installed\n";
        assert_eq!(fully_installed(printed), ["xvfb", "xauth"]);
    }

    #[test]
    fn running_needs_fewer_packages_than_testing() {
        let count = |purpose| {
            PACKAGES
                .iter()
                .filter(|package| package.2 <= purpose)
                .count()
        };
        assert!(count(Purpose::Run) < count(Purpose::RunUnseen));
        assert!(count(Purpose::RunUnseen) < count(Purpose::Test));
        assert_eq!(count(Purpose::Test), PACKAGES.len());
    }

    #[test]
    fn only_others_than_root_go_through_sudo() {
        assert_eq!(
            command_of(&["apt-get", "update"], true).get_program(),
            "env"
        );
        let through_sudo = command_of(&["apt-get", "update"], false);
        assert_eq!(through_sudo.get_program(), "sudo");
        assert_eq!(through_sudo.get_args().last().unwrap(), "update");
    }
}

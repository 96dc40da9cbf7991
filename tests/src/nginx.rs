//! A real web host: Debian's nginx, which gives out a published folder over TLS on loopback, as a process of the test with its own configuration and
//! folder. No system service is started or touched.

#![allow(
    clippy::indexing_slicing,
    clippy::missing_panics_doc,
    clippy::unwrap_used,
    reason = "the crate is only for tests, which panic where something is not as it should be"
)]

use crate::practice::{FAR_TOO_LONG, computer_time};
use demo::certificates::Authority;
use std::{
    fs,
    net::{Ipv4Addr, TcpListener, TcpStream},
    os::unix::fs::MetadataExt,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};
use tempfile::TempDir;

pub const PACKAGE: &str = "nginx-light";
const NGINX: &str = "/usr/sbin/nginx";
/// Somebody else may take a free port before nginx does; then it is tried with another.
const ATTEMPTS: usize = 5;

pub struct Nginx {
    pub port: u16,
    pub ca_pem: String,
    process: Child,
    folder: TempDir,
}

impl Nginx {
    pub fn serving(published: &Path) -> Self {
        assert!(
            Path::new(NGINX).exists(),
            "the Debian package {PACKAGE} is needed"
        );
        for _ in 0..ATTEMPTS {
            if let Some(running) = Self::started(published) {
                return running;
            }
        }
        panic!("nginx did not start in {ATTEMPTS} attempts");
    }

    fn started(published: &Path) -> Option<Self> {
        let authority = Authority::new(computer_time()).unwrap();
        let leaf = authority.loopback(computer_time()).unwrap();
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        fs::write(at("chain.pem"), leaf.chain_pem()).unwrap();
        fs::write(at("key.pem"), leaf.key_pem()).unwrap();
        let port = free_port();
        let is_root = fs::metadata(folder.path()).unwrap().uid() == 0;
        let configuration = configuration(folder.path(), published, port, is_root);
        fs::write(at("nginx.conf"), configuration).unwrap();
        let mut process = Command::new(NGINX)
            .arg("-p")
            .arg(folder.path())
            .arg("-c")
            .arg(at("nginx.conf"))
            .arg("-e")
            .arg(at("error.log"))
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let patience = Instant::now() + FAR_TOO_LONG;
        loop {
            if process.try_wait().unwrap().is_some() || Instant::now() > patience {
                let _ = process.kill();
                let _ = process.wait();
                return None;
            }
            if TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_ok() {
                break;
            }
            std::thread::sleep(Duration::from_millis(5));
        }
        Some(Self {
            port,
            ca_pem: authority.ca_pem().to_owned(),
            process,
            folder,
        })
    }

    pub fn address(&self) -> String {
        format!("https://127.0.0.1:{}/area/", self.port)
    }

    /// Each request that was answered: its path and its status, from nginx's own log.
    pub fn answered(&self) -> Vec<(String, u16)> {
        let log = fs::read_to_string(self.folder.path().join("access.log")).unwrap();
        let lines = log.lines().filter_map(|line| {
            let (path, status) = line.split_once(' ')?;
            Some((path.to_owned(), status.trim().parse().ok()?))
        });
        lines.collect()
    }
}

impl Drop for Nginx {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn free_port() -> u16 {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    listener.local_addr().unwrap().port()
}

/// One process, so that ending it ends all. What a host with Debian's defaults does with static files is left as it is.
fn configuration(own: &Path, published: &Path, port: u16, is_root: bool) -> String {
    let own = own.display();
    let user = if is_root { "user root;" } else { "" };
    let temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
        .map(|name| format!("{name}_temp_path {own}/{name};"))
        .join("\n    ");
    let published = PathBuf::from(published);
    format!(
        "daemon off;
master_process off;
{user}
pid {own}/nginx.pid;
events {{ worker_connections 64; }}
http {{
    {temporary}
    log_format answered '$uri $status';
    access_log {own}/access.log answered;
    server {{
        listen 127.0.0.1:{port} ssl;
        ssl_certificate {own}/chain.pem;
        ssl_certificate_key {own}/key.pem;
        location /area/ {{ alias {}/; }}
    }}
}}
",
        published.display()
    )
}

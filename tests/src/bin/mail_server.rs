//! A real mail server on loopback for the tests of the window: what it takes lies in a folder, and it ends with its standard input.

#![allow(
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "it is a part of tests, and its printed output"
)]

use demo::mail_server::{Account, MailServer, MailServerOptions};
use product_tests::practice::{FROM, PASSWORD, computer_time};
use std::{io::Read, path::PathBuf};

fn main() {
    let folder = PathBuf::from(std::env::args().nth(1).unwrap());
    let certificates = demo::certificates::LoopbackCertificates::new(computer_time()).unwrap();
    let authority = folder.join("authority.pem");
    std::fs::write(&authority, &certificates.ca_pem).unwrap();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let options = MailServerOptions::new(
        folder.join("mailbox"),
        certificates,
        vec![Account::new(FROM, PASSWORD)],
        computer_time,
    );
    let server = runtime.block_on(MailServer::start(options)).unwrap();
    let told = serde_json::json!({
        "port": server.smtp_port,
        "username": FROM,
        "password": PASSWORD,
        "authority": authority,
    });
    println!("{told}");
    let mut nothing = Vec::new();
    std::io::stdin().read_to_end(&mut nothing).unwrap();
}

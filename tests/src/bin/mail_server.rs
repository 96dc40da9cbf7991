//! A real mail server on loopback for the tests of the window, and a web server that gives out the folder `published`: what comes in lies in a
//! folder, and both end with standard input.

#![allow(
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "it is a part of tests, and its printed output"
)]

use demo::mail_server::{Account, MailServer, MailServerOptions};
use product_tests::{
    practice::{FROM, PASSWORD, computer_time},
    web_server::WebServer,
};
use std::{io::Read, path::PathBuf};

fn main() {
    let folder = PathBuf::from(std::env::args().nth(1).unwrap());
    let certificates = demo::certificates::LoopbackCertificates::new(computer_time()).unwrap();
    let published = folder.join("published");
    std::fs::create_dir_all(&published).unwrap();
    let web = WebServer::serving(&published);
    // A computer that trusts both, in one file.
    let authority = folder.join("authority.pem");
    std::fs::write(&authority, [&*certificates.ca_pem, &*web.ca_pem].join("\n")).unwrap();
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
        "web": web.address(),
        "published": published,
    });
    println!("{told}");
    let mut nothing = Vec::new();
    std::io::stdin().read_to_end(&mut nothing).unwrap();
}

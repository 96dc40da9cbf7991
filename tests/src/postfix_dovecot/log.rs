//! What a server of the peer says, line by line, and waiting for it to say something.

use std::io::{BufRead, BufReader, PipeReader};
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::timeout;

use super::MailPeerError;

/// Far longer than anything takes; it ends a test that would hang.
const FAR_TOO_LONG: Duration = Duration::from_mins(2);

/// The log of one server. It ends when the server does.
#[derive(Debug)]
pub(super) struct Log(watch::Receiver<Vec<String>>);

impl Log {
    /// Reads on its own thread, for as long as anything writes.
    pub(super) fn read(output: PipeReader) -> Self {
        let (sender, receiver) = watch::channel(Vec::new());
        std::thread::spawn(move || {
            for line in BufReader::new(output).split(b'\n').map_while(Result::ok) {
                let line = String::from_utf8_lossy(&line).into_owned();
                sender.send_modify(|lines| lines.push(line));
            }
        });
        Self(receiver)
    }

    pub(super) fn lines_with(&self, text: &str) -> Vec<String> {
        let lines = self.0.borrow();
        lines
            .iter()
            .filter(|line| line.contains(text))
            .cloned()
            .collect()
    }

    /// Waits for a line with this text; `what` it means is for the error.
    pub(super) async fn wait_for(&self, what: &str, text: &str) -> Result<(), MailPeerError> {
        let mut lines = self.0.clone();
        let said = lines.wait_for(|lines| lines.iter().any(|line| line.contains(text)));
        match timeout(FAR_TOO_LONG, said).await {
            Ok(Ok(_)) => Ok(()),
            Ok(Err(_)) | Err(_) => Err(MailPeerError::DidNotHappen {
                what: what.to_owned(),
                log: self.lines_with("").join("\n"),
            }),
        }
    }
}

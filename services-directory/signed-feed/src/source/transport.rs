//! How `tough` gets its metadata: through the same fetcher, with each file's own cap.

use super::{Answer, Fetcher, TransferError};
use bytes::Bytes;
use futures_util::stream;
use std::sync::Arc;
use tough::{Transport, TransportError, TransportErrorKind, TransportStream};
use url::Url;

/// What `tough` takes for the address: only the part below it is used, so that a folder and a host are read in the same way.
pub(crate) const BASE: &str = "https://published.example/";

/// One load of metadata; the timestamp was fetched before, and is not asked for a second time.
#[derive(Debug, Clone)]
pub(crate) struct MetadataTransport {
    pub fetcher: Fetcher,
    pub timestamp: Arc<Vec<u8>>,
}

#[async_trait::async_trait]
impl Transport for MetadataTransport {
    async fn fetch(&self, url: Url) -> Result<TransportStream, TransportError> {
        let path = url.path().trim_start_matches('/').to_owned();
        if path == "metadata/timestamp.json" {
            return Ok(whole(self.timestamp.as_ref().clone()));
        }
        let limits = self.fetcher.limits();
        let cap = if path.ends_with(".root.json") {
            limits.root_bytes
        } else if path.ends_with(".snapshot.json") {
            limits.snapshot_bytes
        } else {
            limits.targets_bytes
        };
        match self.fetcher.get(&path, cap, None).await {
            Ok(Answer::Bytes { bytes, .. }) => Ok(whole(bytes)),
            Ok(Answer::Unchanged) => Err(TransportError::new(TransportErrorKind::Other, url)),
            Err(error @ TransferError::NotFound(_)) => Err(TransportError::new_with_cause(
                TransportErrorKind::FileNotFound,
                url,
                error,
            )),
            Err(error) => Err(TransportError::new_with_cause(
                TransportErrorKind::Other,
                url,
                error,
            )),
        }
    }
}

fn whole(bytes: Vec<u8>) -> TransportStream {
    Box::pin(stream::iter([Ok(Bytes::from(bytes))]))
}

//! One message to one recipient over one fresh connection, phase by phase, each with its deadline.

use super::{
    mailbox::{Mailbox, Security},
    outcome::{Failure, Phase, Reply, SendOutcome, SendProblem, judge},
    starttls::{self, InPhase},
    tls,
};
use lettre::{
    Address,
    transport::smtp::{
        authentication::{Credentials, Mechanism},
        client::{AsyncSmtpConnection, AsyncTokioStream},
        commands::{Data, Ehlo, Mail, Rcpt},
        extension::ClientId,
        response::{Response, Severity},
    },
};
use std::{
    io,
    net::SocketAddr,
    pin::Pin,
    task::{Context, Poll},
    time::Duration,
};
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::TcpStream,
    time::timeout,
};
use tokio_rustls::client::TlsStream;

/// How long each phase may take. RFC 5321 section 4.5.3.2 gives minutes; a practice wants to know sooner, save at the end,
/// where giving up early makes an uncertain send of a good one.
#[derive(Debug, Clone, Copy)]
pub struct Deadlines {
    pub connecting: Duration,
    pub command: Duration,
    /// The body and the answer to it: 10 minutes (RFC 5321 section 4.5.3.2.6).
    pub body: Duration,
}

impl Default for Deadlines {
    fn default() -> Self {
        Self {
            connecting: Duration::from_secs(20),
            command: Duration::from_mins(1),
            body: Duration::from_mins(10),
        }
    }
}

impl Deadlines {
    fn of(&self, phase: Phase) -> Duration {
        match phase {
            Phase::Connecting => self.connecting,
            Phase::Body | Phase::Accepted => self.body,
            _ => self.command,
        }
    }
}

/// Who sends to whom: one recipient, always.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Envelope {
    pub from: Address,
    pub to: Address,
}

impl Envelope {
    /// From a mailbox to itself. None where its address is none.
    pub fn to_itself(mailbox: &Mailbox) -> Option<Self> {
        let own: Address = mailbox.from_address.parse().ok()?;
        Some(Self {
            from: own.clone(),
            to: own,
        })
    }
}

/// Sends the frozen bytes. `reached` is told of each phase before it begins and must have made `Phase::Body` durable
/// when it returns; if it fails, nothing of the body leaves.
pub async fn send(
    mailbox: &Mailbox,
    envelope: &Envelope,
    bytes: &[u8],
    deadlines: &Deadlines,
    reached: impl AsyncFn(Phase) -> bool,
) -> SendOutcome {
    let attempt = Attempt {
        mailbox,
        envelope,
        bytes,
        deadlines,
        reached,
    };
    match attempt.run().await {
        Ok(reply) => SendOutcome::Accepted { reply },
        Err((phase, failure)) => judge(phase, failure),
    }
}

struct Attempt<'a, R> {
    mailbox: &'a Mailbox,
    envelope: &'a Envelope,
    bytes: &'a [u8],
    deadlines: &'a Deadlines,
    reached: R,
}

impl<R: AsyncFn(Phase) -> bool> Attempt<'_, R> {
    async fn run(&self) -> InPhase<Reply> {
        let mut connection = self.connect().await?;
        self.introduce(&mut connection).await?;
        self.phase(
            Phase::From,
            completed(
                250,
                connection.command(Mail::new(Some(self.envelope.from.clone()), vec![])),
            ),
        )
        .await?;
        self.phase(
            Phase::Recipient,
            completed(
                250,
                connection.command(Rcpt::new(self.envelope.to.clone(), vec![])),
            ),
        )
        .await?;
        self.phase(Phase::Data, completed(354, connection.command(Data)))
            .await?;
        let reply = self
            .phase(Phase::Body, completed(250, connection.message(self.bytes)))
            .await?;
        // The server has it, whatever becomes of the goodbye.
        let _ = timeout(Duration::from_secs(2), connection.quit()).await;
        Ok(reply)
    }

    /// As far as a connection inside TLS on which the server greeted us.
    async fn connect(&self) -> InPhase<AsyncSmtpConnection> {
        let hello = self.mailbox.domain();
        let address = (self.mailbox.host.as_str(), self.mailbox.port);
        let mut stream = self
            .phase(Phase::Connecting, connect_to_any(address))
            .await?;
        let starts_in_the_clear = self.mailbox.security == Security::StartTls;
        if starts_in_the_clear {
            self.phase(Phase::Greeting, starttls::greeting(&mut stream))
                .await?;
            self.phase(Phase::StartTls, async {
                starttls::hello(&mut stream, hello).await?;
                starttls::start_tls(&mut stream).await
            })
            .await?;
        }
        let secured = self
            .phase(Phase::Tls, tls::handshake(stream, self.mailbox))
            .await?;
        let greeted: &[u8] = if starts_in_the_clear {
            b"220 greeted before TLS\r\n"
        } else {
            b""
        };
        let stream = Box::new(Greeted {
            still_to_read: greeted,
            stream: secured,
        });
        let hello = ClientId::Domain(hello.to_owned());
        self.phase(Phase::Hello, async {
            AsyncSmtpConnection::connect_with_transport(stream, &hello)
                .await
                .map_err(|error| failure(&error))
        })
        .await
    }

    /// What the server can do, now that nobody else can have said it, and who we are.
    async fn introduce(&self, connection: &mut AsyncSmtpConnection) -> InPhase<()> {
        let hello = Ehlo::new(ClientId::Domain(self.mailbox.domain().to_owned()));
        let limit = self
            .phase(Phase::Hello, async {
                let reply = connection
                    .command(hello)
                    .await
                    .map_err(|error| failure(&error))?;
                Ok(size_limit(&reply))
            })
            .await?;
        if limit.is_some_and(|limit| limit < self.bytes.len()) {
            return Err((Phase::Hello, Failure::Stopped(SendProblem::TooLarge)));
        }
        let offered = [Mechanism::Plain, Mechanism::Login];
        if connection
            .server_info()
            .get_auth_mechanism(&offered)
            .is_none()
        {
            // A server that takes mail without a sign-in is a relay, through which no patient's data may go.
            return Err((Phase::SignIn, Failure::Stopped(SendProblem::SignInRefused)));
        }
        let credentials =
            Credentials::new(self.mailbox.username.clone(), self.mailbox.password.clone());
        self.phase(
            Phase::SignIn,
            completed(235, connection.auth(&offered, &credentials)),
        )
        .await?;
        Ok(())
    }

    /// Records the phase, runs it within its deadline, and names it in any failure.
    async fn phase<T>(
        &self,
        phase: Phase,
        work: impl Future<Output = Result<T, Failure>>,
    ) -> InPhase<T> {
        if !(self.reached)(phase).await {
            // The phase did not begin, so a body did not leave.
            return Err((
                phase.min(Phase::Data),
                Failure::Stopped(SendProblem::CannotRecord),
            ));
        }
        let result = timeout(self.deadlines.of(phase), work)
            .await
            .unwrap_or(Err(Failure::Silent));
        result.map_err(|failure| (phase, failure))
    }
}

/// An address that leads nowhere must not use up the time of the next one.
const EACH_ADDRESS: Duration = Duration::from_secs(5);

async fn connect_to_any(host: (&str, u16)) -> Result<TcpStream, Failure> {
    for address in tokio::net::lookup_host(host)
        .await
        .map_err(|_| Failure::Lost)?
    {
        if let Ok(Ok(stream)) = timeout(EACH_ADDRESS, TcpStream::connect(address)).await {
            return Ok(stream);
        }
    }
    Err(Failure::Lost)
}

/// The reply, if it is the very one that ends the phase well: lettre also takes a 354 for a "yes" to the end of the body.
async fn completed(
    code: u16,
    reply: impl Future<Output = Result<Response, lettre::transport::smtp::Error>>,
) -> Result<Reply, Failure> {
    let found = number(&reply.await.map_err(|error| failure(&error))?);
    let forwarded = code == 250 && found == 251;
    if found == code || forwarded {
        Ok(Reply { code: found })
    } else {
        Err(Failure::Refused(Reply { code: found }))
    }
}

fn number(response: &Response) -> u16 {
    response.code().to_string().parse().unwrap_or(0)
}

fn failure(error: &lettre::transport::smtp::Error) -> Failure {
    match error.status() {
        Some(code)
            if matches!(
                code.severity,
                Severity::TransientNegativeCompletion | Severity::PermanentNegativeCompletion
            ) =>
        {
            Failure::Refused(Reply {
                code: code.to_string().parse().unwrap_or(0),
            })
        }
        Some(_) => Failure::Garbled,
        None if error.is_response() => Failure::Garbled,
        None if error.is_client() => Failure::Stopped(SendProblem::MailboxUnusable),
        None => Failure::Lost,
    }
}

/// RFC 1870: "SIZE 36700160"; zero or no number is no limit.
fn size_limit(reply: &Response) -> Option<usize> {
    let limit = reply.message().find_map(|line| {
        let (keyword, limit) = line.split_once(' ')?;
        if keyword.eq_ignore_ascii_case("SIZE") {
            limit.trim().parse().ok()
        } else {
            None
        }
    });
    limit.filter(|limit| *limit > 0)
}

/// A stream on which the greeting was read before TLS began; lettre's connection wants to read one.
#[derive(Debug)]
struct Greeted {
    still_to_read: &'static [u8],
    stream: TlsStream<TcpStream>,
}

impl AsyncTokioStream for Greeted {
    fn peer_addr(&self) -> io::Result<SocketAddr> {
        self.stream.get_ref().0.peer_addr()
    }
}

impl AsyncRead for Greeted {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        if self.still_to_read.is_empty() {
            return Pin::new(&mut self.stream).poll_read(context, buffer);
        }
        let (now, later) = self
            .still_to_read
            .split_at(self.still_to_read.len().min(buffer.remaining()));
        buffer.put_slice(now);
        self.still_to_read = later;
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Greeted {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}

//! The conversation: from standard input to the state thread, and back to standard output, until the client has gone.

use std::convert::Infallible;
use std::future::Future;
use std::io::Read;
use std::pin::Pin;
use std::sync::{Arc, mpsc};
use std::task::{Context, Poll};
use std::time::Duration;

use futures_channel::mpsc::{UnboundedReceiver, UnboundedSender, unbounded};
use persona_sema::editor::STACK;
use tokio::sync::{Notify, oneshot};
use tower_lsp_server::jsonrpc::{self, Request, Response};
use tower_lsp_server::{Loopback, Server};
use tower_service::Service;

use crate::host::Host;
use crate::input::{self, UNREADABLE};
use crate::lanes::Lanes;
use crate::state::{Event, State};

/// How many requests may be under way before the next message is read. Far more than any editor sends, so that a request to
/// cancel one is always read.
const UNDER_WAY: usize = 4096;
/// How long answers may take that are still under way when the input ends.
const GRACE: Duration = Duration::from_secs(2);

/// How a conversation ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    /// As it should: the client said that it would shut the server down, and then that it may leave.
    Properly,
    /// Without a word: the client is gone, or said that the server may leave without shutting it down first.
    Suddenly,
}

/// Serves one client on standard input and output until it leaves. Work that is still under way then is not waited for.
///
/// # Errors
/// Where threads cannot be started.
pub fn serve(host: Arc<dyn Host>) -> std::io::Result<Ended> {
    converse(host, std::io::stdin())
}

fn converse(host: Arc<dyn Host>, from: impl Read + Send + 'static) -> std::io::Result<Ended> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let (events, inbox) = mpsc::channel();
    let (to_client, requests) = unbounded();
    let leave = Arc::new(Notify::new());
    let lanes = Lanes::start(&events)?;
    let state = State::new(host, to_client, lanes, Arc::clone(&leave));
    let state = std::thread::Builder::new()
        .name("persona-state".to_owned())
        .stack_size(STACK)
        .spawn(move || state.run(&inbox))?;
    let input = input::start(from)?;
    runtime.block_on(async {
        let (answers, mut received) = unbounded::<Response>();
        let answered = events.clone();
        tokio::spawn(async move {
            while let Ok(response) = received.recv().await {
                answered.send(Event::Answered(response)).unwrap_or_default();
            }
        });
        let socket = Socket { requests, answers };
        let (ended, input_ended) = oneshot::channel();
        let input = Ending {
            input,
            ended: Some(ended),
        };
        let server = Server::new(input, tokio::io::stdout(), socket).concurrency_level(UNDER_WAY);
        let front = Front {
            events: events.clone(),
        };
        tokio::select! {
            () = server.serve(front) => {}
            () = leave.notified() => {}
            () = async {
                // Whoever drops the sender without a word is the server, which has ended then.
                if input_ended.await.is_err() {
                    std::future::pending::<()>().await;
                }
                tokio::time::sleep(GRACE).await;
            } => {}
        }
    });
    runtime.shutdown_timeout(Duration::from_millis(200));
    events.send(Event::Closed).unwrap_or_default();
    drop(events);
    Ok(state.join().unwrap_or(Ended::Suddenly))
}

/// Hands messages to the state thread. Calls come in the order of arrival, and nothing is awaited before.
struct Front {
    events: mpsc::Sender<Event>,
}

impl Service<Request> for Front {
    type Response = Option<Response>;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Option<Response>, Infallible>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request) -> Self::Future {
        let (method, id, params) = request.into_parts();
        let params = params.unwrap_or_default();
        let Some(id) = id else {
            let event = Event::Told { method, params };
            self.events.send(event).unwrap_or_default();
            return Box::pin(std::future::ready(Ok(None)));
        };
        if method == UNREADABLE {
            let answer = Response::from_error(id, jsonrpc::Error::parse_error());
            return Box::pin(std::future::ready(Ok(Some(answer))));
        }
        let (reply, answer) = oneshot::channel();
        let event = Event::Asked {
            method,
            id: id.clone(),
            params,
            reply,
        };
        self.events.send(event).unwrap_or_default();
        Box::pin(async move {
            // No answer at all means that the state is gone, and the server with it.
            let body = answer
                .await
                .unwrap_or_else(|_| Err(jsonrpc::Error::internal_error()));
            Ok(Some(Response::from_parts(id, body)))
        })
    }
}

/// The other direction: what the server asks the client, and what it answers.
struct Socket {
    requests: UnboundedReceiver<Request>,
    answers: UnboundedSender<Response>,
}

impl Loopback for Socket {
    type RequestStream = UnboundedReceiver<Request>;
    type ResponseSink = UnboundedSender<Response>;

    fn split(self) -> (Self::RequestStream, Self::ResponseSink) {
        (self.requests, self.answers)
    }
}

/// Input that says when it has ended.
struct Ending {
    input: input::Messages,
    ended: Option<oneshot::Sender<()>>,
}

impl tokio::io::AsyncRead for Ending {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        into: &mut tokio::io::ReadBuf<'_>,
    ) -> Poll<std::io::Result<()>> {
        let before = into.filled().len();
        let polled = Pin::new(&mut self.input).poll_read(cx, into);
        let at_end = polled.is_ready() && into.filled().len() == before && into.remaining() > 0;
        if let Some(ended) = self.ended.take_if(|_| at_end) {
            ended.send(()).unwrap_or_default();
        }
        polled
    }
}

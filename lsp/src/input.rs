//! Standard input, cut into messages on a thread of its own. The transport behind it stops at the first thing that is no
//! message; so what is none is replaced here by a request that is answered with an error, and the conversation goes on.

use std::io::{BufRead, BufReader, Read};
use std::pin::Pin;
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, ReadBuf};
use tokio::sync::mpsc;
use tower_lsp_server::jsonrpc::{Request, Response};

/// The method that stands for something unreadable.
pub(crate) const UNREADABLE: &str = "$persona/unreadable";
/// No message is longer; a length beyond it is a mistake.
const LONGEST: usize = 1 << 30;
/// How many messages may wait to be read by the transport.
const WAITING: usize = 1024;

/// Reads messages until the input ends, which the other end sees as the end of input.
pub(crate) fn start(input: impl Read + Send + 'static) -> std::io::Result<Messages> {
    let (sender, receiver) = mpsc::channel(WAITING);
    std::thread::Builder::new()
        .name("persona-input".to_owned())
        .spawn(move || {
            let mut input = BufReader::with_capacity(1 << 16, input);
            while let Some(message) = next(&mut input) {
                if sender.blocking_send(framed(&message)).is_err() {
                    break;
                }
            }
        })?;
    Ok(Messages {
        receiver,
        current: Vec::new(),
        read: 0,
    })
}

/// The next message's text; `None` at the end.
fn next(input: &mut impl BufRead) -> Option<Vec<u8>> {
    let mut length: Option<usize> = None;
    let mut spoiled = false;
    loop {
        let mut line = Vec::new();
        // A header is short; what has no line end for long is none.
        let read = input.by_ref().take(1 << 16).read_until(b'\n', &mut line);
        if read.ok()? == 0 {
            return None;
        }
        let line = line.trim_ascii();
        if line.is_empty() {
            match (length, spoiled) {
                (Some(length), false) => return body(input, length),
                (_, true) => return Some(unreadable()),
                (None, false) => continue,
            }
        }
        let text = String::from_utf8_lossy(line);
        let Some((name, value)) = text.split_once(':') else {
            spoiled = true;
            continue;
        };
        if name.trim().eq_ignore_ascii_case("content-length") {
            length = value.trim().parse().ok().filter(|n| *n <= LONGEST);
            spoiled = length.is_none();
        }
    }
}

fn body(input: &mut impl Read, length: usize) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    let read = input.take(length as u64).read_to_end(&mut bytes).ok()?;
    if read < length {
        return None;
    }
    let is_message = serde_json::from_slice::<Request>(&bytes).is_ok()
        || serde_json::from_slice::<Response>(&bytes).is_ok();
    Some(if is_message { bytes } else { unreadable() })
}

fn unreadable() -> Vec<u8> {
    format!(r#"{{"jsonrpc":"2.0","id":null,"method":"{UNREADABLE}"}}"#).into_bytes()
}

fn framed(message: &[u8]) -> Vec<u8> {
    let mut framed = format!("Content-Length: {}\r\n\r\n", message.len()).into_bytes();
    framed.extend_from_slice(message);
    framed
}

/// What was read, for the transport.
pub(crate) struct Messages {
    receiver: mpsc::Receiver<Vec<u8>>,
    current: Vec<u8>,
    read: usize,
}

impl AsyncRead for Messages {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        into: &mut ReadBuf<'_>,
    ) -> Poll<std::io::Result<()>> {
        if self.read == self.current.len() {
            match self.receiver.poll_recv(cx) {
                Poll::Pending => return Poll::Pending,
                Poll::Ready(None) => return Poll::Ready(Ok(())),
                Poll::Ready(Some(message)) => (self.current, self.read) = (message, 0),
            }
        }
        let part = (self.current.len() - self.read).min(into.remaining());
        into.put_slice(&self.current[self.read..self.read + part]);
        self.read += part;
        Poll::Ready(Ok(()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(bytes: &[u8]) -> Vec<String> {
        let mut input = BufReader::new(bytes);
        let messages = std::iter::from_fn(|| next(&mut input));
        messages
            .map(|message| String::from_utf8(message).unwrap())
            .collect()
    }

    fn message(text: &str) -> String {
        format!("Content-Length: {}\r\n\r\n{text}", text.len())
    }

    #[test]
    fn what_is_no_message_does_not_end_the_conversation() {
        let good = r#"{"jsonrpc":"2.0","method":"exit"}"#;
        let input = [
            message("{").as_str(),
            &message("[1]"),
            "rubbish\r\n\r\n",
            "Content-Length: many\r\n\r\n",
            &message(good),
        ]
        .concat();
        let found = all(input.as_bytes());
        assert_eq!(found.len(), 5, "{found:?}");
        assert!(found[..4].iter().all(|text| text.contains(UNREADABLE)));
        assert_eq!(found[4], good);
    }

    #[test]
    fn other_headers_and_an_end_in_the_middle_are_taken() {
        let good = r#"{"jsonrpc":"2.0","id":1,"result":null}"#;
        let text = format!(
            "content-type: application/json\r\nCONTENT-LENGTH: {}\r\n\r\n{good}",
            good.len()
        );
        assert_eq!(all(text.as_bytes()), [good]);
        assert!(all(&text.as_bytes()[..text.len() - 1]).is_empty());
    }
}

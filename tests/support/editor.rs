//! A client of the real language server, over pipes: it sends what it is told and keeps what it hears. It never answers what the
//! server asks, so that every test shows that the server does not wait for it.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

/// Far more than anything takes, also on a busy machine.
const LIMIT: Duration = Duration::from_secs(240);

/// A running server, and the client's side of the conversation.
pub(crate) struct Editor {
    pub(crate) child: Child,
    stdin: Option<ChildStdin>,
    heard: Receiver<Value>,
    next: i64,
    answers: BTreeMap<i64, Value>,
    /// What the server told or asked, in order.
    pub(crate) told: Vec<Value>,
    /// What the server said that it can.
    pub(crate) capabilities: Value,
}

impl Editor {
    /// Starts the binary; nothing is said yet.
    pub(crate) fn start(binary: &Path) -> Self {
        let mut child = Command::new(binary)
            .arg("lsp")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::inherit())
            .spawn()
            .expect("the binary starts");
        let stdin = child.stdin.take();
        let stdout = child.stdout.take().expect("a pipe");
        let (sender, heard) = channel();
        std::thread::spawn(move || {
            let mut stdout = BufReader::new(stdout);
            while let Some(message) = read(&mut stdout) {
                if sender.send(message).is_err() {
                    break;
                }
            }
        });
        Self {
            child,
            stdin,
            heard,
            next: 0,
            answers: BTreeMap::new(),
            told: Vec::new(),
            capabilities: Value::Null,
        }
    }

    /// Starts the binary and opens a folder, as a client with these abilities.
    pub(crate) fn open(binary: &Path, folder: &Path, capabilities: &Value) -> Self {
        let mut editor = Self::start(binary);
        editor.begin(folder, capabilities, std::process::id());
        editor
    }

    /// The beginning of the conversation.
    pub(crate) fn begin(&mut self, folder: &Path, capabilities: &Value, process: u32) {
        let folders = [json!({ "uri": uri(folder), "name": "folder" })];
        let answer = self.call(
            "initialize",
            json!({
                "processId": process,
                "rootUri": null,
                "workspaceFolders": folders,
                "capabilities": capabilities,
            }),
        );
        self.capabilities = answer["capabilities"].clone();
        self.tell("initialized", json!({}));
    }

    /// Sends bytes as they are.
    pub(crate) fn send_raw(&mut self, bytes: &[u8]) {
        let stdin = self.stdin.as_mut().expect("the input is open");
        stdin.write_all(bytes).expect("the server reads");
        stdin.flush().expect("the server reads");
    }

    /// A notification.
    #[expect(
        clippy::needless_pass_by_value,
        reason = "callers write it where they call, as for a request"
    )]
    pub(crate) fn tell(&mut self, method: &str, params: Value) {
        let message = json!({ "jsonrpc": "2.0", "method": method, "params": params });
        self.send_raw(&framed(&message));
    }

    /// A request; its answer is fetched later.
    pub(crate) fn ask(&mut self, method: &str, params: Value) -> i64 {
        self.next += 1;
        let mut message = json!({ "jsonrpc": "2.0", "id": self.next, "method": method });
        if !params.is_null() {
            message["params"] = params;
        }
        self.send_raw(&framed(&message));
        self.next
    }

    /// Waits for the answer to a request: the whole message.
    #[track_caller]
    pub(crate) fn answer(&mut self, id: i64) -> Value {
        let start = Instant::now();
        loop {
            if let Some(answer) = self.answers.remove(&id) {
                return answer;
            }
            let left = LIMIT.saturating_sub(start.elapsed());
            let message = self.heard.recv_timeout(left);
            self.keep(message.unwrap_or_else(|e| panic!("request {id} is not answered: {e}")));
        }
    }

    /// A request and its result.
    #[track_caller]
    pub(crate) fn call(&mut self, method: &str, params: Value) -> Value {
        let id = self.ask(method, params);
        let mut answer = self.answer(id);
        assert!(answer.get("error").is_none(), "{method}: {answer}");
        answer["result"].take()
    }

    /// Waits until something is told, or asked, that this holds for.
    #[track_caller]
    pub(crate) fn until(&mut self, what: &str, holds: impl Fn(&Value) -> bool) -> Value {
        let start = Instant::now();
        let mut looked = 0;
        loop {
            while looked < self.told.len() {
                if holds(&self.told[looked]) {
                    return self.told.remove(looked);
                }
                looked += 1;
            }
            let left = LIMIT.saturating_sub(start.elapsed());
            let message = self.heard.recv_timeout(left);
            self.keep(message.unwrap_or_else(|e| panic!("{what} is not told: {e}")));
        }
    }

    fn keep(&mut self, message: Value) {
        match (message.get("method"), message["id"].as_i64()) {
            (None, Some(id)) => {
                self.answers.insert(id, message);
            }
            _ => self.told.push(message),
        }
    }

    /// A document is shown.
    pub(crate) fn show(&mut self, uri: &str, text: &str) {
        let language = match uri.rsplit_once('.') {
            Some((_, "liquid")) => "liquid",
            Some((_, "md")) => "markdown",
            _ => "persona",
        };
        let item = json!({ "uri": uri, "languageId": language, "version": 1, "text": text });
        self.tell("textDocument/didOpen", json!({ "textDocument": item }));
    }

    /// A document is changed.
    pub(crate) fn change(&mut self, uri: &str, version: i64, changes: &Value) {
        self.tell(
            "textDocument/didChange",
            json!({
                "textDocument": { "uri": uri, "version": version },
                "contentChanges": changes,
            }),
        );
    }

    /// What is wrong in a document.
    #[track_caller]
    pub(crate) fn diagnostics(&mut self, uri: &str) -> Vec<Value> {
        let params = json!({ "textDocument": { "uri": uri } });
        let report = self.call("textDocument/diagnostic", params);
        report["items"].as_array().cloned().unwrap_or_default()
    }

    /// Says nothing more.
    pub(crate) fn close_input(&mut self) {
        self.stdin = None;
    }

    /// Ends the conversation as the protocol wants it; gives the exit code.
    #[track_caller]
    pub(crate) fn leave(mut self) -> i32 {
        self.call("shutdown", Value::Null);
        self.tell("exit", Value::Null);
        self.ended().unwrap_or(-1)
    }

    /// Waits until the process is gone; gives its exit code.
    #[track_caller]
    pub(crate) fn ended(&mut self) -> Option<i32> {
        let start = Instant::now();
        while start.elapsed() < Duration::from_secs(60) {
            if let Some(status) = self.child.try_wait().expect("the child can be waited for") {
                return status.code();
            }
            std::thread::sleep(Duration::from_millis(5));
        }
        panic!("the server stays behind");
    }
}

impl Drop for Editor {
    fn drop(&mut self) {
        // A test that failed leaves no server behind.
        self.child.kill().unwrap_or_default();
        self.child.wait().map(drop).unwrap_or_default();
    }
}

/// The address of a file or folder.
pub(crate) fn uri(path: &Path) -> String {
    format!("file://{}", path.display())
}

/// A message with its length.
pub(crate) fn framed(message: &Value) -> Vec<u8> {
    let text = message.to_string();
    format!("Content-Length: {}\r\n\r\n{text}", text.len()).into_bytes()
}

fn read(stdout: &mut impl BufRead) -> Option<Value> {
    let mut length = 0;
    loop {
        let mut line = String::new();
        if stdout.read_line(&mut line).ok()? == 0 {
            return None;
        }
        match line.trim() {
            "" => break,
            line => {
                if let Some(value) = line.strip_prefix("Content-Length: ") {
                    length = value.parse().ok()?;
                }
            }
        }
    }
    let mut bytes = vec![0; length];
    stdout.read_exact(&mut bytes).ok()?;
    serde_json::from_slice(&bytes).ok()
}

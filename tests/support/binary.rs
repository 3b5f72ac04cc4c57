//! The real binary: built once, started with a time limit that only a hang reaches.

use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;
use std::time::{Duration, Instant};

/// Far more than anything here takes, also on a busy machine.
const LIMIT: Duration = Duration::from_secs(240);

/// What a call gave.
#[derive(Debug)]
pub(crate) struct Run {
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

/// The path of `persona`, in the profile that the tests are built in; `PERSONA_BINARY` names another one.
pub(crate) fn path() -> &'static Path {
    static PATH: OnceLock<PathBuf> = OnceLock::new();
    PATH.get_or_init(|| {
        if let Some(path) = std::env::var_os("PERSONA_BINARY") {
            return path.into();
        }
        let here = std::env::current_exe().expect("the tests are a file");
        let profile = here
            .ancestors()
            .nth(2)
            .expect("tests lie in target/profile/deps");
        let mut build = Command::new(env!("CARGO"));
        build.current_dir(super::root()).args([
            "build",
            "--quiet",
            "--package",
            "persona-cli",
            "--bin",
            "persona",
            "--target-dir",
        ]);
        build.arg(profile.parent().expect("a target folder"));
        if profile.ends_with("release") {
            build.arg("--release");
        }
        assert!(
            build.status().expect("cargo runs").success(),
            "the binary is built"
        );
        profile.join(format!("persona{}", std::env::consts::EXE_SUFFIX))
    })
}

/// Calls `persona` in a folder, and waits for it.
pub(crate) fn persona(folder: &Path, arguments: &[&str]) -> Run {
    persona_reading(folder, arguments, b"")
}

/// The same with something to read on standard input.
pub(crate) fn persona_reading(folder: &Path, arguments: &[&str], input: &[u8]) -> Run {
    let mut command = Command::new(path());
    command
        .current_dir(folder)
        .args(arguments)
        .env("NO_COLOR", "1")
        .stdin(if input.is_empty() {
            Stdio::null()
        } else {
            Stdio::piped()
        })
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let mut child = command.spawn().expect("the binary starts");
    if let Some(mut pipe) = child.stdin.take() {
        let input = input.to_vec();
        // Whoever does not read it has a reason that the test looks at.
        std::thread::spawn(move || pipe.write_all(&input).unwrap_or_default());
    }
    let collect = |mut pipe: Box<dyn Read + Send>| {
        std::thread::spawn(move || {
            let mut bytes = Vec::new();
            pipe.read_to_end(&mut bytes).expect("output is read");
            String::from_utf8(bytes).expect("output is UTF-8")
        })
    };
    let stdout = collect(Box::new(child.stdout.take().expect("a pipe")));
    let stderr = collect(Box::new(child.stderr.take().expect("a pipe")));
    let start = Instant::now();
    let status = loop {
        if let Some(status) = child.try_wait().expect("the child can be waited for") {
            break status;
        }
        if start.elapsed() > LIMIT {
            child.kill().expect("the child can be ended");
            panic!("persona {} hangs", arguments.join(" "));
        }
        std::thread::sleep(Duration::from_millis(5));
    };
    let (stdout, stderr) = (stdout.join().expect("read"), stderr.join().expect("read"));
    Run {
        code: status.code().unwrap_or(-1),
        stdout,
        stderr,
    }
}

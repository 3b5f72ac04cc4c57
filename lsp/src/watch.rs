//! Notices that the client's process is gone: an editor that was killed closes nothing on some systems, and nobody may stay
//! behind. Without a way to ask the system, the end of standard input has to do.

use std::time::Duration;

/// How often is looked.
const EVERY: Duration = Duration::from_secs(2);

/// Calls `gone` once the process of this id is not there any more. A process that is not there from the start lives somewhere
/// else (in another container), and is not watched.
pub(crate) fn process(id: u32, gone: impl FnOnce() + Send + 'static) {
    if !is_there(id) {
        return;
    }
    let watcher = std::thread::Builder::new().name("persona-watch".to_owned());
    let watching = watcher.spawn(move || {
        while is_there(id) {
            std::thread::sleep(EVERY);
        }
        gone();
    });
    // Where no thread can be started, the end of input is what ends the server.
    drop(watching);
}

/// Whether a process runs. One that has ended and that nobody has asked about yet does not.
#[cfg(target_os = "linux")]
fn is_there(id: u32) -> bool {
    let Ok(stat) = std::fs::read_to_string(format!("/proc/{id}/stat")) else {
        return false;
    };
    // The state stands behind the name, which is in parentheses and may hold any character.
    let state = stat.rsplit_once(") ").map(|(_, rest)| rest.chars().next());
    !matches!(state, Some(Some('Z' | 'X')))
}

#[cfg(all(unix, not(target_os = "linux")))]
fn is_there(id: u32) -> bool {
    let asked = std::process::Command::new("kill")
        .args(["-0", &id.to_string()])
        .stderr(std::process::Stdio::null())
        .status();
    asked.is_ok_and(|status| status.success())
}

#[cfg(not(unix))]
fn is_there(_: u32) -> bool {
    false
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn a_process_that_ends_is_noticed() {
        let mut child = std::process::Command::new("sleep")
            .arg("60")
            .spawn()
            .unwrap();
        assert!(is_there(child.id()));
        let (sender, receiver) = std::sync::mpsc::channel();
        process(child.id(), move || sender.send(()).unwrap());
        child.kill().unwrap();
        child.wait().unwrap();
        assert!(receiver.recv_timeout(Duration::from_secs(30)).is_ok());
    }

    #[test]
    fn a_process_from_elsewhere_is_not_watched() {
        let (sender, receiver) = std::sync::mpsc::channel::<()>();
        process(u32::MAX, move || sender.send(()).unwrap());
        assert!(receiver.recv_timeout(Duration::from_millis(50)).is_err());
    }
}

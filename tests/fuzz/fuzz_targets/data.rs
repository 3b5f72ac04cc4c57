//! Fuzzes `back::data`: the first byte chooses the format, the others are the file.

#![no_main]

use std::path::PathBuf;
use std::sync::LazyLock;

#[path = "../back.rs"]
#[expect(dead_code, reason = "each program runs one of the targets")]
mod back;

/// A folder of this process's own, in memory where the system has such a place.
static FOLDER: LazyLock<PathBuf> = LazyLock::new(|| {
    let memory = PathBuf::from("/dev/shm");
    let above = if memory.is_dir() {
        memory
    } else {
        std::env::temp_dir()
    };
    let folder = above.join(format!("persona-fuzz-{}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("a folder can be made");
    folder
});

// The readers catch panics of the decoders they use, and say that the file is damaged. The fuzzer's own hook would end the process at
// each; without it, only what nobody catches does.
libfuzzer_sys::fuzz_target!(
    init: std::panic::set_hook(Box::new(|_| {})),
    |bytes: &[u8]| back::data(bytes, &FOLDER)
);

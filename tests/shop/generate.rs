//! Writes the data of `examples/shop`, or a larger world of the same kind:
//!
//! ```text
//! cargo run --release -p persona-tests --example generate_shop -- examples/shop/data
//! cargo run --release -p persona-tests --example generate_shop -- FOLDER CUSTOMERS ACTIVITY_IN_PERCENT
//! ```

mod catalog;
mod people;
#[path = "../support/rng.rs"]
mod rng;
mod world;
mod write;

use std::path::Path;
use std::process::ExitCode;

use world::{Scale, World};
use write::{Content, files, parquet};

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let number = |index: usize, default: u32| {
        arguments
            .get(index)
            .map_or(Some(default), |text| text.parse().ok())
    };
    let (Some(folder), Some(customers), Some(activity)) =
        (arguments.first(), number(1, 4_000), number(2, 100))
    else {
        return usage();
    };
    match generate(
        Path::new(folder),
        Scale {
            customers,
            activity: u64::from(activity),
        },
    ) {
        Ok(()) => ExitCode::SUCCESS,
        Err(_) => ExitCode::FAILURE,
    }
}

#[expect(clippy::print_stderr, reason = "a command's usage")]
fn usage() -> ExitCode {
    eprintln!("usage: generate_shop FOLDER [CUSTOMERS [ACTIVITY_IN_PERCENT]]");
    ExitCode::from(2)
}

fn generate(folder: &Path, scale: Scale) -> std::io::Result<()> {
    std::fs::create_dir_all(folder)?;
    for (name, content) in files(&World::new(scale)) {
        let bytes = match content {
            Content::Text(text) => text.into_bytes(),
            Content::Rows(rows) => parquet(&rows),
        };
        std::fs::write(folder.join(name), bytes)?;
    }
    Ok(())
}

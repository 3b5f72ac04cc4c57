//! How long loading and writing take, beside limits of the same run: decoding alone of the same Parquet columns, and
//! counting the line feeds of the same text. Prints; asserts nothing about time.
//!
//! ```text
//! cargo bench -p persona-io --bench loading -- --rows 10000000 --threads 2 --rounds 5 --only parquet,members
//! ```
//! `--folder` names a folder for the files, which then stay there; files of the same number of rows are not made again.
//! Making them happens in a process of its own, so that its memory is not counted.
#![expect(
    clippy::print_stdout,
    reason = "a benchmark reports to whoever runs it"
)]

mod data;
mod limits;

use std::error::Error;
use std::path::{Path, PathBuf};
use std::time::Instant;

use arrow_buffer::BooleanBuffer;
use persona_io::{LoadOptions, Loaded, NoProgress, load, write_members_with};
use persona_ir::Plan;
use persona_runtime::{Answer, Answers, Calibration};

/// As in the program that people run.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// What the command line says.
struct Args {
    rows: u64,
    threads: usize,
    rounds: usize,
    only: Vec<String>,
    folder: Option<PathBuf>,
    make: bool,
}

impl Args {
    fn parse() -> Result<Self, Box<dyn Error>> {
        let mut args = Self {
            rows: 200_000,
            threads: 2,
            rounds: 3,
            only: Vec::new(),
            folder: None,
            make: false,
        };
        let mut words = std::env::args().skip(1);
        while let Some(word) = words.next() {
            let mut value = || words.next().ok_or(format!("`{word}` wants a value"));
            match word.as_str() {
                "--rows" => args.rows = value()?.parse()?,
                "--threads" => args.threads = value()?.parse()?,
                "--rounds" => args.rounds = value()?.parse()?,
                "--only" => args.only = value()?.split(',').map(str::to_owned).collect(),
                "--folder" => args.folder = Some(value()?.into()),
                "--make" => args.make = true,
                // What the harness adds.
                _ => {}
            }
        }
        Ok(args)
    }

    fn wants(&self, what: &str) -> bool {
        self.only.is_empty() || self.only.iter().any(|only| what.starts_with(only.as_str()))
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    let args = Args::parse()?;
    let kept = args.folder.clone();
    let folder = kept.clone().unwrap_or_else(|| {
        std::env::temp_dir().join(format!("persona-loading-{}", std::process::id()))
    });
    if args.make {
        return data::make(args.rows, &folder, &args.only);
    }
    std::fs::create_dir_all(&folder)?;
    let mut make = std::process::Command::new(std::env::current_exe()?);
    make.args(["--make", "--rows", &args.rows.to_string(), "--folder"])
        .arg(&folder);
    if !args.only.is_empty() {
        make.args(["--only", &args.only.join(",")]);
    }
    if !make.status()?.success() {
        return Err("the files could not be made".into());
    }
    println!(
        "{} rows, {} threads, best of {} rounds; wall milliseconds",
        args.rows, args.threads, args.rounds
    );
    for source in data::SOURCES {
        if args.wants(source.name) {
            measure(&args, &folder, source)?;
        }
    }
    if args.wants("members") {
        members(&args, &folder)?;
    }
    println!("at most {} MiB resident", peak_mebibytes());
    if kept.is_none() {
        std::fs::remove_dir_all(&folder)?;
    }
    Ok(())
}

/// The least of several rounds: wall milliseconds, and those that all threads computed (other work on the machine
/// lengthens the former).
fn best<T>(
    rounds: usize,
    mut run: impl FnMut() -> Result<T, Box<dyn Error>>,
) -> Result<(f64, f64), Box<dyn Error>> {
    let (mut wall, mut cpu) = (f64::MAX, f64::MAX);
    for _ in 0..rounds.max(1) {
        let (started, before) = (Instant::now(), computed());
        let result = run()?;
        wall = wall.min(started.elapsed().as_secs_f64() * 1000.0);
        cpu = cpu.min(computed() - before);
        drop(result);
    }
    Ok((wall, cpu))
}

/// How many milliseconds this process computed so far, where the system tells: to a hundredth of a second.
fn computed() -> f64 {
    const TICK: f64 = 10.0;
    let text = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    // Behind the program's name, which may hold spaces.
    let fields = text.rsplit_once(')').map_or("", |(_, rest)| rest);
    let ticks = fields.split_whitespace().skip(11).take(2);
    TICK * ticks
        .filter_map(|ticks| ticks.parse::<f64>().ok())
        .sum::<f64>()
}

fn measure(args: &Args, folder: &Path, source: &data::Source) -> Result<(), Box<dyn Error>> {
    let plan = plan(source)?;
    let path = folder.join(source.file(args.rows));
    let (limit, limit_cpu) = best(args.rounds, || match source.name {
        name if name.ends_with("parquet") => limits::decode(&path, args.threads),
        _ => limits::line_feeds(&path),
    })?;
    let (loading, loading_cpu) = best(args.rounds, || {
        load_all(args, &plan, folder, !source.events)
    })?;
    let size = std::fs::metadata(&path)?.len();
    #[expect(clippy::cast_precision_loss, reason = "sizes and counts are shown")]
    let (megabytes, rows) = (size as f64 / 1e6, args.rows as f64);
    println!(
        "{:<16} {megabytes:>7.0} MB  limit {limit:>6.0} (cpu {limit_cpu:>6.0})  load {loading:>6.0} (cpu {loading_cpu:>6.0})  \
         {:>5.2} x limit (cpu {:>5.2})  {:>5.0} MB/s  {:>4.0} ns/row",
        source.name,
        loading / limit,
        loading_cpu / limit_cpu,
        megabytes / loading * 1000.0,
        loading * 1e6 / rows
    );
    Ok(())
}

fn plan(source: &data::Source) -> Result<Plan, Box<dyn Error>> {
    persona_ir::text::parse(&source.plan()).map_err(|error| format!("{error:?}").into())
}

fn load_all(
    args: &Args,
    plan: &Plan,
    folder: &Path,
    all_columns: bool,
) -> Result<Loaded, Box<dyn Error>> {
    let options = LoadOptions {
        threads: args.threads,
        all_columns,
        ..LoadOptions::default()
    };
    // The files carry the number of rows in their names.
    let mut plan = plan.clone();
    for source in &mut plan.sources {
        source.path = source.path.replace("{ROWS}", &args.rows.to_string()).into();
    }
    let loaded = load(&plan, folder, &options, &NoProgress).map_err(|error| error.to_string())?;
    let report = &loaded.report.sources[0];
    if report.rows_used != args.rows {
        return Err(format!("{} rows of {} were used", report.rows_used, args.rows).into());
    }
    Ok(loaded)
}

/// Writes a hundred segments of everyone in each format.
fn members(args: &Args, folder: &Path) -> Result<(), Box<dyn Error>> {
    const SEGMENTS: usize = 100;
    let source = &data::SOURCES[0];
    let mut text = source.plan();
    text += "%0: Bool = const true\n";
    for segment in 0..SEGMENTS {
        text += &format!("segment s{segment} = %0\n  explain 0 atom @0:1..2 %0\n");
    }
    let plan = persona_ir::text::parse(&text).map_err(|error| format!("{error:?}"))?;
    let data = load_all(args, &plan, folder, true)?.dataset;
    let bits = |segment: usize| {
        BooleanBuffer::collect_bool(data.profiles, |row| {
            ((row * 2_654_435_761) >> 7) % (segment + 2) == 0
        })
    };
    let answers = Answers {
        columns: (0..SEGMENTS)
            .map(|segment| Answer::Members(bits(segment)))
            .collect(),
        strings: data.strings.clone(),
        calibration: std::sync::Arc::new(Calibration {
            now: 0,
            ranks: persona_base::IndexVec::new(),
        }),
    };
    for ending in ["parquet", "csv", "ndjson"] {
        let path = folder.join(format!("members.{ending}"));
        if !args.wants(&format!("members-{ending}"))
            && !args.only.iter().any(|only| only == "members")
            && !args.only.is_empty()
        {
            continue;
        }
        let (written, cpu) = best(args.rounds, || {
            write_members_with(&path, &plan, &data, &answers, args.threads)
                .map_err(|error| error.to_string().into())
        })?;
        println!(
            "members-{ending:<8} {written:>10.0} (cpu {cpu:>6.0})  {} MB",
            std::fs::metadata(&path)?.len() / 1_000_000
        );
        std::fs::remove_file(&path)?;
    }
    Ok(())
}

/// The most memory this process had resident so far, where the system tells.
fn peak_mebibytes() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with("VmHWM:"));
    let kibibytes = line
        .and_then(|line| line.split_whitespace().nth(1))
        .and_then(|text| text.parse::<u64>().ok());
    kibibytes.unwrap_or(0) / 1024
}

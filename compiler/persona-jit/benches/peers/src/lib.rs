//! The engine behind C functions, for the harness that times other engines in one process with it: open a package and read its
//! data, answer everything, give an answer about each profile, or run the package from its files to a members file. Must not be used for anything else: a
//! wrong pointer is the caller's mistake and is not noticed.
#![allow(unsafe_code, reason = "a C interface takes pointers")]

use std::ffi::{CStr, c_char};
use std::path::{Path, PathBuf};

use persona::{Compiled, Engine as Way, Package, Program, Progress, RunOptions as Run, Stage};
use persona_io::{LoadOptions, NoProgress};
use persona_jit::{Compiled as Code, Room, RunOptions};
use persona_runtime::{Answer, Dataset, Evaluation, Total, Totals, Values};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// A package with its data and its machine code.
pub struct Engine {
    program: Box<Program>,
    data: Option<Dataset>,
    code: Option<Code>,
    evaluation: Evaluation,
    room: Room,
}

struct Silent;

impl Progress for Silent {
    fn stage(&self, _: Stage<'_>) {}
}

fn text<'a>(pointer: *const c_char) -> Option<&'a str> {
    if pointer.is_null() {
        return None;
    }
    // SAFETY: the harness gives texts that end with a zero and live as long as the call.
    unsafe { CStr::from_ptr(pointer) }.to_str().ok()
}

fn program(folder: &Path) -> Result<Box<Program>, String> {
    let package = Package::open(Some(folder)).map_err(|error| error.to_string())?;
    match package.compile().map_err(|error| error.to_string())? {
        Compiled::Program(program, _) => Ok(program),
        Compiled::Broken(report) => Err(format!("{:#?}", report.diagnostics.first())),
    }
}

fn open(folder: &str, now: i64, threads: usize, read: bool) -> Result<Engine, String> {
    let folder = PathBuf::from(folder);
    let program = program(&folder)?;
    let (mut data, mut code) = (None, None);
    if read {
        let options = LoadOptions {
            now: Some(now),
            threads,
            ..LoadOptions::default()
        };
        let loaded = persona_io::load(program.plan(), &folder, &options, &NoProgress)
            .map_err(|error| error.to_string())?;
        data = Some(loaded.dataset);
        code = Some(Code::new(program.plan()).map_err(|error| error.to_string())?);
    }
    let evaluation = Evaluation {
        now,
        calibration: None,
    };
    Ok(Engine {
        program,
        data,
        code,
        evaluation,
        room: Room::default(),
    })
}

/// From now on memory that is free again is kept for the next run, as a program that answers again and again would keep it. Given back,
/// it is cleared anew in each run; on a virtual machine whose host takes back what is free, that can take longer than the run.
fn keep_memory() {
    /// `mi_option_purge_delay`, which the crate has no name for: after how many milliseconds memory is given back.
    const PURGE_DELAY: libmimalloc_sys::mi_option_t = 15;
    const NEVER: std::ffi::c_long = -1;
    // SAFETY: options may be set at any time, from any thread.
    unsafe { libmimalloc_sys::mi_option_set(PURGE_DELAY, NEVER) };
}

/// Opens the package in a folder, as of `now` (microseconds); with `read`, also reads its data and makes its machine code. Without, it
/// is there to be run from its files over and over, and keeps its memory.
/// Null where that fails; the reason is printed.
#[unsafe(no_mangle)]
pub extern "C" fn persona_open(
    folder: *const c_char,
    now: i64,
    threads: u32,
    read: u32,
) -> *mut Engine {
    let folder = text(folder).unwrap_or_default();
    if read == 0 {
        keep_memory();
    }
    match open(folder, now, threads as usize, read != 0) {
        Ok(engine) => Box::into_raw(Box::new(engine)),
        Err(error) => {
            eprintln!("{error}");
            std::ptr::null_mut()
        }
    }
}

/// What `persona_run` makes beside counts: nothing, …
const COUNTS: u32 = 0;
/// … members in new memory, or, with any other number, members in memory that was used before.
const MEMBERS: u32 = 1;

fn totals(engine: &Engine, threads: u32, makes: u32) -> Option<Totals> {
    let (data, code) = (engine.data.as_ref()?, engine.code.as_ref()?);
    let options = RunOptions::with_threads(threads as usize);
    let answers = match makes {
        COUNTS => return Some(code.count_with(data, &engine.evaluation, &options)),
        MEMBERS => code.run_with(data, &engine.evaluation, &options),
        _ => code.run_in(data, &engine.evaluation, &options, &engine.room),
    };
    Some(answers.totals(engine.program.plan()))
}

/// Answers everything for everybody. `counts` has room for one number for each answer: members of a segment, known values of a trait.
/// `makes` says whether members are made: 0 not, 1 in new memory, 2 in memory that was used before. Gives how many numbers there are.
#[unsafe(no_mangle)]
pub extern "C" fn persona_run(
    engine: *const Engine,
    threads: u32,
    makes: u32,
    counts: *mut u64,
) -> u64 {
    // SAFETY: the harness gives what `persona_open` returned.
    let engine = unsafe { &*engine };
    let Some(totals) = totals(engine, threads, makes) else {
        return 0;
    };
    for (index, total) in totals.columns.iter().enumerate() {
        let count = match total {
            Total::Members(members) => *members,
            Total::Stages(stages) => stages.iter().sum(),
            Total::Values(column) => {
                let missing = column.valid.as_ref().map_or(0, |valid| valid.null_count());
                (column.len() - missing) as u64
            }
        };
        // SAFETY: the harness gives room for all answers.
        unsafe { *counts.add(index) = count };
    }
    totals.columns.len() as u64
}

/// The answer about each profile: a member 1, others 0; the whole number of a trait, `i64::MIN` where it is missing. `answer` counts
/// as in `persona_run`; `values` has room for one number for each profile. Gives how many profiles there are; 0 where there is no
/// such answer, or one of another type.
#[unsafe(no_mangle)]
pub extern "C" fn persona_values(
    engine: *const Engine,
    threads: u32,
    answer: u32,
    values: *mut i64,
) -> u64 {
    // SAFETY: as in `persona_run`.
    let engine = unsafe { &*engine };
    let answers = engine.data.as_ref().zip(engine.code.as_ref());
    let answers = answers.map(|(data, code)| {
        let options = RunOptions::with_threads(threads as usize);
        code.run_with(data, &engine.evaluation, &options)
    });
    let numbers: Option<Vec<i64>> =
        answers.and_then(|answers| match answers.columns.get(answer as usize)? {
            Answer::Members(members) => Some(members.iter().map(i64::from).collect()),
            Answer::Values(column) => match &column.values {
                Values::Int(numbers) => {
                    let number = |row| match column.is_known(row) {
                        true => numbers.get(row),
                        false => i64::MIN,
                    };
                    Some((0..column.len()).map(number).collect())
                }
                _ => None,
            },
        });
    let numbers = numbers.unwrap_or_default();
    // SAFETY: the harness gives room for all profiles, which is none of the engine's memory.
    unsafe { std::ptr::copy_nonoverlapping(numbers.as_ptr(), values, numbers.len()) };
    numbers.len() as u64
}

/// Runs the package from its files, and writes the members file if a path is given. Counts as `persona_run`, segments only.
#[unsafe(no_mangle)]
pub extern "C" fn persona_files(
    engine: *const Engine,
    threads: u32,
    members: *const c_char,
    counts: *mut u64,
) -> u64 {
    // SAFETY: as in `persona_run`.
    let engine = unsafe { &*engine };
    let options = Run {
        engine: Way::Batch,
        threads: Some(threads as usize),
        members: text(members).map(PathBuf::from),
        now: Some("2026-09-21T14:13:20Z".to_owned()),
        ..Run::default()
    };
    let result = match engine.program.run(&options, &Silent) {
        Ok(result) => result,
        Err(error) => {
            eprintln!("{error}");
            return 0;
        }
    };
    for (index, segment) in result.segments.iter().enumerate() {
        // SAFETY: as in `persona_run`.
        unsafe { *counts.add(index) = segment.count as u64 };
    }
    result.segments.len() as u64
}

/// Ends an engine.
#[unsafe(no_mangle)]
pub extern "C" fn persona_close(engine: *mut Engine) {
    if !engine.is_null() {
        // SAFETY: the harness gives what `persona_open` returned, once.
        drop(unsafe { Box::from_raw(engine) });
    }
}

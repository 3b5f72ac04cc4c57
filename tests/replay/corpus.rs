//! Keeps what the fuzzers found as one file for each target, a text in each line, and gives it back to them as the
//! folder of files that they want, together with the programs of the suite. It runs nothing.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::{env, fs, io};

use arrow_array::{
    ArrayRef, BooleanArray, Date32Array, Decimal128Array, Float64Array, Int64Array, RecordBatch,
    StringArray, TimestampMicrosecondArray,
};

mod mutate;

fn main() -> io::Result<()> {
    let args: Vec<String> = env::args().skip(1).collect();
    match args.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["unpack", packed, folder] => unpack(Path::new(packed), Path::new(folder)),
        ["seed", suite, folder] => seed(Path::new(suite), Path::new(folder)),
        ["mutate", folder, count] => {
            mutate(Path::new(folder), count.parse().map_err(io::Error::other)?)
        }
        ["seed-data", folder] => seed_data(Path::new(folder)),
        ["seed-files", from, ending, folder] => {
            seed_files(Path::new(from), ending, Path::new(folder))
        }
        ["pack", folder, packed, limit] => {
            let limit = limit.parse().map_err(io::Error::other)?;
            pack(Path::new(folder), Path::new(packed), limit)
        }
        _ => Err(io::Error::other(
            "unpack FILE FOLDER, seed SUITE FOLDER, seed-data FOLDER, seed-files FOLDER ENDING FOLDER, mutate FOLDER COUNT, or pack FOLDER FILE BYTES",
        )),
    }
}

/// A line of the corpus: a text, or, where it is none, an array of bytes.
fn line(bytes: Vec<u8>) -> io::Result<String> {
    Ok(match String::from_utf8(bytes) {
        Ok(text) => serde_json::to_string(&text)?,
        Err(error) => serde_json::to_string(error.as_bytes())?,
    })
}

fn kept(line: &str) -> io::Result<Vec<u8>> {
    if line.starts_with('[') {
        return Ok(serde_json::from_str(line)?);
    }
    let text: String = serde_json::from_str(line)?;
    Ok(text.into_bytes())
}

/// Writes changed copies of the files of a folder beside them, for a corpus that begins with few.
fn mutate(folder: &Path, count: usize) -> io::Result<()> {
    let paths: BTreeSet<PathBuf> = fs::read_dir(folder)?
        .map(|entry| Ok(entry?.path()))
        .collect::<io::Result<_>>()?;
    let seeds = paths.iter().map(fs::read).collect::<io::Result<Vec<_>>>()?;
    let mut dice = mutate::Dice::new(1);
    for number in 0..count {
        let mutant = mutate::mutant(&seeds, &mut dice);
        fs::write(folder.join(format!("mutant-{number:05}")), mutant)?;
    }
    Ok(())
}

/// Copies the files of a folder whose names have this ending.
fn seed_files(from: &Path, ending: &str, folder: &Path) -> io::Result<()> {
    fs::create_dir_all(folder)?;
    for entry in fs::read_dir(from)? {
        let path = entry?.path();
        if path.extension().is_some_and(|found| found == ending) {
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            fs::copy(&path, folder.join(format!("seed-{name}")))?;
        }
    }
    Ok(())
}

/// Writes small files of every format that data may have, behind the byte that chooses it.
fn seed_data(folder: &Path) -> io::Result<()> {
    fs::create_dir_all(folder)?;
    let csv = "id,at,n,f,e,day,m,tags,b\na,2026-01-01T10:00Z,3,1.5,gold,2026-01-31,12.50,\"[\"\"x\"\"]\",q\nb,2026-01-02,skip,,,,,,\n";
    let json = r#"{"id":"a","at":"2026-01-01T10:00:00Z","n":3,"f":1.5,"e":"gold","day":"2026-01-31","m":"12.50","tags":["x"],"items":[{"a":1,"b":"x"}],"home":{"lat":1,"lon":2},"w":"1h","ok":true}"#;
    let batch = batch().map_err(io::Error::other)?;
    let mut parquet = Vec::new();
    let mut writer = parquet::arrow::ArrowWriter::try_new(&mut parquet, batch.schema(), None)?;
    writer.write(&batch)?;
    writer.close()?;
    let mut file = Vec::new();
    let mut stream = Vec::new();
    let mut writer = arrow_ipc::writer::FileWriter::try_new(&mut file, &batch.schema())
        .map_err(io::Error::other)?;
    writer
        .write(&batch)
        .and_then(|()| writer.finish())
        .map_err(io::Error::other)?;
    let mut writer = arrow_ipc::writer::StreamWriter::try_new(&mut stream, &batch.schema())
        .map_err(io::Error::other)?;
    writer
        .write(&batch)
        .and_then(|()| writer.finish())
        .map_err(io::Error::other)?;
    let seeds: [(u8, &[u8]); 5] = [
        (0, csv.as_bytes()),
        (1, json.as_bytes()),
        (2, &parquet),
        (3, &file),
        (3, &stream),
    ];
    for (number, (format, bytes)) in seeds.into_iter().enumerate() {
        let whole = [&[format], bytes].concat();
        fs::write(folder.join(format!("seed-{number}")), whole)?;
    }
    Ok(())
}

/// One row of each kind of column that the fuzzed sources read.
fn batch() -> Result<RecordBatch, arrow_schema::ArrowError> {
    let texts =
        |values: [Option<&str>; 3]| Arc::new(StringArray::from(values.to_vec())) as ArrayRef;
    let at = TimestampMicrosecondArray::from(vec![Some(1_767_225_600_000_000), None, Some(0)]);
    let money =
        Decimal128Array::from(vec![Some(1250), None, Some(-1)]).with_precision_and_scale(18, 2)?;
    RecordBatch::try_from_iter([
        ("id", texts([Some("a"), Some("b"), None])),
        ("at", Arc::new(at.with_timezone("UTC")) as ArrayRef),
        (
            "n",
            Arc::new(Int64Array::from(vec![Some(3), None, Some(i64::MAX)])) as ArrayRef,
        ),
        (
            "f",
            Arc::new(Float64Array::from(vec![Some(1.5), Some(f64::NAN), None])) as ArrayRef,
        ),
        ("e", texts([Some("gold"), Some("bronze"), Some("none")])),
        (
            "day",
            Arc::new(Date32Array::from(vec![Some(20_000), None, Some(i32::MAX)])) as ArrayRef,
        ),
        ("m", Arc::new(money) as ArrayRef),
        (
            "ok",
            Arc::new(BooleanArray::from(vec![Some(true), None, Some(false)])) as ArrayRef,
        ),
    ])
}

fn unpack(packed: &Path, folder: &Path) -> io::Result<()> {
    fs::create_dir_all(folder)?;
    let lines = match fs::read_to_string(packed) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        lines => lines?,
    };
    for (number, line) in lines.lines().enumerate() {
        fs::write(folder.join(format!("kept-{number:05}")), kept(line)?)?;
    }
    Ok(())
}

/// Writes every program of the suite's cases.
fn seed(suite: &Path, folder: &Path) -> io::Result<()> {
    fs::create_dir_all(folder)?;
    let mut number = 0;
    for file in markdown(suite)? {
        let text = fs::read_to_string(file)?;
        for block in text.split("```persona").skip(1) {
            let body = block.split_once('\n').map_or("", |(_, body)| body);
            let program = body.split("```").next().unwrap_or("");
            fs::write(folder.join(format!("suite-{number:05}")), program)?;
            number += 1;
        }
    }
    Ok(())
}

fn markdown(folder: &Path) -> io::Result<BTreeSet<PathBuf>> {
    let mut found = BTreeSet::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            found.extend(markdown(&path)?);
        } else if path.extension().is_some_and(|ending| ending == "md") {
            found.insert(path);
        }
    }
    Ok(found)
}

/// Keeps the texts, the short ones first, as many as fit into `limit` bytes.
fn pack(folder: &Path, packed: &Path, limit: usize) -> io::Result<()> {
    let mut texts = BTreeMap::new();
    for entry in fs::read_dir(folder)? {
        let bytes = fs::read(entry?.path())?;
        texts.insert((bytes.len(), bytes), ());
    }
    let mut out = String::new();
    for (_, bytes) in texts.into_keys() {
        let line = line(bytes)?;
        if out.len() + line.len() + 1 > limit {
            break;
        }
        out.push_str(&line);
        out.push('\n');
    }
    fs::write(packed, out)
}

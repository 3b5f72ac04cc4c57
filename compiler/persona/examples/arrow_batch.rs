//! Record batches in, record batches out: nothing touches a disk. `cargo run -p persona --example arrow_batch`

use std::error::Error;
use std::io::Write;
use std::sync::Arc;

use persona::arrow::{
    ArrayRef, Decimal128Array, RecordBatch, StringArray, TimestampMicrosecondArray,
};
use persona::{Compiled, Package, RunOptions, Tables};

const RULES: &str = r#"
    profile Customer { id: String @key, country: String? }
    event Order { total: Money<EUR> }

    segment locals { when country in ["DE", "AT", "CH"] }
    trait spent: Money<EUR> = sum(Order.total in last 30d)
    partition habit {
      never when count(Order) == 0
      once when count(Order) == 1
      otherwise often
    }
"#;

const DAY: i64 = 86_400_000_000;
/// 2026-01-31T10:00:00Z.
const NOW: i64 = 1_769_853_600_000_000;

fn main() -> Result<(), Box<dyn Error>> {
    run(&mut std::io::stdout())
}

pub(crate) fn run(out: &mut dyn Write) -> Result<(), Box<dyn Error>> {
    let package = Package::from_memory("shop", None, [("main.persona", RULES)], ".".as_ref());
    let Compiled::Program(program, _) = package.compile()? else {
        return Err("the rules are wrong".into());
    };

    // The program is compiled once. Over each batch it is a handle of its own; threads may have several at a time.
    let tables = Tables::new().profiles(people()?).events("Order", orders()?);
    let program = program.over(&tables)?;
    let options = RunOptions {
        now: Some("2026-01-31T10:00Z".to_owned()),
        ..RunOptions::default()
    };
    let members = program.run_arrow(&options, &())?;
    for batch in &members.batches {
        for (field, column) in batch.schema().fields().iter().zip(batch.columns()) {
            let (name, ty) = (field.name(), field.data_type());
            writeln!(out, "{name}: {ty}, {} rows", column.len())?;
        }
    }
    let result = &members.result;
    for segment in &result.segments {
        let (name, members) = (&segment.name, segment.count);
        writeln!(out, "{name}: {members} of {}", result.profiles)?;
    }
    for reason in &result.reasons {
        writeln!(
            out,
            "{}: {} ({})",
            reason.action, reason.text, reason.example
        )?;
    }

    // The same handle says why.
    let (why, _) = program.why("habit.often", "ada", &options, &())?;
    writeln!(out, "ada is in habit.often: {}", why.answer.text)?;
    Ok(())
}

fn texts(values: &[Option<&str>]) -> ArrayRef {
    Arc::new(StringArray::from(values.to_vec()))
}

fn people() -> Result<RecordBatch, Box<dyn Error>> {
    let columns = [
        ("id", texts(&[Some("ada"), Some("bob"), Some("cleo"), None])),
        ("country", texts(&[Some("AT"), None, Some("FR"), None])),
    ];
    Ok(RecordBatch::try_from_iter(columns)?)
}

fn orders() -> Result<RecordBatch, Box<dyn Error>> {
    let at = TimestampMicrosecondArray::from(vec![NOW - DAY, NOW - 2 * DAY, NOW - 40 * DAY]);
    let totals = Decimal128Array::from(vec![1250, 4990, 70]).with_precision_and_scale(18, 2)?;
    let columns = [
        // Whose event it is: the column called as the profile's key, or `profile`.
        ("profile", texts(&[Some("ada"), Some("ada"), Some("bob")])),
        ("at", Arc::new(at.with_timezone("UTC")) as ArrayRef),
        ("total", Arc::new(totals) as ArrayRef),
    ];
    Ok(RecordBatch::try_from_iter(columns)?)
}

//! Why somebody reads this variant of a content: in plain words, and as JSON.

use persona::{ArmWhy, ContentWhy, Part, PartKind, Seat};
use serde_json::{Value, json};

use super::human::{part_rows, place};
use super::json;
use crate::columns::{Align, Cell, Style, cut, lay_out, titled};
use crate::run;
use crate::term::Paint;

/// The longest reason that a headline says.
const REASON: usize = 72;

// ---- plain words ----

/// The explanation as text.
pub(super) fn text(why: &ContentWhy, paint: Paint) -> String {
    let read = &why.read;
    let mut text = format!("{}\n", headline(why, paint));
    let about = format!("at {}; times are in {}", run::when(&read.now), read.zone);
    text.push_str(&format!("{}\n\n", paint.dim(about)));
    let mut rows = Vec::new();
    for step in &read.why {
        let mark = if step.holds { '✓' } else { '✗' };
        let what = match (&step.variant, &step.part) {
            (Some(name), Some(_)) => format!("variant {name} when"),
            (Some(name), None) => format!("variant {name}: no variant before it holds"),
            (None, _) => "skip when".to_owned(),
        };
        rows.push(vec![Cell::styled(format!("{mark} {what}"), Style::Mark)]);
        if let Some(part) = &step.part {
            part_rows(part, 1, &mut rows);
        }
    }
    text.push_str(&lay_out(&rows, &[Align::Left, Align::Left], paint));
    if let Some(language) = &why.language {
        text.push_str(&format!("\n{} {language}\n", paint.bold("Language:")));
    }
    if !why.arms.is_empty() {
        text.push_str(&format!("\n{}\n", paint.bold("Experiments")));
        let mut rows = Vec::new();
        why.arms.iter().for_each(|arm| arm_rows(arm, &mut rows));
        text.push_str(&lay_out(&rows, &[Align::Left, Align::Left], paint));
    }
    let call = format!("persona render {} --profile {}", read.content, read.key);
    text.push_str(&format!(
        "\n{}\n",
        paint.dim(format!("What is read: {call}"))
    ));
    text
}

fn headline(why: &ContentWhy, paint: Paint) -> String {
    let read = &why.read;
    let (key, name) = (paint.bold(&read.key), paint.bold(&read.content));
    let title = titled(read.title.as_deref());
    if let Some(reason) = &read.skipped {
        let nothing = paint.red("nothing of");
        return format!("{key} reads {nothing} {name}{title}: {reason}");
    }
    let chosen = read.why.last();
    let variant = chosen.and_then(|step| step.variant.as_deref());
    let because = match chosen.and_then(|step| step.part.as_ref()) {
        Some(part) => format!("because {}", reason(part)),
        None => match read.why.len() {
            1 => "which is for everybody".to_owned(),
            _ => "because nothing before it holds".to_owned(),
        },
    };
    let variant = paint.green(variant.unwrap_or_default());
    format!("{key} reads variant {variant} of {name}{title}, {because}")
}

/// `discount > 0% (discount = 10%)`
fn reason(part: &Part) -> String {
    let text = cut(&part.text, REASON);
    if part.kind != PartKind::Condition {
        return text;
    }
    let operands = part.parts.iter().filter_map(|operand| {
        let value = operand.value.as_ref()?;
        Some(format!("{} = {}", operand.text, value.text))
    });
    let operands: Vec<String> = operands.collect();
    match operands.is_empty() {
        true => text,
        false => format!("{text} ({})", cut(&operands.join(", "), REASON)),
    }
}

fn arm_rows(arm: &ArmWhy, rows: &mut Vec<Vec<Cell>>) {
    rows.push(vec![
        Cell::styled(
            format!("· {}: {}", arm.experiment, arm.seat.words()),
            Style::Mark,
        ),
        Cell::place(place(&arm.location)),
    ]);
    if arm.about && arm.seat == Seat::Holdout {
        rows.push(vec![Cell::styled(
            "    whoever is in its holdout is sent nothing of it, but by transactional channels",
            Style::Cyan,
        )]);
    }
    for (seat, there) in &arm.elsewhere {
        let there = match there {
            Ok(variant) => format!("variant {variant}"),
            Err(reason) => format!("nothing: {reason}"),
        };
        let place = match seat {
            Seat::Arm(name) => format!("in arm {name}"),
            Seat::Holdout | Seat::Outside => "in its holdout".to_owned(),
        };
        rows.push(vec![Cell::styled(
            format!("    {place} it would be {there}"),
            Style::Cyan,
        )]);
    }
    if arm.elsewhere.is_empty() && !arm.about {
        rows.push(vec![Cell::styled(
            "    it is asked, and no other arm would change what is read",
            Style::Cyan,
        )]);
    }
}

// ---- JSON ----

/// The object.
pub(super) fn object(why: &ContentWhy) -> Value {
    let read = &why.read;
    let chosen = read.why.last().filter(|step| step.holds);
    let variant = chosen.and_then(|step| step.variant.as_deref());
    let locale = read
        .variants
        .iter()
        .find(|of| Some(of.index) == read.chosen)
        .and_then(|of| of.locale.as_deref());
    json!({
        "format": 1,
        "kind": "content",
        "name": &*read.content,
        "title": read.title.as_deref(),
        "profile": read.key,
        "now": run::now(&read.now),
        "zone": read.zone,
        "variant": variant.filter(|_| read.skipped.is_none()),
        "skipped": read.skipped.as_deref(),
        "language": read.language,
        "locale": locale,
        "why": read.why.iter().map(|step| json!({
            "variant": step.variant.as_deref(),
            "holds": step.holds,
            "explanation": step.part.as_ref().map(json::part),
        })).collect::<Vec<_>>(),
        "experiments": why.arms.iter().map(arm).collect::<Vec<_>>(),
    })
}

fn arm(arm: &ArmWhy) -> Value {
    let elsewhere = arm.elsewhere.iter().map(|(place, there)| {
        let mut object = seat(place);
        let (variant, skipped) = match there {
            Ok(variant) => (Some(&**variant), None),
            Err(reason) => (None, Some(&**reason)),
        };
        object.insert("variant".to_owned(), variant.into());
        object.insert("skipped".to_owned(), skipped.into());
        Value::Object(object)
    });
    let mut object = seat(&arm.seat);
    object.insert("experiment".to_owned(), (&*arm.experiment).into());
    object.insert("about".to_owned(), arm.about.into());
    object.insert("elsewhere".to_owned(), elsewhere.collect::<Vec<_>>().into());
    Value::Object(object)
}

/// `{"place": "arm", "arm": "personal"}`
pub(super) fn seat(seat: &Seat) -> serde_json::Map<String, Value> {
    let (place, arm) = match seat {
        Seat::Arm(arm) => ("arm", Some(&**arm)),
        Seat::Holdout => ("holdout", None),
        Seat::Outside => ("outside", None),
    };
    let fields = [("place", place.into()), ("arm", arm.into())];
    fields
        .into_iter()
        .map(|(name, value)| (name.to_owned(), value))
        .collect()
}

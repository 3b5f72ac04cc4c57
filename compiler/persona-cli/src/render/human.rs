//! What one person reads, in plain words: the slots of the variant, then how it was found.

use persona::{RenderResult, RenderedVariant, SlotText};

use crate::columns::{Align, Cell, Style, lay_out, titled};
use crate::run;
use crate::term::Paint;
use crate::why::human::part_rows;

/// The result as text.
pub(super) fn text(result: &RenderResult, paint: Paint) -> String {
    let mut text = format!("{}\n", headline(result, paint));
    let mut about = format!(
        "at {}; times are in {}",
        run::when(&result.now),
        result.zone
    );
    if let Some(language) = &result.language {
        about.push_str(&format!("; the profile reads {language}"));
    }
    text.push_str(&format!("{}\n", paint.dim(about)));
    for variant in &result.variants {
        text.push('\n');
        text.push_str(&slots(result, variant, paint));
    }
    text.push_str(&format!("\n{}\n", paint.bold("Why")));
    text.push_str(&lay_out(&why(result), &[Align::Left, Align::Left], paint));
    text
}

fn headline(result: &RenderResult, paint: Paint) -> String {
    let (key, name) = (paint.bold(&result.key), paint.bold(&result.content));
    let title = titled(result.title.as_deref());
    match (&result.skipped, result.chosen) {
        (Some(reason), _) => format!(
            "{key} reads {} {name}{title}: {reason}",
            paint.red("nothing of")
        ),
        (None, Some(chosen)) => {
            let found = result
                .variants
                .iter()
                .find(|variant| variant.index == chosen);
            let variant = found.map_or("", |variant| &*variant.name);
            format!(
                "{key} reads {name}{title}, variant {}",
                paint.green(variant)
            )
        }
        (None, None) => format!("{key} reads {} {name}{title}", paint.red("nothing of")),
    }
}

fn slots(result: &RenderResult, variant: &RenderedVariant, paint: Paint) -> String {
    let mut head = paint.bold(&variant.name);
    if let Some(locale) = &variant.locale {
        head.push_str(&format!(" ({locale})"));
    }
    if result.chosen == Some(variant.index) && result.variants.len() > 1 {
        head.push_str(&format!(" {}", paint.green("← what is read")));
    }
    let mut text = format!("{head}\n");
    if let Some(reason) = &variant.skipped {
        text.push_str(&format!("  gives the message up: {reason}\n"));
    }
    let width = variant.slots.iter().map(|slot| slot.name.chars().count());
    let width = width.max().unwrap_or(0);
    for slot in &variant.slots {
        let shown = match &slot.text {
            SlotText::Empty => paint.dim("(empty)").to_string(),
            SlotText::Plain(text) | SlotText::Html(text) => text.clone(),
        };
        let mut lines = shown.lines();
        let first = lines.next().unwrap_or_default();
        let name = format!("{:width$}", slot.name);
        text.push_str(&format!("  {}  {first}\n", paint.cyan(name)));
        for line in lines {
            text.push_str(&format!("  {:width$}  {line}\n", ""));
        }
    }
    text
}

fn why(result: &RenderResult) -> Vec<Vec<Cell>> {
    let mut rows = Vec::new();
    for step in &result.why {
        let mark = if step.holds { '✓' } else { '✗' };
        let what = match &step.variant {
            Some(name) => format!("variant {name}"),
            None => "skip".to_owned(),
        };
        rows.push(vec![
            Cell::styled(format!("{mark} {what}"), Style::Mark),
            Cell::styled(String::new(), Style::Dim),
        ]);
        if let Some(part) = &step.part {
            part_rows(part, 1, &mut rows);
        }
    }
    rows
}

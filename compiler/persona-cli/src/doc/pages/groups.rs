//! Groups of people and what is computed of them: segments in plain words with their sizes, partitions as bars, traits with what
//! their values look like.

use persona::{PartitionResult, SegmentResult, TraitResult, TraitValues};
use persona_sema::ItemKind as Kind;

use super::head;
use crate::columns::{grouped, percent};
use crate::doc::html::{View, bar, id, section};
use crate::doc::markdown;
use crate::doc::model::Detail;
use crate::markup::escaped;

pub(super) fn segment<'m>(view: View<'m>, index: usize) -> Option<&'m SegmentResult> {
    let run = view.model.known.run.as_ref()?;
    let decl = view.decl(index);
    run.segments.iter().find(|one| one.name == decl.name)
}

fn partition<'m>(view: View<'m>, index: usize) -> Option<&'m PartitionResult> {
    let run = view.model.known.run.as_ref()?;
    let decl = view.decl(index);
    run.partitions.iter().find(|one| one.name == decl.name)
}

fn values_of<'m>(view: View<'m>, index: usize) -> Option<&'m TraitResult> {
    let run = view.model.known.run.as_ref()?;
    let decl = view.decl(index);
    run.traits.iter().find(|one| one.name == decl.name)
}

/// The page of segments and partitions.
pub(super) fn segments(view: View<'_>) -> Option<String> {
    let segments = view.model.of_kinds(&[Kind::Segment]);
    let partitions = view.model.of_kinds(&[Kind::Partition]);
    let never = view.model.of_kinds(&[Kind::Exclusive]);
    if segments.len() + partitions.len() + never.len() == 0 {
        return None;
    }
    let mut html = head(
        "Segments",
        "Groups of people, as the rules say, in plain words. Who is in one may be in others.",
    );
    let cards: String = segments.iter().map(|index| card(view, *index)).collect();
    if !cards.is_empty() {
        html.push_str(&format!("<ul class=\"cards\">\n{cards}</ul>\n"));
    }
    for index in partitions {
        let decl = view.decl(index);
        let link = format!(
            "<p>Everybody is at exactly one stage. <a href=\"{}\">What the stages of <code>{}</code> mean</a></p>",
            view.href(index),
            escaped(&decl.name)
        );
        let body = format!("{}{link}", stack(view, index));
        html.push_str(&section(
            &format!("partition-{}", id(&decl.name)),
            decl.heading(),
            &body,
        ));
    }
    if !never.is_empty() {
        let items = never.iter().map(|index| {
            let decl = view.decl(*index);
            format!(
                "<li><a href=\"{}\">Nobody is in two of these</a>: {}</li>",
                view.href(*index),
                view.chips(&decl.uses)
            )
        });
        let body = format!("<ul class=\"never\">{}</ul>", items.collect::<String>());
        html.push_str(&section("never", "Never both", &body));
    }
    Some(html)
}

/// A segment in a list.
fn card(view: View<'_>, index: usize) -> String {
    let decl = view.decl(index);
    let gist = match &decl.detail {
        Detail::Segment {
            condition: Some(condition),
            ..
        } => view.gist(condition),
        _ => String::new(),
    };
    let size = segment(view, index).map_or_else(String::new, |found| bar(found.count, found.share));
    let doc = decl.doc.as_deref().map(markdown::gist);
    let doc = doc.map_or_else(String::new, |doc| {
        format!("<p class=\"doc\">{}</p>", escaped(&doc))
    });
    format!(
        "<li class=\"card\"><h2><a href=\"{}\">{}</a></h2><p class=\"name\"><code>{}</code></p>{doc}<p class=\"gist\">{gist}</p>\
         <p class=\"size\">{size}</p></li>\n",
        view.href(index),
        escaped(decl.heading()),
        escaped(&decl.name),
    )
}

/// A partition's stages as one bar, and its legend with figures.
pub(super) fn stack(view: View<'_>, index: usize) -> String {
    let decl = view.decl(index);
    let Detail::Partition { stages } = &decl.detail else {
        return String::new();
    };
    let found = partition(view, index);
    let mut bar = String::new();
    let mut legend = String::new();
    for (place, stage) in stages.iter().enumerate() {
        let title = stage.title.as_deref().unwrap_or(&stage.name);
        let tone = place % 8;
        let counted = found.and_then(|found| found.stages.get(place));
        let figures = counted.map_or_else(String::new, |one| {
            bar.push_str(&format!(
                "<span class=\"s{tone}\" style=\"flex-grow:{:.5}\" title=\"{}: {}\"></span>",
                one.share,
                escaped(title),
                percent(one.share)
            ));
            format!(
                "<b>{}</b> <span>{}</span>",
                grouped(one.count),
                percent(one.share)
            )
        });
        legend.push_str(&format!(
            "<li><i class=\"s{tone}\"></i><a href=\"{}#{}\">{}</a> <span class=\"figure\">{figures}</span></li>\n",
            view.href(index),
            id(&format!("v-{}", stage.name)),
            escaped(title)
        ));
    }
    let bar = match bar.is_empty() {
        true => String::new(),
        false => format!("<div class=\"stack\" aria-hidden=\"true\">{bar}</div>"),
    };
    format!("{bar}<ol class=\"legend\">\n{legend}</ol>\n")
}

/// The page of traits, functions and constants.
pub(super) fn values(view: View<'_>) -> Option<String> {
    let groups = [
        (
            Kind::Trait,
            "traits",
            "Traits",
            "What is known of each person, computed from who they are and what they did.",
        ),
        (
            Kind::Fn,
            "functions",
            "Functions",
            "Helpers that other rules call.",
        ),
        (Kind::Const, "constants", "Constants", "Values with a name."),
    ];
    let mut html = head("Traits", "Values that rules compute and share.");
    let mut any = false;
    for (kind, name, heading, lead) in groups {
        let found = view.model.of_kinds(&[kind]);
        if found.is_empty() {
            continue;
        }
        any = true;
        let items: String = found.iter().map(|index| value(view, *index)).collect();
        let body = format!("<p>{lead}</p>\n<ul class=\"rows\">\n{items}</ul>");
        html.push_str(&section(name, heading, &body));
    }
    any.then_some(html)
}

fn value(view: View<'_>, index: usize) -> String {
    let decl = view.decl(index);
    let Detail::Value { ty, value, .. } = &decl.detail else {
        return String::new();
    };
    let doc = decl.doc.as_deref().map(markdown::gist).unwrap_or_default();
    let doc = match doc.is_empty() {
        true => String::new(),
        false => format!("<p>{}</p>", escaped(&doc)),
    };
    format!(
        "<li><h3><a href=\"{}\"><code>{}</code></a> <span class=\"type\">{}</span></h3>{doc}<p class=\"gist\"><code>{}</code></p>{}</li>\n",
        view.href(index),
        escaped(&decl.name),
        escaped(ty),
        escaped(value),
        distribution(view, index)
    )
}

/// What a trait's values look like, unless they could tell something personal.
pub(super) fn distribution(view: View<'_>, index: usize) -> String {
    let Some(found) = values_of(view, index) else {
        return String::new();
    };
    let known = format!(
        "<p class=\"size\"><span class=\"what\">known</span>{}</p>",
        bar(found.known, found.share)
    );
    let decl = view.decl(index);
    if !decl.personal.is_empty() {
        let fields: Vec<String> = decl
            .personal
            .iter()
            .map(|name| format!("`{name}`"))
            .collect();
        return format!(
            "{known}<p class=\"note\">Its values are not shown: they rest on personal data ({}).</p>",
            view.words(&fields.join(", "))
        );
    }
    let values = match &found.values {
        TraitValues::Range(range) => format!(
            "{}<dl class=\"range\"><div><dt>least</dt><dd>{}</dd></div><div><dt>median</dt><dd>{}</dd></div>\
             <div><dt>greatest</dt><dd>{}</dd></div></dl>",
            histogram(&range.cells, found.known),
            escaped(&range.least.text),
            escaped(&range.median.text),
            escaped(&range.greatest.text)
        ),
        TraitValues::Top(top, others) if !top.is_empty() => {
            let rows = top.iter().map(|(value, count)| {
                let share = share_of(*count, found.known);
                format!(
                    "<li><span class=\"what\">{}</span>{}</li>",
                    escaped(&value.text),
                    bar(*count, share)
                )
            });
            let rows: String = rows.collect();
            let more = match others {
                0 => String::new(),
                1 => "<li><span class=\"what\">1 other value</span></li>".to_owned(),
                some => format!(
                    "<li><span class=\"what\">{} other values</span></li>",
                    grouped(*some)
                ),
            };
            format!("<ul class=\"bars\">{rows}{more}</ul>")
        }
        TraitValues::Top(..) | TraitValues::Nothing => String::new(),
    };
    format!("{known}{values}")
}

/// How many values lie where, from the least to the greatest, as columns; nothing where all are one.
fn histogram(cells: &[usize], known: usize) -> String {
    let tallest = cells.iter().copied().max().unwrap_or(0);
    if tallest == 0 {
        return String::new();
    }
    let columns = cells.iter().map(|count| {
        let height = (share_of(*count, tallest) * 100.0).max(if *count > 0 { 2.0 } else { 0.0 });
        let title = percent(share_of(*count, known));
        format!("<i style=\"height:{height:.1}%\" title=\"{title}\"></i>")
    });
    format!(
        "<div class=\"histogram\" role=\"img\" aria-label=\"Where the values lie, from the least at the left to the greatest at the right; \
         the tallest of {} columns has {}\">{}</div>",
        cells.len(),
        percent(share_of(tallest, known)),
        columns.collect::<String>()
    )
}

fn share_of(count: usize, of: usize) -> f64 {
    match of {
        0 => 0.0,
        of => count as f64 / of as f64,
    }
}

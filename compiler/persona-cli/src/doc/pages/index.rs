//! The first page: what the package is, in figures, and its largest segments.

use persona_sema::ItemKind as Kind;

use crate::columns::{counted, grouped, percent};
use crate::doc::html::{View, bar, moment, section};
use crate::markup::escaped;

/// So many segments are shown.
const LARGEST: usize = 10;

pub(super) fn body(view: View<'_>) -> Option<String> {
    let model = view.model;
    let mut html = format!(
        "<div class=\"head\"><p class=\"package\">package</p><h1>{}</h1>\n<p class=\"lead\">{}</p></div>\n<div class=\"tiles\">{}</div>\n",
        escaped(&model.name),
        escaped(&lead(view)),
        tiles(view)
    );
    html.push_str(&largest(view));
    html.push_str(&stages(view));
    html.push_str(&section("settings", "Settings", &settings(view)));
    Some(html)
}

fn lead(view: View<'_>) -> String {
    let model = view.model;
    let count = |kinds: &[Kind], one, many| {
        let own = model.of_kinds(kinds).into_iter();
        let own = own.filter(|index| view.decl(*index).module.is_none());
        match own.count() {
            0 => None,
            some => Some(counted(some, one, many)),
        }
    };
    let parts: Vec<String> = [
        count(&[Kind::Segment], "segment", "segments"),
        count(&[Kind::Partition], "partition", "partitions"),
        count(&[Kind::Trait], "trait", "traits"),
        count(&[Kind::Trigger], "trigger", "triggers"),
        count(&[Kind::Content], "message", "messages"),
        count(&[Kind::Experiment], "experiment", "experiments"),
        count(&[Kind::Event], "kind of event", "kinds of events"),
    ]
    .into_iter()
    .flatten()
    .collect();
    match parts.split_last() {
        None => "Nothing is declared yet.".to_owned(),
        Some((last, [])) => format!("{last}."),
        Some((last, first)) => format!("{} and {last}.", first.join(", ")),
    }
}

fn tile(href: &str, figure: &str, what: &str, class: &str) -> String {
    format!(
        "<a class=\"tile {class}\" href=\"{href}\"><strong>{figure}</strong><span>{what}</span></a>"
    )
}

fn tiles(view: View<'_>) -> String {
    let known = &view.model.known;
    let mut tiles = String::new();
    if let Some(run) = &known.run {
        tiles.push_str(&tile(
            "data.html",
            &grouped(run.profiles),
            if run.profiles == 1 {
                "person in the data"
            } else {
                "people in the data"
            },
            "",
        ));
        let read: usize = run.sources.iter().map(|source| source.read).sum();
        let what = format!("set aside of {}", counted(read, "row", "rows"));
        let class = if run.rejected > 0 { "warn" } else { "good" };
        tiles.push_str(&tile("data.html", &grouped(run.rejected), &what, class));
    }
    let all = view.model.tests.len();
    if all > 0 {
        let failed = view.model.tests.iter().filter(|test| test.failed > 0);
        let (class, figure, what) = match failed.count() {
            0 => (
                "good",
                grouped(all),
                if all == 1 {
                    "test passes"
                } else {
                    "tests pass"
                }
                .to_owned(),
            ),
            failed => (
                "bad",
                grouped(failed),
                format!("of {} fail", counted(all, "test", "tests")),
            ),
        };
        tiles.push_str(&tile("tests.html", &figure, &what, class));
    }
    tiles.push_str(&tile(
        "map.html",
        &grouped(view.model.decls.len()),
        "declarations, and what rests on what",
        "",
    ));
    tiles
}

fn largest(view: View<'_>) -> String {
    let Some(run) = &view.model.known.run else {
        return String::new();
    };
    let mut segments: Vec<_> = run.segments.iter().collect();
    segments.sort_by(|a, b| b.count.cmp(&a.count).then_with(|| a.name.cmp(&b.name)));
    let rows = segments.iter().take(LARGEST).map(|segment| {
        let name = match view.model.named(&segment.name) {
            Some(index) => format!(
                "<a href=\"{}\">{}</a>",
                view.href(index),
                escaped(segment.title.as_deref().unwrap_or(&segment.name))
            ),
            None => escaped(&segment.name),
        };
        format!(
            "<li><span class=\"what\">{name}</span>{}</li>\n",
            bar(segment.count, segment.share)
        )
    });
    let rows: String = rows.collect();
    if rows.is_empty() {
        return String::new();
    }
    let body = format!(
        "<ul class=\"bars\">{rows}</ul>\n<p><a href=\"segments.html\">All segments, in plain words</a></p>"
    );
    section("largest", "The largest segments", &body)
}

fn stages(view: View<'_>) -> String {
    let Some(run) = &view.model.known.run else {
        return String::new();
    };
    run.partitions
        .iter()
        .filter_map(|partition| {
            let index = view.model.named(&partition.name)?;
            let title = view.decl(index).heading();
            let body = super::groups::stack(view, index);
            let id = format!("partition-{}", crate::doc::html::id(&partition.name));
            Some(section(&id, title, &body))
        })
        .collect()
}

fn settings(view: View<'_>) -> String {
    let model = view.model;
    let mut rows = format!(
        "<dt>Time zone</dt><dd>{}</dd><dt>Weeks begin on</dt><dd>{}</dd>",
        escaped(&model.zone),
        model.week_start
    );
    if model.holdout > 0.0 {
        rows.push_str(&format!(
            "<dt>Global control group</dt><dd>{} of all people get no messages</dd>",
            percent(model.holdout)
        ));
    }
    if let Some(run) = &model.known.run {
        rows.push_str(&format!(
            "<dt>Figures are of</dt><dd>{}</dd>",
            escaped(&moment(&run.now))
        ));
    }
    format!("<dl class=\"facts\">{rows}</dl>")
}

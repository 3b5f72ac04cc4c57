//! What happens with people: triggers as diagrams, experiments with their arms, channels with their hours and limits, purposes.

use persona_sema::ItemKind as Kind;

use super::declaration::share_cell;
use super::head;
use crate::doc::html::{View, id, section, table};
use crate::doc::markdown;
use crate::doc::model::{Condition, Detail, Flow, Step, StepKind};
use crate::doc::picture;
use crate::markup::escaped;

/// The page of triggers.
pub(super) fn triggers(view: View<'_>) -> Option<String> {
    let lead = "What happens when: each starts, waits, sends, and may stop at any time.";
    list(view, &[Kind::Trigger], "Triggers", lead)
}

/// The page of experiments.
pub(super) fn experiments(view: View<'_>) -> Option<String> {
    let lead = "Who reads which variant by chance, and what is counted.";
    list(view, &[Kind::Experiment], "Experiments", lead)
}

/// The page of channels and purposes.
pub(super) fn channels(view: View<'_>) -> Option<String> {
    let lead = "How people are reached and for what: with whose consent, when, and how often.";
    list(view, &[Kind::Channel, Kind::Purpose], "Channels", lead)
}

/// A page with all declarations of some kinds, each with what it is.
fn list(view: View<'_>, kinds: &[Kind], title: &str, lead: &str) -> Option<String> {
    let found = view.model.of_kinds(kinds);
    if found.is_empty() {
        return None;
    }
    let mut html = head(title, lead);
    for index in found {
        let decl = view.decl(index);
        let doc = decl.doc.as_deref().map_or_else(String::new, markdown::html);
        let place = id(&decl.slug);
        html.push_str(&format!(
            "<section id=\"{place}\" aria-labelledby=\"{place}-h\">\n<h2 id=\"{place}-h\"><a href=\"{}\">{}</a> <code>{}</code></h2>\n{doc}{}\n</section>\n",
            view.href(index),
            escaped(decl.heading()),
            escaped(&decl.name),
            inner(view, index)
        ));
    }
    Some(html)
}

/// What the page of one such declaration shows.
pub(super) fn detail(view: View<'_>, index: usize) -> String {
    let heading = match view.decl(index).kind {
        Kind::Trigger => "What happens",
        Kind::Experiment => "Arms and goals",
        _ => "Who is reached, and when",
    };
    section("what", heading, &inner(view, index))
}

fn inner(view: View<'_>, index: usize) -> String {
    let decl = view.decl(index);
    match &decl.detail {
        Detail::Trigger(flow) => format!(
            "<div class=\"beside\">{}<div>{}{}</div></div>",
            picture::flow::figure(view, &decl.name, flow),
            facts(view, flow),
            steps_in_words(view, flow)
        ),
        Detail::Experiment {
            holdout,
            arms,
            goals,
            layer,
        } => {
            let about: Vec<usize> = decl
                .uses
                .iter()
                .copied()
                .filter(|index| matches!(view.decl(*index).kind, Kind::Trigger | Kind::Content))
                .collect();
            // On the page of all experiments the names of arms could stand twice.
            let mark = match view.root.is_empty() {
                true => format!("{}-v", decl.slug),
                false => "v".to_owned(),
            };
            let mut rows: String = arms
                .iter()
                .map(|arm| {
                    format!(
                        "<tr id=\"{}\"><th scope=\"row\"><code>{}</code></th>{}</tr>\n",
                        id(&format!("{mark}-{}", arm.name)),
                        escaped(&arm.name),
                        share_cell(arm.share)
                    )
                })
                .collect();
            if *holdout > 0.0 {
                rows.push_str(&format!(
                    "<tr><th scope=\"row\">held out</th>{}</tr>\n",
                    share_cell(*holdout)
                ));
            }
            let mut facts = String::new();
            if !about.is_empty() {
                facts.push_str(&format!("<dt>About</dt><dd>{}</dd>", view.chips(&about)));
            }
            for goal in goals {
                facts.push_str(&format!("<dt>Goal</dt><dd>{}</dd>", view.words(goal)));
            }
            if let Some(layer) = layer {
                facts.push_str(&format!(
                    "<dt>Layer</dt><dd><code>{}</code>: nobody is in two experiments of it</dd>",
                    escaped(layer)
                ));
            }
            format!(
                "{}<dl class=\"facts\">{facts}</dl>",
                table("Arms", &["Arm", "Share"], &rows)
            )
        }
        Detail::Purpose { requires } => requires.as_ref().map_or_else(String::new, |condition| {
            view.condition("May be written to: everybody", condition)
        }),
        Detail::Channel { .. } => channel(view, &decl.detail),
        _ => String::new(),
    }
}

fn facts(view: View<'_>, flow: &Flow) -> String {
    let mut facts = format!("<dt>Starts</dt><dd>{}</dd>", view.words(&flow.start));
    let mut add = |what: &str, said: String| {
        facts.push_str(&format!("<dt>{what}</dt><dd>{said}</dd>"));
    };
    if let Some(condition) = &flow.condition {
        add("Only if", view.gist(condition));
    }
    add("May enter", escaped(&flow.enter));
    add(
        "Starts again",
        format!("while it runs, a start {}", flow.again),
    );
    if let Some(per) = &flow.per {
        add("One run for each", format!("<code>{}</code>", escaped(per)));
    }
    for stop in &flow.stops {
        add("Stops", view.words(stop));
    }
    if flow.priority != 0 {
        add("Priority", flow.priority.to_string());
    }
    format!("<dl class=\"facts\">{facts}</dl>")
}

fn steps_in_words(view: View<'_>, flow: &Flow) -> String {
    if flow.steps.is_empty() {
        return String::new();
    }
    format!(
        "<details class=\"steps\" open><summary>Step by step</summary>{}</details>",
        steps(view, &flow.steps)
    )
}

fn steps(view: View<'_>, all: &[Step]) -> String {
    let items = all.iter().map(|step| match &step.kind {
        StepKind::Branch(branches) => {
            let branches = branches.iter().map(|(when, steps)| {
                let what = match steps.is_empty() {
                    true => "go on".to_owned(),
                    false => self::steps(view, steps),
                };
                let when = match when.as_str() {
                    "otherwise" => "Otherwise".to_owned(),
                    when => format!("If {}", view.words(when)),
                };
                format!("<li>{when}: {what}</li>")
            });
            format!(
                "<li>It depends:<ul>{}</ul></li>\n",
                branches.collect::<String>()
            )
        }
        StepKind::Send { .. }
        | StepKind::Wait
        | StepKind::Emit
        | StepKind::Set
        | StepKind::Stop => format!("<li>{}</li>\n", view.deeds(&step.text)),
    });
    format!("<ol>\n{}</ol>", items.collect::<String>())
}

fn channel(view: View<'_>, detail: &Detail) -> String {
    let Detail::Channel {
        to,
        requires,
        quiet,
        limits,
        defers,
        skips,
        transactional,
    } = detail
    else {
        return String::new();
    };
    let mut facts = format!("<dt>Address</dt><dd><code>{}</code></dd>", escaped(to));
    let mut add = |what: &str, said: String| {
        facts.push_str(&format!("<dt>{what}</dt><dd>{said}</dd>"));
    };
    add(
        "Requires",
        requires
            .as_ref()
            .map_or_else(|| "nothing".to_owned(), |condition| view.gist(condition)),
    );
    for quiet in quiet {
        let whom = whom(view, quiet.condition.as_ref());
        add(
            "Quiet",
            format!("{} to {}, local time{whom}", quiet.from, quiet.to),
        );
    }
    for limit in limits {
        let across = match limit.across.is_empty() {
            true => String::new(),
            false => {
                let names: Vec<String> = limit.across.iter().map(|name| view.any(name)).collect();
                format!(", counted together with {}", names.join(", "))
            }
        };
        add("Limit", format!("{}{across}", escaped(&limit.rate)));
    }
    if !limits.is_empty() {
        let then = match defers {
            true => "the message waits for room",
            false => "the message is given up",
        };
        add("When it is full", then.to_owned());
    }
    for (condition, reason) in skips {
        add(
            "Gives up",
            format!("{}, because “{}”", view.gist(condition), escaped(reason)),
        );
    }
    if *transactional {
        add(
            "Transactional",
            "no quiet hours, no limits, no control group".to_owned(),
        );
    }
    format!(
        "{}<dl class=\"facts\">{facts}</dl>",
        hours(
            quiet
                .iter()
                .map(|quiet| (quiet.from.as_str(), quiet.to.as_str()))
        )
    )
}

fn whom(view: View<'_>, condition: Option<&Condition>) -> String {
    condition.map_or_else(String::new, |condition| {
        format!(", for those for whom {}", view.gist(condition))
    })
}

/// The day as a line, with the quiet hours on it.
fn hours<'q>(quiet: impl Iterator<Item = (&'q str, &'q str)>) -> String {
    let share = |clock: &str| {
        let (hours, minutes) = clock.split_once(':').unwrap_or(("0", "0"));
        let number = |text: &str| text.parse::<f64>().unwrap_or(0.0);
        (number(hours) * 60.0 + number(minutes)) / 1_440.0
    };
    let mut parts = String::new();
    let mut said: Vec<String> = Vec::new();
    for (from, to) in quiet {
        let (start, end) = (share(from), share(to));
        let spans = match start < end {
            true => vec![(start, end)],
            false => vec![(start, 1.0), (0.0, end)],
        };
        for (start, end) in spans.into_iter().filter(|(start, end)| start < end) {
            parts.push_str(&format!(
                "<i style=\"left:{:.3}%;width:{:.3}%\"></i>",
                start * 100.0,
                (end - start) * 100.0
            ));
        }
        said.push(format!("{from} to {to}"));
    }
    if said.is_empty() {
        return String::new();
    }
    format!(
        "<figure class=\"hours\"><div role=\"img\" aria-label=\"Quiet from {}\">{parts}</div>\
         <figcaption aria-hidden=\"true\"><span>0:00</span><span>6:00</span><span>12:00</span><span>18:00</span><span>24:00</span></figcaption></figure>",
        said.join(" and from ")
    )
}

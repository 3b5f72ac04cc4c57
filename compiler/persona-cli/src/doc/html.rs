//! The small parts that pages are made of: escaped text, links, words with code in them, bars, conditions as lists. All text goes
//! through [`escaped`] here, and nowhere else.

use persona::{Now, NowFrom};
use persona_ide::words::Said;
use persona_sema::ItemKind;

use super::model::{Condition, Decl, Link, Look, Model, Piece, keyword};
use crate::columns::{grouped, percent};
use crate::markup::escaped;

/// What pages are made from, and where they lie.
#[derive(Clone, Copy)]
pub(super) struct View<'m> {
    pub(super) model: &'m Model,
    /// The way to the site's folder: empty, or `../`.
    pub(super) root: &'static str,
}

impl<'m> View<'m> {
    pub(super) fn decl(&self, index: usize) -> &'m Decl {
        &self.model.decls[index]
    }

    /// Where a declaration's page is.
    pub(super) fn href(&self, index: usize) -> String {
        format!("{}{}", self.root, page_of(self.decl(index)))
    }

    /// Where a link leads: to the part, if the page has it.
    pub(super) fn link(&self, link: &Link) -> String {
        let page = self.href(link.decl);
        match &link.part {
            Some(part) if self.decl(link.decl).has_part(part) => format!("{page}#{}", id(part)),
            _ => page,
        }
    }

    /// A declaration's name, which leads to its page, with the mark of its kind.
    pub(super) fn chip(&self, index: usize) -> String {
        let decl = self.decl(index);
        format!(
            "<a class=\"chip {}\" href=\"{}\"><i>{}</i> {}</a>",
            colour(decl.kind),
            self.href(index),
            keyword(decl.kind),
            escaped(&decl.name)
        )
    }

    /// Declarations, one beside the other.
    pub(super) fn chips(&self, decls: &[usize]) -> String {
        let chips = decls
            .iter()
            .map(|index| format!("<li>{}</li>", self.chip(*index)));
        format!("<ul class=\"chips\">{}</ul>", chips.collect::<String>())
    }

    /// Words about rules, in which code stands between backticks; a name in code leads to what it names. Conditions of events and
    /// arguments name fields, which may be called like something else.
    pub(super) fn words(&self, text: &str) -> String {
        self.linked(text, is_in_rules)
    }

    /// Words about what is done: they name contents, channels and purposes, too.
    pub(super) fn deeds(&self, text: &str) -> String {
        self.linked(text, |_| true)
    }

    fn linked(&self, text: &str, names: fn(ItemKind) -> bool) -> String {
        let mut html = String::new();
        let mut before = "";
        for (place, part) in text.split('`').enumerate() {
            match place % 2 {
                0 => html.push_str(&escaped(part)),
                _ if before.ends_with("where ") || before.ends_with("with ") => {
                    html.push_str(&format!("<code>{}</code>", escaped(part)));
                }
                _ => html.push_str(&self.named(part, names)),
            }
            before = part;
        }
        html
    }

    /// Code of a rule; what begins with the name of a declaration leads there.
    pub(super) fn code(&self, text: &str) -> String {
        self.named(text, is_in_rules)
    }

    /// The name of any declaration, which leads there.
    pub(super) fn any(&self, name: &str) -> String {
        self.named(name, |_| true)
    }

    fn named(&self, text: &str, names: fn(ItemKind) -> bool) -> String {
        let is_name = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '.';
        let end = text.find(|c| !is_name(c)).unwrap_or(text.len());
        let (name, rest) = text.split_at(end);
        let known = |name: &str| {
            let index = self.model.named(name)?;
            names(self.decl(index).kind).then_some(index)
        };
        let found = known(name).map(|index| (index, None));
        let found = found.or_else(|| {
            let (of, part) = name.rsplit_once('.')?;
            let index = known(of)?;
            let part = ["v-", "f-"]
                .into_iter()
                .map(|mark| format!("{mark}{part}"))
                .find(|part| self.decl(index).has_part(part))?;
            Some((index, Some(part)))
        });
        match found {
            Some((decl, part)) => format!(
                "<code><a href=\"{}\">{}</a>{}</code>",
                self.link(&Link { decl, part }),
                escaped(name),
                escaped(rest)
            ),
            None => format!("<code>{}</code>", escaped(text)),
        }
    }

    /// A condition: a sentence, or a sentence with a list.
    pub(super) fn condition(&self, who: &str, condition: &Condition) -> String {
        match &condition.said {
            Said::Test(text, inner) => {
                let is_verb = text.starts_with("has ") || text.starts_with("is ");
                let who_that = if is_verb { "who" } else { "for whom" };
                let is_code =
                    text.starts_with('`') && text.matches('`').count() == 2 && text.ends_with('`');
                let holds = if is_code { " holds" } else { "" };
                let inner = inner.as_ref().map_or_else(String::new, |inner| {
                    format!("<ul class=\"tree\">{}</ul>", self.opened(inner))
                });
                format!(
                    "<p>{who} {who_that} {}{holds}.</p>{inner}",
                    self.words(text)
                )
            }
            said @ (Said::All(..) | Said::Any(..)) => {
                let (head, parts) = said.head();
                let parts: String = parts.iter().map(|part| self.part(part)).collect();
                format!("<p>{who} for whom {head}:</p><ul class=\"tree\">{parts}</ul>")
            }
        }
    }

    fn part(&self, said: &Said) -> String {
        match said {
            Said::Test(text, inner) => {
                let inner = inner.as_ref().map_or_else(String::new, |inner| {
                    format!("<ul class=\"tree\">{}</ul>", self.opened(inner))
                });
                format!("<li>{}{inner}</li>", self.words(text))
            }
            Said::All(..) | Said::Any(..) => {
                let (head, parts) = said.head();
                let parts: String = parts.iter().map(|part| self.part(part)).collect();
                format!("<li>{head}:<ul class=\"tree\">{parts}</ul></li>")
            }
        }
    }

    /// What something means, below it.
    fn opened(&self, said: &Said) -> String {
        match said {
            Said::All(true, parts) => parts.iter().map(|part| self.part(part)).collect(),
            _ => self.part(said),
        }
    }

    /// A condition on one line: its first sentence.
    pub(super) fn gist(&self, condition: &Condition) -> String {
        match &condition.said {
            Said::Test(text, _) => self.words(text),
            said => {
                let (_, parts) = said.head();
                let joint = match said {
                    Said::All(true, _) => " and ",
                    Said::Any(true, _) => " or ",
                    _ => return self.code(&condition.written),
                };
                let simple: Option<Vec<String>> = parts
                    .iter()
                    .map(|part| match part {
                        Said::Test(text, _) => Some(self.words(text)),
                        _ => None,
                    })
                    .collect();
                match simple.filter(|parts| parts.len() <= 3) {
                    Some(parts) => parts.join(joint),
                    None => self.code(&condition.written),
                }
            }
        }
    }

    /// A declaration's text.
    pub(super) fn source(&self, pieces: &[Piece]) -> String {
        let mut html = String::from(
            "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"Source\"><pre class=\"code\"><code>",
        );
        for piece in pieces {
            let text = escaped(&piece.text);
            let class = look(piece.look);
            let link = piece.link.as_ref().map(|link| self.link(link));
            html.push_str(&match (link, class.is_empty()) {
                (Some(to), true) => format!("<a href=\"{to}\">{text}</a>"),
                (Some(to), false) => format!("<a class=\"{class}\" href=\"{to}\">{text}</a>"),
                (None, true) => text,
                (None, false) => format!("<span class=\"{class}\">{text}</span>"),
            });
        }
        html.push_str("</code></pre></div>\n");
        html
    }
}

/// The page of a declaration, from the site's folder.
pub(super) fn page_of(decl: &Decl) -> String {
    format!("d/{}.html", decl.slug)
}

/// The identifier of a part of a page: letters, digits, and a few signs.
pub(super) fn id(part: &str) -> String {
    part.replace(
        |c: char| !c.is_ascii_alphanumeric() && !"_-.".contains(c),
        "-",
    )
}

/// Whether conditions and values can name declarations of a kind: others may be called like fields.
fn is_in_rules(kind: ItemKind) -> bool {
    !matches!(
        kind,
        ItemKind::Source
            | ItemKind::Use
            | ItemKind::Purpose
            | ItemKind::Channel
            | ItemKind::Trigger
            | ItemKind::Content
            | ItemKind::Exclusive
            | ItemKind::Test
            | ItemKind::Error
    )
}

/// The class of a kind's colour.
pub(super) fn colour(kind: ItemKind) -> &'static str {
    match kind {
        ItemKind::Profile
        | ItemKind::Event
        | ItemKind::Events
        | ItemKind::Enum
        | ItemKind::Catalog
        | ItemKind::Source
        | ItemKind::Use
        | ItemKind::Error => "k-schema",
        ItemKind::Const | ItemKind::Trait | ItemKind::Fn => "k-value",
        ItemKind::Segment | ItemKind::Partition | ItemKind::Exclusive => "k-group",
        ItemKind::Content | ItemKind::Recommend | ItemKind::Experiment => "k-text",
        ItemKind::Trigger | ItemKind::Purpose | ItemKind::Channel | ItemKind::Test => "k-action",
    }
}

fn look(look: Look) -> &'static str {
    match look {
        Look::Plain => "",
        Look::Comment => "c",
        Look::Text => "t",
        Look::Literal => "l",
        Look::Keyword => "k",
        Look::Schema => "ns",
        Look::Group => "ng",
        Look::Value => "nv",
        Look::Action => "na",
        Look::Part => "np",
    }
}

/// So many people, and which share of all: a bar with its words.
pub(super) fn bar(count: usize, share: f64) -> String {
    let width = (share.clamp(0.0, 1.0) * 100.0).max(if count > 0 { 0.6 } else { 0.0 });
    format!(
        "<span class=\"bar\"><span class=\"fill\" style=\"width:{width:.2}%\"></span></span>\
         <span class=\"figure\"><b>{}</b> <span>{}</span></span>",
        grouped(count),
        percent(share)
    )
}

/// When figures are of.
pub(super) fn moment(now: &Now) -> String {
    let why = match now.from {
        NowFrom::Given | NowFrom::Chosen => "",
        NowFrom::LatestEvent => ", the latest event in the data",
        NowFrom::Irrelevant => return "any time: no rule asks for it".to_owned(),
    };
    let text = now.text.trim_end_matches('Z').replace('T', " ");
    format!("{text} UTC{why}")
}

/// A heading with its section.
pub(super) fn section(id: &str, heading: &str, body: &str) -> String {
    format!(
        "<section id=\"{id}\" aria-labelledby=\"{id}-h\">\n<h2 id=\"{id}-h\">{}</h2>\n{body}\n</section>\n",
        escaped(heading)
    )
}

/// A table that may be wider than a phone.
pub(super) fn table(label: &str, heads: &[&str], rows: &str) -> String {
    let heads: String = heads
        .iter()
        .map(|head| format!("<th scope=\"col\">{}</th>", escaped(head)))
        .collect();
    format!(
        "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"{}\"><table class=\"plain\">\n\
         <thead><tr>{heads}</tr></thead>\n<tbody>\n{rows}</tbody>\n</table></div>\n",
        escaped(label)
    )
}

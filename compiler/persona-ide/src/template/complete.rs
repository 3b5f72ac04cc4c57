//! Completion in templates: tags, filters, variables and their fields, partials, values of enums.

use persona_base::{FileId, Span};
use persona_liquid::{FilterInfo, TagUse, Ty, filters, tags};
use persona_sema::editor::GivenKind;
use persona_sema::{Database, ItemKind};

use super::scan::{self, Spot};
use super::seen::{Seen, View, what};
use crate::complete::item::{CompletionKind, CompletionOptions, Completions};
use crate::complete::lex::{boundary, offset};
use crate::complete::offer::{Collector, Fit, Near, Offered};

/// What could be written at an offset of a template.
pub(crate) fn complete(
    db: &Database,
    file: FileId,
    at: u32,
    options: CompletionOptions,
) -> Completions {
    let view = View::new(db, file);
    let at = boundary(view.text, at as usize);
    let Some(spot) = scan::spot(view.text, at) else {
        return Completions::default();
    };
    let start = word_start(view.text, at).max(spot.name_at);
    let (start, quoted) = match open_quote(&view.text[spot.inner.min(at)..at]) {
        Some(quote) => (spot.inner + quote + 1, true),
        None => (start, false),
    };
    let end = match quoted {
        true => at,
        false => at + word_length(&view.text[at..]),
    };
    let replace = Span::new(offset(start), offset(end));
    let mut out = Collector::new(&view.text[start..at], replace, options);
    let place = Place {
        view: &view,
        spot: &spot,
        before: &view.text[spot.inner.min(start)..start],
    };
    match (quoted, spot.tag.is_empty()) {
        (true, _) => place.in_quotes(&mut out),
        (false, true) => place.tags(&mut out),
        (false, false) => place.inside(&mut out),
    }
    out.finish()
}

pub(super) fn word_start(text: &str, at: usize) -> usize {
    let bytes = text.as_bytes();
    let mut start = at;
    while start > 0 && is_word(bytes[start - 1]) {
        start -= 1;
    }
    start
}

pub(super) fn word_length(text: &str) -> usize {
    text.bytes().take_while(|byte| is_word(*byte)).count()
}

const fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-'
}

/// Where a text in quotes begins that is still open at the end.
pub(super) fn open_quote(text: &str) -> Option<usize> {
    let mut open: Option<(usize, u8)> = None;
    for (index, byte) in text.bytes().enumerate() {
        match open {
            Some((_, quote)) if quote == byte => open = None,
            Some(_) => {}
            None if matches!(byte, b'"' | b'\'') => open = Some((index, byte)),
            None => {}
        }
    }
    open.map(|(index, _)| index)
}

/// The path that ends here with its last dot: `cart.items.` of `… cart.items.`.
pub(super) fn path_before(text: &str) -> &str {
    if !text.ends_with('.') {
        return "";
    }
    let start = text
        .rfind(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.' | '[' | ']')))
        .map_or(0, |index| index + 1);
    &text[start..]
}

struct Place<'p> {
    view: &'p View<'p>,
    spot: &'p Spot<'p>,
    /// What stands in the tag before the word at the place, behind its name.
    before: &'p str,
}

impl Place<'_> {
    fn tags(&self, out: &mut Collector) {
        for (name, used) in tags() {
            let TagUse::Supported { says, .. } = used else {
                continue;
            };
            let mut offered = Offered::new(*name, CompletionKind::Tag)
                .detail(*says)
                .doc(format!("tag:{name}"));
            if !self.spot.closed && !self.spot.line {
                offered = offered.snippet(snippet(name));
            }
            out.add(offered);
        }
        let open = self.spot.open.last().copied();
        if let Some(open) = open {
            let inner: &[&str] = match open {
                "if" => &["elsif", "else"],
                "unless" | "for" => &["else"],
                "case" => &["when", "else"],
                _ => &[],
            };
            let ends = format!("end{open}");
            for name in inner.iter().copied().chain([ends.as_str()]) {
                let mut offered = Offered::new(name, CompletionKind::Tag)
                    .detail(format!("of `{open}`"))
                    .fit(Fit::Exact)
                    .near(Near::Here);
                if !self.spot.closed && !self.spot.line {
                    offered = offered.snippet(match name {
                        "elsif" | "when" => format!("{name} $0 %\\}}"),
                        _ => format!("{name} %\\}}"),
                    });
                }
                out.add(offered);
            }
        }
    }

    /// Behind a tag's name, or in an output.
    fn inside(&self, out: &mut Collector) {
        let before = self.before.trim_end();
        let path = path_before(self.before);
        if !path.is_empty() {
            return self.fields(path, out);
        }
        match self.spot.tag {
            "assign" if !before.contains('=') => return,
            "capture" | "increment" | "decrement" | "comment" | "raw" | "doc" | "#" => return,
            "for" | "tablerow" if !is_behind_in(before) => {
                if before.split_whitespace().count() == 1 {
                    self.words(&[("in", "goes through a list")], out);
                }
                return;
            }
            "render" | "include" if before.is_empty() => return,
            _ => {}
        }
        if let Some(piped) = before.strip_suffix('|') {
            return self.filters(piped, out);
        }
        if ends_value(before) {
            return self.behind_value(out);
        }
        self.variables(out);
    }

    /// What follows a value.
    fn behind_value(&self, out: &mut Collector) {
        match self.spot.tag {
            "if" | "elsif" | "unless" => self.words(
                &[
                    ("==", "the same value"),
                    ("!=", "another value"),
                    ("contains", "has it inside"),
                    ("and", "both"),
                    ("or", "at least one"),
                    (">", "more than"),
                    ("<", "less than"),
                ],
                out,
            ),
            "for" | "tablerow" => self.words(
                &[
                    ("limit:", "so many at most"),
                    ("offset:", "so many are passed over"),
                    ("reversed", "from the end"),
                ],
                out,
            ),
            "render" | "include" => {
                self.words(
                    &[("with", "binds a value"), ("for", "once for each element")],
                    out,
                );
            }
            "when" => self.words(&[("or", "or another value")], out),
            "{{" | "echo" | "assign" => self.words(&[("|", "a filter follows")], out),
            _ => {}
        }
    }

    fn words(&self, words: &[(&str, &str)], out: &mut Collector) {
        for (word, says) in words {
            out.add(
                Offered::new(*word, CompletionKind::Keyword)
                    .detail(*says)
                    .near(Near::Word),
            );
        }
    }

    fn filters(&self, piped: &str, out: &mut Collector) {
        let value = piped
            .rsplit(['=', '|', ',', ':'])
            .next()
            .unwrap_or_default();
        let is_first = !piped.contains('|');
        let ty = is_first
            .then(|| {
                self.view
                    .type_of(self.spot, value.trim().trim_start_matches("{{").trim())
            })
            .flatten();
        for filter in filters().iter().filter(|filter| filter.is_supported()) {
            out.add(
                Offered::new(filter.name, CompletionKind::Filter)
                    .detail(format!("{} → {}", filter.takes, filter.gives))
                    .doc(format!("filter:{}", filter.name))
                    .fit(filter_fit(filter, ty.as_ref())),
            );
        }
    }

    fn fields(&self, path: &str, out: &mut Collector) {
        match self.view.seen(self.spot, path) {
            Some(Seen::Fields(fields)) => {
                for field in fields {
                    out.add(
                        Offered::new(&*field.name, CompletionKind::Field)
                            .detail(field.ty.describe())
                            .near(Near::Field),
                    );
                }
            }
            Some(Seen::Steps(ty)) => {
                let steps: &[(&str, &str)] = match ty {
                    Ty::List(_) => &[
                        ("first", "the first element"),
                        ("last", "the last element"),
                        ("size", "how many there are"),
                    ],
                    _ => &[("size", "how many characters")],
                };
                for (step, says) in steps {
                    out.add(Offered::new(*step, CompletionKind::Field).detail(*says));
                }
            }
            _ => {}
        }
    }

    fn variables(&self, out: &mut Collector) {
        let Some(Seen::Variables {
            own,
            given,
            message,
            in_loop,
        }) = self.view.seen(self.spot, "")
        else {
            return;
        };
        for variable in own {
            out.add(
                Offered::new(&*variable.name, CompletionKind::Variable)
                    .detail(variable.ty.describe())
                    .fit(Fit::Exact)
                    .near(Near::Here),
            );
        }
        if in_loop {
            out.add(
                Offered::new("forloop", CompletionKind::Variable)
                    .detail("what the loop tells of itself")
                    .near(Near::Here)
                    .again(),
            );
        }
        for one in given {
            let (kind, near) = match one.kind {
                GivenKind::Param => (CompletionKind::Parameter, Near::Here),
                GivenKind::ProfileField => (CompletionKind::Field, Near::Field),
                GivenKind::Word => (CompletionKind::Keyword, Near::Word),
            };
            let doc = match one.kind {
                GivenKind::ProfileField => Some(format!(
                    "field:{}:{}",
                    self.view.db.schema().profile.name,
                    one.name
                )),
                GivenKind::Param | GivenKind::Word => None,
            };
            let detail = match one.ty.is_error() {
                true => what(one.kind).to_owned(),
                false => format!("{}, {}", one.ty.describe(), what(one.kind)),
            };
            let mut offered = Offered::new(&*one.name, kind).detail(detail).near(near);
            offered.doc = doc;
            out.add(offered);
        }
        if message {
            self.declared(out);
        }
    }

    /// Declarations whose names are values of templates.
    fn declared(&self, out: &mut Collector) {
        let kinds = [
            ItemKind::Const,
            ItemKind::Trait,
            ItemKind::Partition,
            ItemKind::Segment,
            ItemKind::Recommend,
            ItemKind::Content,
        ];
        let all = self.view.db.offers();
        let all = all.filter(|offer| kinds.contains(&offer.kind) && offer.params.is_none());
        out.declarations(
            all,
            |_| Fit::Open,
            |offer| {
                let mut offered = crate::complete::declared::declared(offer, &offer.name);
                offered.snippet = None;
                offered
            },
        );
    }

    /// In a text: a partial's name, or the value of an enum that is compared with it.
    fn in_quotes(&self, out: &mut Collector) {
        let before = self.before.trim_end_matches(['"', '\'']).trim_end();
        if matches!(self.spot.tag, "render" | "include") && before.is_empty() {
            return self.partials(out);
        }
        let compared = before
            .strip_suffix("==")
            .or_else(|| before.strip_suffix("!="))
            .map(|left| left.split_whitespace().next_back().unwrap_or_default());
        let subject = match (self.spot.tag, &self.spot.case) {
            ("when", Some((_, subject))) => Some(*subject),
            _ => compared,
        };
        let Some(subject) = subject else { return };
        let Some(Ty::Enum(of)) = self.view.type_of(self.spot, subject).map(Ty::known) else {
            return;
        };
        for value in &of.values {
            out.add(
                Offered::new(&**value, CompletionKind::EnumValue)
                    .detail(of.name.to_string())
                    .fit(Fit::Exact),
            );
        }
    }

    fn partials(&self, out: &mut Collector) {
        let own = self.view.path.as_deref().unwrap_or_default();
        for path in self.view.db.template_paths() {
            if *path == *own {
                continue;
            }
            let Some(name) = path.strip_suffix(".liquid") else {
                continue;
            };
            // The shortest name that leads to this file.
            let last = name.rsplit('/').next().unwrap_or(name);
            let known = self.view.db.template_paths();
            let leads = |name: &str| {
                let mut paths = self.view.db.partial_paths(own, name).into_iter();
                paths.find(|path| known.iter().any(|known| **known == **path))
            };
            let short = leads(last).is_some_and(|found| *found == *path);
            out.add(
                Offered::new(if short { last } else { name }, CompletionKind::File)
                    .detail(path.to_string()),
            );
        }
    }
}

fn is_behind_in(before: &str) -> bool {
    before.split_whitespace().nth(1) == Some("in")
}

/// Whether a value ends here, so that an operator follows.
fn ends_value(before: &str) -> bool {
    let last = before.split_whitespace().next_back().unwrap_or_default();
    let is_word = matches!(last, "and" | "or" | "contains" | "in" | "with" | "for");
    !is_word
        && before.ends_with(|c: char| {
            c.is_ascii_alphanumeric() || matches!(c, '_' | '"' | '\'' | ']' | ')')
        })
}

/// How a filter fits a value.
fn filter_fit(filter: &FilterInfo, ty: Option<&Ty>) -> Fit {
    let Some(ty) = ty else { return Fit::Open };
    if filter.name == "default" && ty.is_optional() {
        return Fit::Exact;
    }
    let families: &[&str] = match ty.clone().known() {
        Ty::Int | Ty::Float => &["number"],
        Ty::Money(_) => &["number", "amount"],
        Ty::Str | Ty::Html => &["text"],
        Ty::Date | Ty::Timestamp | Ty::TimeOfDay => &["date", "instant", "time of day"],
        Ty::List(_) => &["list"],
        _ => &[],
    };
    let takes = filter.takes;
    if families.iter().any(|family| takes.contains(family)) {
        Fit::Exact
    } else if takes == "anything" {
        Fit::Open
    } else {
        Fit::Other
    }
}

/// A tag that is not closed yet, with what closes it.
fn snippet(name: &str) -> String {
    let block = |head: &str| format!("{head} %\\}}$0{{% end{name} %\\}}");
    match name {
        "if" | "unless" => block(&format!("{name} ${{1:condition}}")),
        "for" | "tablerow" => block(&format!("{name} ${{1:item}} in ${{2:list}}")),
        "case" => "case ${1:value} %\\}{% when \"$2\" %\\}$0{% endcase %\\}".to_owned(),
        "capture" => block("capture ${1:name}"),
        "comment" | "raw" | "doc" | "ifchanged" => block(name),
        "assign" => "assign ${1:name} = $0 %\\}".to_owned(),
        "render" | "include" => format!("{name} \"$1\"$0 %\\}}"),
        "break" | "continue" => format!("{name} %\\}}"),
        _ => format!("{name} $0 %\\}}"),
    }
}

//! Changes of the schema: profiles, events, catalogs and their fields, enums and their values.

use std::collections::BTreeMap;
use std::sync::Arc;

use persona_base::Span;
use persona_syntax::ast;

use super::{Both, ChangeClass, Found, Version, noun};
use crate::db::Decl;

/// A field, flattened.
#[derive(Clone, Debug)]
struct Field {
    ty: String,
    optional: bool,
    default: Option<String>,
    key: bool,
    pii: bool,
    doc: Option<String>,
    span: Span,
}

impl<'db> Found<'_, 'db> {
    pub(super) fn table(
        &mut self,
        (old, before): (Decl<'db>, &ast::TableDecl),
        (new, after): (Decl<'db>, &ast::TableDecl),
    ) {
        let name = new.name(self.new.db).to_string();
        let kind = noun(new.kind(self.new.db));
        let places = (Some(self.old.named(old)), Some(self.new.named(new)));
        if old.name(self.old.db) != new.name(self.new.db) {
            let message = format!("is called `{name}` now");
            let was = old.name(self.old.db).to_string();
            let change = self.add(ChangeClass::Breaks, (kind, &was), message, places);
            change.note =
                Some("sources that fill it by its earlier name do not compile any more".to_owned());
        }
        let was = fields(self.old, old, &before.fields);
        let is = fields(self.new, new, &after.fields);
        let mut added: Vec<&Arc<str>> = is.keys().filter(|name| !was.contains_key(*name)).collect();
        for (field, old_field) in &was {
            match is.get(field) {
                Some(new_field) => {
                    let whole = format!("{name}.{field}");
                    let places = (
                        Some(self.old.place(old, old_field.span)),
                        Some(self.new.place(new, new_field.span)),
                    );
                    self.field(&whole, old_field, new_field, places);
                }
                None => {
                    let like = |new: &&&Arc<str>| {
                        let new = &is[**new];
                        new.ty == old_field.ty
                            && new.optional == old_field.optional
                            && new.default == old_field.default
                    };
                    let similar: Vec<&Arc<str>> = added.iter().filter(like).copied().collect();
                    let renamed = match similar.as_slice() {
                        [one] => Some(Arc::clone(one)),
                        _ => None,
                    };
                    if let Some(renamed) = &renamed {
                        added.retain(|name| *name != renamed);
                    }
                    self.field_gone(
                        &format!("{name}.{field}"),
                        (old, old_field),
                        renamed.map(|new_name| {
                            let place = self.new.place(new, is[&new_name].span);
                            (new_name, place)
                        }),
                    );
                }
            }
        }
        for field in added {
            let found = &is[field];
            let place = self.new.place(new, found.span);
            let whole = format!("{name}.{field}");
            if found.optional || found.default.is_some() {
                self.add(
                    ChangeClass::Harmless,
                    ("field", &whole),
                    "is new",
                    (None, Some(place)),
                );
            } else {
                let change = self.add(
                    ChangeClass::Meaning,
                    ("field", &whole),
                    "is new, and required",
                    (None, Some(place)),
                );
                change.note = Some("rows without it are set aside".to_owned());
            }
        }
        self.checks((old, before), (new, after), (kind, &name));
    }

    fn field_gone(
        &mut self,
        whole: &str,
        (old, field): (Decl<'db>, &Field),
        renamed: Option<(Arc<str>, crate::Place)>,
    ) {
        let place = self.old.place(old, field.span);
        let (message, new) = match renamed {
            Some((name, new)) => (
                format!("is gone; `{name}` has its type, so it was probably renamed"),
                Some(new),
            ),
            None => ("is gone".to_owned(), None),
        };
        let change = self.add(
            ChangeClass::Breaks,
            ("field", whole),
            message,
            (Some(place), new),
        );
        change.note = Some("rules that read it do not compile any more".to_owned());
    }

    fn field(&mut self, whole: &str, was: &Field, is: &Field, places: Both) {
        let mut add = |class, message: String, note: &str| {
            let change = self.add(class, ("field", whole), message, places);
            change.note = (!note.is_empty()).then(|| note.to_owned());
        };
        if was.ty != is.ty {
            add(
                ChangeClass::Breaks,
                format!("was `{}`, is `{}`", shown(&was.ty), shown(&is.ty)),
                "rules that compare it do not compile any more",
            );
        }
        if !was.optional && is.optional {
            add(
                ChangeClass::Breaks,
                "may be missing now".to_owned(),
                "rules have to say what a missing value means",
            );
        } else if was.optional && !is.optional {
            let note = match is.default {
                Some(_) => "rows without it have the default now",
                None => "rows without it are set aside now",
            };
            add(
                ChangeClass::Meaning,
                "is never missing any more".to_owned(),
                note,
            );
        } else if was.default != is.default {
            let message = match (&was.default, &is.default) {
                (Some(was), Some(is)) => {
                    format!("had the default `{}`, has `{}`", shown(was), shown(is))
                }
                (Some(was), None) => format!("has no default any more; it was `{}`", shown(was)),
                (None, Some(is)) => format!("has the default `{}` now", shown(is)),
                (None, None) => String::new(),
            };
            add(
                ChangeClass::Meaning,
                message,
                "rows without it count as others",
            );
        }
        if was.key != is.key {
            let message = match is.key {
                true => "is the key now",
                false => "is the key no more",
            };
            add(
                ChangeClass::Breaks,
                message.to_owned(),
                "people are told apart by something else",
            );
        }
        if was.pii != is.pii {
            match is.pii {
                true => add(
                    ChangeClass::Breaks,
                    "is personal data now".to_owned(),
                    "where it is printed and should not be, rules do not pass any more",
                ),
                false => add(
                    ChangeClass::Meaning,
                    "is no personal data any more".to_owned(),
                    "nobody is warned where it is printed",
                ),
            }
        }
        if was.doc != is.doc {
            add(
                ChangeClass::Harmless,
                "is documented in other words".to_owned(),
                "",
            );
        }
    }

    fn checks(
        &mut self,
        (old, before): (Decl<'db>, &ast::TableDecl),
        (new, after): (Decl<'db>, &ast::TableDecl),
        (kind, name): (&'static str, &str),
    ) {
        // What a check says apart from its message.
        let key = |version: &Version<'db>, decl: Decl<'db>, check: &ast::Check| {
            let action = match &check.action {
                ast::CheckAction::Reject => String::new(),
                ast::CheckAction::Clear(field) => format!("clear {}", field.text),
                ast::CheckAction::Warn => "warn".to_owned(),
            };
            (version.words(decl, check.condition.span), action)
        };
        let was: Vec<_> = before
            .checks
            .iter()
            .map(|one| key(self.old, old, one))
            .collect();
        let is: Vec<_> = after
            .checks
            .iter()
            .map(|one| key(self.new, new, one))
            .collect();
        for (check, key) in before.checks.iter().zip(&was) {
            if !is.contains(key) {
                let place = self.old.place(old, check.span);
                let change = self.add(
                    ChangeClass::Meaning,
                    (kind, name),
                    "does not check this any more",
                    (Some(place), None),
                );
                change.note = Some("rows that were set aside count now".to_owned());
            }
        }
        for (check, key) in after.checks.iter().zip(&is) {
            if !was.contains(key) {
                let place = self.new.place(new, check.span);
                let change = self.add(
                    ChangeClass::Meaning,
                    (kind, name),
                    "checks more",
                    (None, Some(place)),
                );
                change.note = Some("rows that fail it are treated as it says".to_owned());
            }
        }
    }

    pub(super) fn enumeration(
        &mut self,
        (old, was_ordered, before): (Decl<'db>, bool, &[ast::EnumValue]),
        (new, is_ordered, after): (Decl<'db>, bool, &[ast::EnumValue]),
    ) {
        let name = new.name(self.new.db).to_string();
        let both = (Some(self.old.named(old)), Some(self.new.named(new)));
        if was_ordered && !is_ordered {
            let change = self.add(
                ChangeClass::Breaks,
                ("enum", &name),
                "has no order any more",
                both,
            );
            change.note =
                Some("rules that compare its values with `<` do not compile any more".to_owned());
        } else if !was_ordered && is_ordered {
            self.add(
                ChangeClass::Harmless,
                ("enum", &name),
                "has an order now",
                both,
            );
        }
        let has = |values: &[ast::EnumValue], name: &str| {
            values.iter().any(|value| value.name.text == name)
        };
        let gone: Vec<&ast::EnumValue> = before
            .iter()
            .filter(|value| !has(after, &value.name.text))
            .collect();
        let added: Vec<&ast::EnumValue> = after
            .iter()
            .filter(|value| !has(before, &value.name.text))
            .collect();
        let renamed = match (gone.as_slice(), added.as_slice()) {
            ([old_value], [new_value]) => {
                let at = |values: &[ast::EnumValue], name: &str| {
                    values.iter().position(|value| value.name.text == name)
                };
                let same_place = before.len() == after.len()
                    && at(before, &old_value.name.text) == at(after, &new_value.name.text);
                let same_title = old_value.title.is_some() && old_value.title == new_value.title;
                (same_place || same_title).then_some(*new_value)
            }
            _ => None,
        };
        for value in &gone {
            let whole = format!("{name}.{}", value.name.text);
            let (message, place) = match renamed {
                Some(renamed) => (
                    format!(
                        "is gone; `{}` stands in its place, so it was probably renamed",
                        renamed.name.text
                    ),
                    Some(self.new.place(new, renamed.name.span)),
                ),
                None => ("is gone".to_owned(), None),
            };
            let places = (Some(self.old.place(old, value.name.span)), place);
            let change = self.add(ChangeClass::Breaks, ("value", &whole), message, places);
            change.note = Some(
                "rules that name it do not compile any more, and data that has it is not read"
                    .to_owned(),
            );
        }
        if renamed.is_none() {
            for value in &added {
                let whole = format!("{name}.{}", value.name.text);
                let place = self.new.place(new, value.name.span);
                let change = self.add(
                    ChangeClass::Harmless,
                    ("value", &whole),
                    "is new",
                    (None, Some(place)),
                );
                change.note = Some("a `match` without `otherwise` has to name it".to_owned());
            }
        }
        if is_ordered && was_ordered {
            let common = |values: &[ast::EnumValue], others: &[ast::EnumValue]| -> Vec<String> {
                let kept = values.iter().filter(|value| has(others, &value.name.text));
                kept.map(|value| value.name.text.clone()).collect()
            };
            if common(before, after) != common(after, before) {
                let change = self.add(
                    ChangeClass::Meaning,
                    ("enum", &name),
                    "has its values in another order",
                    both,
                );
                change.note = Some("`<` and `>` mean something else".to_owned());
            }
        }
        self.titles(&name, (old, before), (new, after));
    }

    /// What data may say for the values.
    fn titles(
        &mut self,
        name: &str,
        (old, before): (Decl<'db>, &[ast::EnumValue]),
        (new, after): (Decl<'db>, &[ast::EnumValue]),
    ) {
        for value in before {
            let same = after
                .iter()
                .find(|other| other.name.text == value.name.text);
            if let Some(other) = same.filter(|other| other.title != value.title) {
                let whole = format!("{name}.{}", value.name.text);
                let places = (
                    Some(self.old.place(old, value.name.span)),
                    Some(self.new.place(new, other.name.span)),
                );
                let change = self.add(
                    ChangeClass::Meaning,
                    ("value", &whole),
                    "has another title",
                    places,
                );
                change.note =
                    Some("data that says the earlier title is not read as this value".to_owned());
            }
        }
    }
}

/// Words as they are written: without the spaces around signs.
fn shown(words: &str) -> String {
    let mut made = words.to_owned();
    for sign in ["<", ">", "?", ".", "(", ")", "\"", ","] {
        made = made.replace(&format!(" {sign}"), sign);
        if sign != "," && sign != ">" && sign != "?" {
            made = made.replace(&format!("{sign} "), sign);
        }
    }
    made
}

/// The fields of a table, flattened, by their names.
fn fields<'db>(
    version: &Version<'db>,
    decl: Decl<'db>,
    all: &[ast::FieldDecl],
) -> BTreeMap<Arc<str>, Field> {
    let mut found = BTreeMap::new();
    collect(version, decl, all, ("", false), &mut found);
    found
}

fn collect<'db>(
    version: &Version<'db>,
    decl: Decl<'db>,
    all: &[ast::FieldDecl],
    (prefix, optional): (&str, bool),
    found: &mut BTreeMap<Arc<str>, Field>,
) {
    for field in all {
        let name = format!("{prefix}{}", field.name.text);
        let optional = optional || field.ty.optional;
        if let ast::TypeKind::Record(inner) = &field.ty.kind {
            collect(version, decl, inner, (&format!("{name}."), optional), found);
            continue;
        }
        let mark = u32::from(field.ty.optional);
        let ty = Span::new(field.ty.span.start, field.ty.span.end.saturating_sub(mark));
        let has = |wanted: &str| field.annotations.iter().any(|one| one.name.text == wanted);
        let default = field.default.as_ref();
        found.insert(
            Arc::from(name),
            Field {
                ty: version.words(decl, ty),
                optional,
                default: default.map(|default| version.words(decl, default.span)),
                key: has("key"),
                pii: has("pii"),
                doc: field.doc.clone(),
                span: field.span,
            },
        );
    }
}

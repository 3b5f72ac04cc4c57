//! Variants of a content: for whom each is, and that each fills what must be filled.

use std::collections::BTreeMap;
use std::sync::Arc;

use persona_base::{Span, contents, nearest, types};
use persona_syntax::ast;

use super::super::private::{self, Exposure};
use super::super::refs::list;
use super::{Writing, locale, template};
use crate::db::schema;
use crate::decl::campaign::clauses::is_broken;
use crate::decl::{casing, reserved};
use crate::expr::around::{self, Decides};
use crate::{Expr, Localized, SlotValue, Type, TypeKind, Variant};

/// What fills slots, by the slot's index.
type Filled = BTreeMap<u32, SlotValue>;

impl Writing<'_, '_> {
    /// All variants in order, `otherwise` last.
    pub(super) fn variants(&mut self, decl: &ast::ContentDecl) -> Vec<Variant> {
        let mut seen: BTreeMap<&str, Span> = BTreeMap::new();
        let mut checked = Vec::with_capacity(decl.variants.len() + 1);
        let mut told = false;
        for variant in decl.variants.iter().chain(decl.otherwise.first()) {
            let name = &variant.name;
            if variant.condition.is_some() && !name.is_missing() {
                casing::check_snake(self.checking, name, "a variant");
                reserved::check_local(self.checking, name, "a variant");
                if let Some(first) = seen.insert(&name.text, name.span) {
                    self.repeated("the variant", name, first);
                }
            }
            checked.push(self.variant(variant, &mut told));
        }
        checked
    }

    fn variant(&mut self, variant: &ast::Variant, told: &mut bool) -> Variant {
        let known = self.known.len();
        let mut later = Vec::new();
        let condition = variant.condition.as_ref().map(|written| {
            let judged = around::check_decision(
                &self.checking.env,
                self.scope(false),
                written,
                Decides::Chosen,
            );
            let decision = self.keep(judged);
            self.known.extend(decision.yes);
            later = decision.no;
            decision.expr
        });
        let filled = self.filled(&variant.slots);
        self.complete(variant, &filled);
        let locales = self.locales(&variant.locales, told);
        self.known.truncate(known);
        self.known.extend(later);
        let name = match &condition {
            Some(_) => variant.name.text.as_str(),
            None => "otherwise",
        };
        Variant {
            name: Arc::from(name),
            condition,
            slots: filled.into_iter().collect(),
            locales,
            span: variant.span,
        }
    }

    fn filled(&mut self, written: &[ast::SlotValue]) -> Filled {
        let mut filled = Filled::new();
        let mut seen: BTreeMap<&str, Span> = BTreeMap::new();
        for value in written.iter().filter(|value| !value.slot.is_missing()) {
            if let Some(first) = seen.get(value.slot.text.as_str()).copied() {
                self.repeated("the slot", &value.slot, first);
                continue;
            }
            seen.insert(&value.slot.text, value.slot.span);
            let found = self
                .slots
                .iter()
                .position(|slot| *slot.name == *value.slot.text);
            let Some(index) = found else {
                self.unknown_slot(&value.slot);
                continue;
            };
            let ty = self.slots[index].ty.clone();
            let source = self.source(value, &ty);
            filled.insert(u32::try_from(index).unwrap_or(u32::MAX), source);
        }
        filled
    }

    fn source(&mut self, value: &ast::SlotValue, ty: &Type) -> SlotValue {
        match &value.value {
            ast::SlotSource::Expr(written) => {
                SlotValue::Expr(self.value(written, ty, &value.slot.text))
            }
            ast::SlotSource::Template(path) => {
                let is_text = matches!(ty.kind, TypeKind::Html | TypeKind::Str | TypeKind::Error);
                if !is_text {
                    let message =
                        format!("a template gives text, and `{}` is none", value.slot.text);
                    let diagnostic = self
                        .checking
                        .diagnostic(types::TYPE_MISMATCH, path.span, message)
                        .help("slots of type `Html` and `String` are filled by templates");
                    self.checking.report(diagnostic);
                }
                let name = template::check(self.checking, path);
                let html = ty.kind == TypeKind::Html;
                SlotValue::Template {
                    read: self.template(&name, path, html),
                    path: name,
                    span: path.span,
                }
            }
        }
    }

    /// The value of a slot.
    pub(super) fn value(&mut self, written: &ast::Expr, ty: &Type, slot: &str) -> Expr {
        let html = ty.kind == TypeKind::Html;
        // An address that is put together has its beginning written out.
        let text = Type {
            kind: TypeKind::Str,
            optional: ty.optional,
        };
        let wanted = if ty.kind == TypeKind::Url && is_address(written) {
            &text
        } else {
            ty
        };
        let judged =
            around::check_typed(&self.checking.env, self.scope(html), written, wanted, slot);
        let value = self.keep(judged);
        let is_link = ty.kind == TypeKind::Url || slot.ends_with("url") || slot.ends_with("link");
        if is_link {
            private::check(self.checking, &value, &Exposure::Link(slot));
        }
        value
    }

    fn unknown_slot(&mut self, slot: &ast::Name) {
        let content = &self.checking.tree.name.text;
        let message = format!("`{content}` has no slot `{}`", slot.text);
        let diagnostic = self
            .checking
            .diagnostic(contents::UNKNOWN_SLOT, slot.span, message);
        let names = self.slots.iter().map(|slot| &*slot.name);
        let diagnostic = match nearest(&slot.text, names.clone()) {
            Some(near) => diagnostic.perhaps(slot.span, near),
            None if self.slots.is_empty() => diagnostic.help(format!(
                "declare it before the variants: `{}: String`",
                slot.text
            )),
            None => diagnostic.label(format!("its slots are {}", list(names))),
        };
        self.checking.report(diagnostic);
    }

    /// Each slot that has no default and is not optional is filled.
    fn complete(&mut self, variant: &ast::Variant, filled: &Filled) {
        if is_broken(self.checking) {
            return;
        }
        let is_written = |name: &str| variant.slots.iter().any(|value| value.slot.text == name);
        let lacking: Vec<&str> = self
            .slots
            .iter()
            .zip(0_u32..)
            .filter(|(slot, index)| {
                slot.default.is_none()
                    && !slot.ty.optional
                    && !slot.ty.is_error()
                    && !filled.contains_key(index)
                    && !is_written(&slot.name)
            })
            .map(|(slot, _)| &*slot.name)
            .collect();
        if lacking.is_empty() {
            return;
        }
        // A slot whose name is misspelled is reported as such.
        let strange = variant.slots.iter().any(|value| {
            !self.slots.iter().any(|slot| *slot.name == *value.slot.text)
                && nearest(&value.slot.text, lacking.iter().copied()).is_some()
        });
        if strange && lacking.len() == 1 {
            return;
        }
        let who = match variant.condition {
            Some(_) => format!("the variant `{}`", variant.name.text),
            None => "`otherwise`".to_owned(),
        };
        let message = format!("{who} does not fill {}", list(lacking.iter().copied()));
        let first = lacking[0].to_owned();
        let diagnostic = self
            .checking
            .diagnostic(contents::EMPTY_SLOT, variant.name.span, message)
            .label("people would read a message with a hole in it")
            .help(format!(
                "fill it here (`{first} = …`), or give the slot a default where it is declared"
            ));
        self.checking.report(diagnostic);
    }

    /// What languages replace.
    fn locales(&mut self, written: &[ast::LocaleBlock], told: &mut bool) -> Vec<Localized> {
        let mut checked: Vec<Localized> = Vec::new();
        let mut seen: BTreeMap<String, Span> = BTreeMap::new();
        for block in written {
            self.has_language(block, told);
            let tag = locale::check(self.checking, &block.tag);
            if let Some(tag) = &tag
                && let Some(first) = seen.insert(tag.clone(), block.tag.span)
            {
                self.repeated("the language", &block.tag, first);
            }
            let slots = self.filled(&block.slots).into_iter().collect();
            if let Some(tag) = tag {
                checked.push(Localized {
                    tag: Arc::from(tag),
                    slots,
                });
            }
        }
        checked
    }

    /// Somebody must say which language people read; it is said once that nobody does.
    fn has_language(&mut self, block: &ast::LocaleBlock, told: &mut bool) {
        let db = self.checking.db;
        let profile = &schema(db, db.project()).profile;
        if *told
            || profile
                .fields
                .iter()
                .any(|field| field.ty.kind == TypeKind::Locale)
        {
            return;
        }
        *told = true;
        let message = format!("nothing says which language a `{}` reads", profile.name);
        let diagnostic = self
            .checking
            .diagnostic(contents::NO_LOCALE_FIELD, block.tag.span, message)
            .label("nobody would ever read this")
            .help("give the profile a field of type `Locale`: `language: Locale?`");
        self.checking.report(diagnostic);
    }
}

/// Whether text is put together behind the beginning of a web address.
fn is_address(written: &ast::Expr) -> bool {
    let ast::ExprKind::Str(parts) = &written.kind else {
        return false;
    };
    let (Some(ast::StrPart::Text(first)), true) = (parts.first(), parts.len() > 1) else {
        return false;
    };
    let rest = first
        .strip_prefix("https://")
        .or_else(|| first.strip_prefix("http://"));
    rest.is_some_and(|rest| !rest.is_empty() && !first.contains(char::is_whitespace))
}

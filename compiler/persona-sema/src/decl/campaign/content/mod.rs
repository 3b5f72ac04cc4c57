//! Contents: slots, variants, and what fills them. Cycles of contents are found between declarations.

mod locale;
mod seen;
mod template;
mod variants;

use std::collections::BTreeMap;
use std::sync::Arc;

use persona_base::{Span, contents, triggers};
use persona_syntax::ast;

use super::clauses::{is_broken, reason};
pub use template::TEMPLATE_ENDINGS;

use crate::db::{Db, Decl, tree};
use crate::decl::params::check_params;
use crate::decl::rules::check_title;
use crate::decl::types::{Position, Types};
use crate::decl::{Checking, Unit, casing, reserved};
use crate::env::{Around, BoundName, BoundThing, ContentShape, Known, Scope};
use crate::expr::around::{self, Decides, Judged};
use crate::{BinderId, Content, Param, Place, Skip, Slot, Type, TypeKind};

/// The check of a content, under way.
struct Writing<'c, 'db> {
    checking: &'c mut Checking<'db>,
    /// The parameters, as names.
    bound: Vec<BoundName>,
    /// What is known to be there, because no message is given up, and no earlier variant is for these people.
    known: Vec<Known>,
    slots: Vec<Slot>,
}

/// What others may know of a content: what its declaration says before its variants.
pub(crate) fn content_shape(db: &dyn Db, decl: Decl<'_>) -> ContentShape {
    let whole = tree(db, decl);
    let mut shape = ContentShape {
        params: Vec::new(),
        slots: Vec::new(),
        variants: Vec::new(),
    };
    if let ast::DeclKind::Content(content) = &whole.kind {
        // What is wrong with them is reported by the check.
        let mut checking = Checking::new(db, decl, whole);
        shape.params = check_params(&mut checking, &content.params, Position::Content);
        let mut types = Types::new(db, decl);
        for slot in content.slots.iter().filter(|slot| !slot.name.is_missing()) {
            let name: Arc<str> = Arc::from(slot.name.text.as_str());
            if !shape.slots.iter().any(|(other, _)| *other == name) {
                shape
                    .slots
                    .push((name, types.resolve(&slot.ty, Position::Items)));
            }
        }
        let variants = content
            .variants
            .iter()
            .filter(|variant| !variant.name.is_missing());
        shape.variants = variants
            .map(|variant| Arc::from(variant.name.text.as_str()))
            .collect();
    }
    shape
}

/// Checks a content.
pub(in crate::decl) fn check_content(checking: &mut Checking<'_>, decl: &ast::ContentDecl) -> Unit {
    let params = check_params(checking, &decl.params, Position::Content);
    let title = decl
        .title
        .as_ref()
        .and_then(|title| check_title(checking, title, &[]));
    let bound = bound(&params, &decl.params);
    let mut writing = Writing {
        checking,
        bound,
        known: Vec::new(),
        slots: Vec::new(),
    };
    writing.slots(&decl.slots);
    let skips = decl
        .skips
        .iter()
        .filter_map(|skip| writing.skip(skip))
        .collect();
    let variants = writing.variants(decl);
    writing.last_variant(decl);
    let slots = writing.slots;
    Unit::Content(Content {
        name: Arc::clone(checking.decl.name(checking.db)),
        title,
        origin: Place {
            file: checking.file,
            span: Span::default(),
        },
        params,
        slots,
        skips,
        variants,
    })
}

/// Parameters as names that are bound at run time.
fn bound(params: &[Param], written: &[ast::Param]) -> Vec<BoundName> {
    let places = written.iter().filter(|param| !param.name.is_missing());
    let all = params.iter().zip(places).zip(0..);
    all.map(|((param, written), index)| BoundName {
        name: Arc::clone(&param.name),
        span: written.name.span,
        binder: BinderId(index),
        what: match &param.ty.kind {
            TypeKind::EventRecord(kinds) => BoundThing::Event {
                kinds: kinds.to_vec(),
                perhaps: false,
            },
            _ => BoundThing::Value(param.ty.clone()),
        },
    })
    .collect()
}

impl<'db> Writing<'_, 'db> {
    /// The scope of expressions; in text of type `Html`, `Html` may stand.
    fn scope(&self, html: bool) -> Scope<'_> {
        Scope {
            around: Around {
                bound: &self.bound,
                known: &self.known,
                slots: true,
                html,
                ..Around::default()
            },
            ..self.checking.scope(&[])
        }
    }

    fn keep<T>(&mut self, judged: Judged<T>) -> T {
        self.checking.diagnostics.extend(judged.diagnostics);
        judged.value
    }

    /// The slots with their types and defaults.
    fn slots(&mut self, written: &[ast::FieldDecl]) {
        if written.is_empty() && !is_broken(self.checking) {
            let name = &self.checking.tree.name;
            let diagnostic = self
                .checking
                .diagnostic(
                    contents::NO_SLOTS,
                    name.span,
                    format!("`{}` has no slots", name.text),
                )
                .label("there is nothing to read in it")
                .help(
                    "say what it consists of, before its variants: `subject: String`, `body: Html`",
                );
            self.checking.report(diagnostic);
        }
        let mut seen: BTreeMap<&str, Span> = BTreeMap::new();
        for slot in written.iter().filter(|slot| !slot.name.is_missing()) {
            if let Some(first) = seen.get(slot.name.text.as_str()).copied() {
                self.repeated("the slot", &slot.name, first);
                continue;
            }
            seen.insert(&slot.name.text, slot.name.span);
            self.slot(slot);
        }
    }

    fn slot(&mut self, slot: &ast::FieldDecl) {
        casing::check_snake(self.checking, &slot.name, "a slot");
        reserved::check_local(self.checking, &slot.name, "a slot");
        let mut types = Types::new(self.checking.db, self.checking.decl);
        let mut ty = types.resolve(&slot.ty, Position::Items);
        self.checking.diagnostics.append(&mut types.diagnostics);
        if ty.kind == TypeKind::Period {
            let diagnostic = self
                .checking
                .diagnostic(
                    contents::SLOT_TYPE,
                    slot.ty.span,
                    "a slot cannot be a calendar period",
                )
                .label("how long it is depends on when it begins")
                .help("write a `Duration`, or a text");
            self.checking.report(diagnostic);
            ty = Type::ERROR;
        }
        let default = slot.default.as_ref().map(|written| {
            let wanted = ty.clone();
            self.value(written, &wanted, &slot.name.text)
        });
        self.slots.push(Slot {
            name: Arc::from(slot.name.text.as_str()),
            ty,
            default,
            doc: slot.doc.clone(),
        });
    }

    /// `skip when EXPR "reason"`
    fn skip(&mut self, skip: &ast::Skip) -> Option<Skip> {
        let judged = around::check_decision(
            &self.checking.env,
            self.scope(false),
            &skip.condition,
            Decides::Both,
        );
        let decision = self.keep(judged);
        self.known.extend(decision.no);
        let reason = reason(self.checking, skip.reason.as_ref(), skip.span)?;
        Some(Skip {
            condition: decision.expr,
            reason,
            span: skip.span,
        })
    }

    /// There is one `otherwise`, and it comes last.
    fn last_variant(&mut self, decl: &ast::ContentDecl) {
        let Some(last) = decl.otherwise.first() else {
            self.no_otherwise(decl);
            return;
        };
        if let Some(again) = decl.otherwise.get(1) {
            super::trigger::repeated(self.checking, "otherwise", again.name.span, last.name.span);
        }
        let after = decl
            .variants
            .iter()
            .find(|variant| variant.span.start > last.span.start);
        if let Some(after) = after {
            let diagnostic = self
                .checking
                .diagnostic(
                    triggers::CLAUSE_ORDER,
                    last.name.span,
                    "`otherwise` stands behind all variants",
                )
                .label("everybody who gets here reads this")
                .secondary(
                    self.checking.file,
                    after.name.span,
                    "and this comes after it",
                )
                .help("move `otherwise` to the end");
            self.checking.report(diagnostic);
        }
    }

    fn no_otherwise(&mut self, decl: &ast::ContentDecl) {
        if is_broken(self.checking) {
            return;
        }
        let name = &self.checking.tree.name;
        let diagnostic = self
            .checking
            .diagnostic(
                contents::NO_OTHERWISE,
                name.span,
                format!("`{}` has no `otherwise`", name.text),
            )
            .label("what do people read whom no variant is for?")
            .note("without it, some would get a message without a text");
        let needed: Vec<&ast::FieldDecl> = decl
            .slots
            .iter()
            .filter(|slot| slot.default.is_none() && !slot.ty.optional)
            .collect();
        let fills: Vec<String> = needed
            .iter()
            .map(|slot| format!("{} = …", slot.name.text))
            .collect();
        let fills = if fills.is_empty() {
            "…".to_owned()
        } else {
            fills.join(" ")
        };
        let diagnostic = diagnostic.help(format!("end it with `otherwise {{ {fills} }}`"));
        self.checking.report(diagnostic);
    }

    /// Something that is there once more.
    fn repeated(&mut self, what: &str, name: &ast::Name, first: Span) {
        let diagnostic = self
            .checking
            .diagnostic(
                contents::REPEATED_SLOT,
                name.span,
                format!("{what} `{}` is there twice", name.text),
            )
            .label("again")
            .secondary(self.checking.file, first, "first here")
            .help("remove one of them, or give it another name");
        self.checking.report(diagnostic);
    }
}

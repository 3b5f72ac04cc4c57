//! What a key must be, of people and of items alike. Which field is one, and that there is one, is said where tables are
//! checked.

use persona_base::{Applicability, Code, Span};

use super::Checking;
use super::fields::FlatField;
use crate::TypeKind;

/// How the keys of a table differ from those of another.
pub(super) struct KeyRules {
    pub(super) code: Code,
    /// Whether a key can be of this type.
    pub(super) fits: fn(&TypeKind) -> bool,
    /// Of which types a key is, in a sentence.
    pub(super) types: &'static str,
    /// What is to be seen at another type.
    pub(super) of_no_use: &'static str,
    /// What is to be seen at a type that may be missing.
    pub(super) for_all: &'static str,
    /// What is to be seen at a default.
    pub(super) not_the_same: &'static str,
}

/// Checks that a key is always there, has no default, and is of a type that tells one from another.
pub(super) fn check_key(checking: &mut Checking<'_>, key: &FlatField<'_>, rules: &KeyRules) {
    let ty = &key.decl.ty;
    if ty.optional || key.inside_optional.is_some() {
        let message = format!("the key `{}` cannot be missing", key.name);
        let mut diagnostic = checking
            .diagnostic(rules.code, ty.span, message)
            .label(rules.for_all)
            .note("a row without its key is set aside, and written to the rejects");
        if ty.optional {
            let mark = Span::new(ty.span.end.saturating_sub(1), ty.span.end);
            diagnostic = diagnostic.fix("remove the `?`", Applicability::Always, mark, "");
        }
        checking.report(diagnostic);
    } else if let Some(default) = &key.decl.default {
        let whole = Span::new(ty.span.end, default.span.end);
        let diagnostic = checking
            .diagnostic(rules.code, default.span, "a key cannot have a default")
            .label(rules.not_the_same)
            .fix("remove the default", Applicability::Always, whole, "");
        checking.report(diagnostic);
    } else if !(rules.fits)(&key.ty.kind) {
        let diagnostic = checking
            .diagnostic(rules.code, ty.span, rules.types)
            .label(rules.of_no_use)
            .fix("write `String`", Applicability::Maybe, ty.span, "String");
        checking.report(diagnostic);
    }
}

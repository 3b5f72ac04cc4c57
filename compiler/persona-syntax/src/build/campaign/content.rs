//! What people read: slots, and the variants that fill them.

use persona_base::{Applicability, Span, syntax};

use super::super::decl::Parts;
use super::super::text::no_name;
use super::super::{Builder, P};
use crate::SyntaxError;
use crate::ast::{
    ContentDecl, DeclKind, Expr, ExprKind, FieldDecl, LocaleBlock, Name, SlotSource, SlotValue,
    TypeExpr, TypeKind, Variant,
};
use crate::grammar::Rule;
use crate::scan::clauses::Block;

impl Builder<'_> {
    pub(super) fn content(&mut self, parts: Parts, rest: Vec<P<'_>>) -> DeclKind {
        let mut decl = ContentDecl {
            params: parts.params,
            title: parts.title,
            slots: Vec::new(),
            skips: Vec::new(),
            variants: Vec::new(),
            otherwise: Vec::new(),
        };
        let body = self.body(
            rest,
            Rule::content_body,
            "the content's slots and variants are missing: `{ subject: String … }`",
            "expected `{` and the slots",
        );
        for inner in body.into_iter().flat_map(P::into_inner) {
            match inner.as_rule() {
                Rule::slot => self.slot(inner, &mut decl),
                Rule::slot_value => self.value_outside(inner, &mut decl),
                Rule::skip_when => decl.skips.push(self.skip(inner)),
                Rule::variant | Rule::c_nameless => self.variant(inner, &mut decl),
                Rule::c_otherwise => self.otherwise_variant(inner, &mut decl),
                _ => self.stray(&inner, Block::Content),
            }
        }
        DeclKind::Content(decl)
    }

    fn slot(&mut self, pair: P<'_>, decl: &mut ContentDecl) {
        let span = self.clause_span(&pair);
        for inner in pair.into_inner() {
            match inner.as_rule() {
                Rule::field => {
                    let doc = self.docs_before(&inner);
                    let mut field = self.field(inner);
                    field.doc = field.doc.or(doc);
                    if let Some(first) = decl.variants.first().or(decl.otherwise.first()) {
                        let first = first.span;
                        self.slot_behind_variants(span, first);
                    }
                    decl.slots.push(field);
                }
                _ => self.leftover(&inner, "a slot"),
            }
        }
    }

    /// `subject = "…"` where no variant is.
    fn value_outside(&mut self, pair: P<'_>, decl: &mut ContentDecl) {
        let span = self.clause_span(&pair);
        let sign = pair
            .clone()
            .into_inner()
            .find(|inner| inner.as_rule() == Rule::equals)
            .map(|sign| Span::new(self.gap(&sign).start, self.exact(&sign).end));
        let value = self.slot_value(pair, Block::Content);
        if let (Some(sign), SlotSource::Expr(written)) = (sign, &value.value)
            && let ExprKind::Name(ty) = &written.kind
            && ty.text.starts_with(|c: char| c.is_ascii_uppercase())
        {
            self.push(
                SyntaxError::new(
                    syntax::COLON_OR_EQUALS,
                    sign,
                    "the type of a slot stands behind `:`; a variant fills it with `=`",
                )
                .fix("write `:`", Applicability::Always, sign, ":"),
            );
            decl.slots.push(FieldDecl {
                doc: None,
                name: value.slot,
                ty: TypeExpr {
                    kind: TypeKind::Named {
                        name: ty.clone(),
                        args: Vec::new(),
                    },
                    optional: false,
                    span: written.span,
                },
                default: None,
                annotations: Vec::new(),
                span,
            });
            return;
        }
        let only_slots = decl.variants.is_empty() && decl.otherwise.is_empty();
        let error = SyntaxError::new(
            syntax::MISPLACED_CLAUSE,
            Span::new(span.start, value.slot.span.end),
            format!("`{}` is filled outside of every variant", value.slot.text),
        );
        self.push(error.help(if only_slots {
            "first come the slots with their types, then `variant name when … { slot = value }` and `otherwise { … }`"
        } else {
            "a value stands in the braces of a variant or of `otherwise`; a slot's own default stands behind its type"
        }));
    }

    fn variant(&mut self, pair: P<'_>, decl: &mut ContentDecl) {
        let span = self.clause_span(&pair);
        let doc = self.docs_before(&pair);
        let mut variant = Variant {
            doc,
            name: no_name(span.start),
            condition: Some(self.error_expr(span.end)),
            slots: Vec::new(),
            locales: Vec::new(),
            span,
        };
        let nameless = pair.as_rule() == Rule::c_nameless;
        let mut named = nameless;
        let mut asked = false;
        for inner in pair.into_inner() {
            match inner.as_rule() {
                Rule::kw_variant => self.word_habit(&inner, "variant", "a variant starts with"),
                Rule::word => {
                    named = true;
                    variant.name = self.declared_name(&inner);
                }
                Rule::none if !named => {
                    named = true;
                    self.missing_name(&inner, "the name of the variant");
                }
                Rule::none if !asked => {
                    asked = true;
                    self.missing(
                        &inner,
                        syntax::MISSING_WHEN,
                        "a variant has a condition: `variant name when …`",
                        // Before the body, the word alone repairs nothing.
                        (!self.source[self.gap(&inner).end as usize..]
                            .trim_start()
                            .starts_with('{'))
                        .then_some(" when"),
                    );
                }
                Rule::kw_when_t => {
                    asked = true;
                    if nameless {
                        self.nameless(&inner);
                    }
                }
                Rule::variant_when => {
                    asked = true;
                    let place = self.exact(&inner);
                    let message = format!(
                        "a variant's condition stands behind `when`, not `{}`",
                        inner.as_str()
                    );
                    self.habit(syntax::MISSING_WHEN, place, message, "when");
                }
                Rule::expr => variant.condition = Some(self.expr(inner)),
                Rule::slots => self.slots(inner, &mut variant, Block::Variant),
                Rule::none => self.missing_sign(
                    &inner,
                    "the variant's values are missing: `{ slot = value }`",
                    " {}",
                ),
                Rule::value_title => self.junk(&inner, "a variant has a name, and no title"),
                _ => self.junk(&inner, "expected `{` and the values"),
            }
        }
        decl.variants.push(variant);
    }

    /// `when … { … }` without `variant` and a name.
    fn nameless(&mut self, pair: &P<'_>) {
        let span = self.exact(pair);
        self.push(
            SyntaxError::new(
                syntax::EXPECTED_NAME,
                span,
                "a variant starts with `variant` and its name",
            )
            .fix(
                "write `variant first when`",
                Applicability::Maybe,
                Span::at(span.start),
                "variant first ",
            ),
        );
    }

    fn otherwise_variant(&mut self, pair: P<'_>, decl: &mut ContentDecl) {
        let span = self.clause_span(&pair);
        let doc = self.docs_before(&pair);
        let mut variant = Variant {
            doc,
            name: no_name(span.start),
            condition: None,
            slots: Vec::new(),
            locales: Vec::new(),
            span,
        };
        for inner in pair.into_inner() {
            match inner.as_rule() {
                Rule::kw_otherwise => variant.name.span = self.exact(&inner),
                Rule::other_variant => {
                    variant.name.span = self.exact(&inner);
                    self.other_word(&inner, "the last variant");
                }
                Rule::slots => self.slots(inner, &mut variant, Block::Variant),
                Rule::none => self.missing_sign(
                    &inner,
                    "the values are missing: `otherwise { slot = value }`",
                    " {}",
                ),
                _ => self.junk(&inner, "`otherwise` has neither a name nor a condition"),
            }
        }
        decl.otherwise.push(variant);
    }

    /// `else`, `default` where `otherwise` is meant.
    pub(super) fn other_word(&mut self, pair: &P<'_>, what: &str) {
        let span = self.exact(pair);
        let message = format!("{what} stands behind `otherwise`, not `{}`", pair.as_str());
        self.habit(syntax::MISSING_OTHERWISE, span, message, "otherwise");
    }

    fn slots(&mut self, pair: P<'_>, variant: &mut Variant, block: Block) {
        for inner in pair.into_inner() {
            match inner.as_rule() {
                Rule::slot_value => variant.slots.push(self.slot_value(inner, block)),
                Rule::locale_block => {
                    let locale = self.locale_block(inner);
                    variant.locales.push(locale);
                }
                Rule::skip_when => {
                    let skip = self.skip(inner);
                    self.push(
                        SyntaxError::new(
                            syntax::MISPLACED_CLAUSE,
                            skip.span,
                            "`skip` gives up the whole message: it stands before the variants",
                        )
                        .label("not inside one of them"),
                    );
                }
                _ => self.stray(&inner, block),
            }
        }
    }

    fn slot_value(&mut self, pair: P<'_>, block: Block) -> SlotValue {
        let span = self.clause_span(&pair);
        let mut slot = no_name(span.start);
        let mut value = SlotSource::Expr(self.error_expr(span.end));
        for inner in pair.into_inner() {
            match inner.as_rule() {
                Rule::word => slot = self.name(&inner),
                Rule::equals => {}
                Rule::slot_colon if block != Block::Content => {
                    let place = self.exact(&inner);
                    let text = self.spaced(place, "=");
                    self.push(
                        SyntaxError::new(
                            syntax::COLON_OR_EQUALS,
                            place,
                            "a variant fills a slot with `=`; `:` declares the slot's type",
                        )
                        .fix(
                            "write `=`",
                            Applicability::Always,
                            place,
                            text,
                        ),
                    );
                }
                Rule::slot_colon => {}
                Rule::template => value = SlotSource::Template(self.template(inner)),
                Rule::expr => value = SlotSource::Expr(self.expr(inner)),
                _ => self.leftover(&inner, "the value"),
            }
        }
        SlotValue { slot, value, span }
    }

    fn template(&mut self, pair: P<'_>) -> Expr {
        let span = self.span(&pair);
        let mut path = self.error_expr(span.end);
        for inner in pair.into_inner() {
            match inner.as_rule() {
                Rule::string | Rule::multi | Rule::raw_string => path = self.text_expr(inner),
                Rule::template_call => {
                    let (open, close) = self.brackets(&inner);
                    let edits = vec![(open, " ".to_owned()), (close, String::new())];
                    self.push(
                        SyntaxError::new(
                            syntax::FOREIGN_CLAUSE,
                            open,
                            "a template's file stands right behind the word: `template \"emails/cart.liquid\"`",
                        )
                        .edits("leave out the parentheses", Applicability::Always, edits),
                    );
                    for part in inner.into_inner() {
                        match part.as_rule() {
                            Rule::string | Rule::multi | Rule::raw_string => {
                                path = self.text_expr(part);
                            }
                            _ => self.junk(&part, "expected `)`"),
                        }
                    }
                }
                Rule::none => self.missing(
                    &inner,
                    syntax::EXPECTED_VALUE,
                    "the file is missing: `template \"emails/cart.liquid\"`",
                    None,
                ),
                _ => {}
            }
        }
        path
    }

    fn locale_block(&mut self, pair: P<'_>) -> LocaleBlock {
        let span = self.clause_span(&pair);
        let mut tag = no_name(span.end);
        let mut tagged = false;
        let mut inside = Variant {
            doc: None,
            name: no_name(span.start),
            condition: None,
            slots: Vec::new(),
            locales: Vec::new(),
            span,
        };
        for inner in pair.into_inner() {
            match inner.as_rule() {
                Rule::kw_locale => {
                    self.word_habit(&inner, "locale", "values for a language stand behind");
                }
                Rule::locale_tag | Rule::string => {
                    tagged = true;
                    let place = self.exact(&inner);
                    tag = Name {
                        text: inner.as_str().trim().trim_matches('"').replace('_', "-"),
                        span: place,
                    };
                }
                Rule::none if !tagged => {
                    tagged = true;
                    self.missing_name(&inner, "the language, such as `de` or `de_AT`,");
                }
                Rule::none => self.missing_sign(
                    &inner,
                    "the values are missing: `locale de { slot = value }`",
                    " {}",
                ),
                Rule::slots => self.slots(inner, &mut inside, Block::Locale),
                _ => self.junk(&inner, "expected `{` and the values"),
            }
        }
        if let Some(nested) = inside.locales.first() {
            self.push(SyntaxError::new(
                syntax::MISPLACED_CLAUSE,
                nested.tag.span,
                "a language stands in a variant, not inside another language",
            ));
        }
        LocaleBlock {
            tag,
            slots: inside.slots,
            span,
        }
    }
}

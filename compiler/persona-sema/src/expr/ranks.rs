//! Ranks among people, and samples of them: `ntile`, `percentile`, `sample`.

use persona_base::{Span, history, types};
use persona_syntax::ast;

use super::Checker;
use super::types::{is_number, is_quantity};
use crate::{Const, Expr, ExprKind, Type, TypeKind};

impl Checker<'_> {
    /// `ntile(5, x among active)`, `percentile(x)`: ranks among all people, or those of a segment.
    pub(super) fn rank(
        &mut self,
        name: &ast::Name,
        args: &[ast::Arg],
        among: Option<&ast::Expr>,
        span: Span,
    ) -> Expr {
        let text = name.text.as_str();
        if !self.rank_allowed(text, span) {
            return self.error_at(span);
        }
        let (tiles, written) = if text == "ntile" {
            let Some([tiles, value]) = self.plain_args(text, args, span) else {
                return self.error_at(span);
            };
            let Some(tiles) = self.tiles(tiles) else {
                return self.error_at(span);
            };
            (Some(tiles), value)
        } else {
            let Some([value]) = self.plain_args(text, args, span) else {
                return self.error_at(span);
            };
            (None, value)
        };
        let fits = |kind: &TypeKind| {
            is_quantity(kind)
                || matches!(
                    kind,
                    TypeKind::Date | TypeKind::Timestamp | TypeKind::TimeOfDay
                )
        };
        let value = self.typed_argument(
            text,
            written,
            "a number, an amount or a time",
            &fits,
            &TypeKind::Float,
        );
        let among = match among {
            Some(segment) => {
                let mark = self.open.len();
                let found = self.segment_reference(segment, None, segment.span);
                self.open.truncate(mark);
                match found {
                    Some(found) => Some(found),
                    None => return self.error_at(span),
                }
            }
            None => None,
        };
        let Some(value) = value else {
            return self.error_at(span);
        };
        if matches!(value.kind, ExprKind::Const(_)) {
            let diagnostic = self
                .diagnostic(types::BAD_ARGUMENT, written.span, format!("`{text}` ranks people by a value of theirs, and this is the same for everyone"))
                .label("a fixed value");
            return self.fail(span, diagnostic);
        }
        let kind = if tiles.is_some() {
            TypeKind::Int
        } else {
            TypeKind::Float
        };
        let ranked = Expr {
            kind: ExprKind::Rank {
                tiles,
                value: Box::new(value),
                among,
            },
            ty: Type::of(kind).optional(),
            span,
        };
        self.settled(ranked)
    }

    fn rank_allowed(&mut self, name: &str, span: Span) -> bool {
        self.history = true;
        if self.scope.pure {
            self.not_in_function(span, "how people rank");
            return false;
        }
        if self.wheres > 0 || self.scope.event.is_some() {
            let diagnostic = self
                .diagnostic(
                    history::QUERY_IN_WHERE,
                    span,
                    format!("`{name}` ranks people, and cannot stand inside a `where`"),
                )
                .help("give the rank a name with `trait`, and use the name here");
            self.report(diagnostic);
            return false;
        }
        true
    }

    fn tiles(&mut self, written: &ast::Expr) -> Option<u32> {
        let number = self.number(written, "the number of tiles")?;
        let value = match &number.kind {
            ExprKind::Const(Const::Int(n)) => {
                u32::try_from(*n).ok().filter(|n| (2..=10_000).contains(n))
            }
            _ => {
                let _ = self.constant(&number, written, "the number of tiles");
                return None;
            }
        };
        if value.is_none() {
            let diagnostic = self
                .diagnostic(
                    types::OUT_OF_RANGE,
                    written.span,
                    "people are divided into 2 to 10000 tiles",
                )
                .label("out of range");
            self.report(diagnostic);
        }
        value
    }

    /// `sample(10%, "salt")`: a fixed pseudo-random share of all people.
    pub(super) fn sample(&mut self, args: &[ast::Arg], span: Span) -> Expr {
        if self.scope.pure {
            self.not_in_function(span, "who the person is");
            return self.error_at(span);
        }
        let Some([share, salt]) = self.plain_args("sample", args, span) else {
            return self.error_at(span);
        };
        let share_value = self.typed_argument(
            "sample",
            share,
            "a share and a text: `sample(10%, \"autumn\")`",
            &is_number,
            &TypeKind::Float,
        );
        let is_text = |kind: &TypeKind| *kind == TypeKind::Str;
        let salt_value = self.typed_argument(
            "sample",
            salt,
            "a share and a text: `sample(10%, \"autumn\")`",
            &is_text,
            &TypeKind::Str,
        );
        let (Some(share_value), Some(salt_value)) = (share_value, salt_value) else {
            return self.error_at(span);
        };
        let buckets = self.buckets(&share_value, share);
        let salt = match self.constant(&salt_value, salt, "the text that a sample is drawn by") {
            Some(Const::Str(salt)) => salt,
            _ => return self.error_at(span),
        };
        match buckets {
            Some(buckets) => Expr {
                kind: ExprKind::Sample { buckets, salt },
                ty: Type::BOOL,
                span,
            },
            None => self.error_at(span),
        }
    }

    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        clippy::cast_precision_loss,
        reason = "checked to be a whole number of buckets from 0 to 10000"
    )]
    fn buckets(&mut self, share: &Expr, written: &ast::Expr) -> Option<u32> {
        let share = match self.constant(share, written, "the size of a sample")? {
            Const::Float(share) => share,
            Const::Int(share) => share as f64,
            _ => return None,
        };
        let buckets = share * 10_000.0;
        let whole = buckets.round();
        let message = if !(0.0..=1.0).contains(&share) {
            "a sample is between 0% and 100%"
        } else if (buckets - whole).abs() > 1e-6 {
            "a sample is no finer than hundredths of a percent"
        } else {
            return Some(whole as u32);
        };
        let diagnostic = self
            .diagnostic(types::OUT_OF_RANGE, written.span, message)
            .label("out of range");
        self.report(diagnostic);
        None
    }
}

//! Reads what stands inside one tag: asks the grammar, and builds the tree. Where the grammar fails, [`crate::explain`] says why.

use std::sync::Arc;

use persona_base::{Diagnostic, FileId, Span, liquid};
use pest::Parser as _;
use pest::iterators::{Pair, Pairs};

use crate::ast::*;
use crate::explain::explain;
use crate::grammar::{Grammar, Rule};
use crate::limits::MAX_BRACKETS;
use crate::problems::problem;
use crate::scan::is_space;

/// What is inside tags of one template.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Markup<'t> {
    pub(crate) file: FileId,
    pub(crate) text: &'t str,
}

type Read<T> = Result<T, Box<Diagnostic>>;

impl Markup<'_> {
    /// Asks the grammar for a rule; gives what stands in it.
    fn pairs(&self, rule: Rule, inner: Span, tag: &str) -> Read<Pairs<'_, Rule>> {
        let text = inner.of(self.text);
        let mut depth = 0_usize;
        for byte in text.bytes() {
            match byte {
                b'[' | b'(' => depth += 1,
                b']' | b')' => depth = depth.saturating_sub(1),
                _ => {}
            }
            if depth > MAX_BRACKETS {
                let diagnostic = problem(
                    liquid::TOO_LARGE,
                    self.file,
                    inner,
                    "too many brackets inside each other",
                )
                .label(format!("{MAX_BRACKETS} are the most"));
                return Err(Box::new(diagnostic));
            }
        }
        match Grammar::parse(rule, text) {
            Ok(mut pairs) => Ok(pairs
                .next()
                .expect("a rule that matches gives its pair")
                .into_inner()),
            Err(error) => {
                let at = match error.location {
                    pest::error::InputLocation::Pos(at) => at,
                    pest::error::InputLocation::Span((start, _)) => start,
                };
                Err(Box::new(explain(self.file, self.text, inner, at, tag)))
            }
        }
    }

    /// The place of a pair, without the white space that the grammar passed over at its end.
    fn span(&self, pair: &Pair<'_, Rule>, inner: Span) -> Span {
        let start = pair.as_span().start();
        let end = start + pair.as_str().trim_end_matches(is_space).len();
        let at = |offset: usize| inner.start + u32::try_from(offset).unwrap_or(u32::MAX);
        Span::new(at(start), at(end))
    }

    /// `{{ … }}` and `echo`.
    pub(crate) fn output(&self, inner: Span) -> Read<Filtered> {
        let mut pairs = self.pairs(Rule::output, inner, "{{")?;
        Builder {
            markup: self,
            inner,
        }
        .filtered(next(&mut pairs))
    }

    /// `if`, `elsif`, `unless`.
    pub(crate) fn condition(&self, inner: Span, tag: &str) -> Read<Condition> {
        let mut pairs = self.pairs(Rule::condition, inner, tag)?;
        let builder = Builder {
            markup: self,
            inner,
        };
        let first = builder.comparison(next(&mut pairs))?;
        let mut rest = Vec::new();
        while let Some(logic) = pairs.next().filter(|pair| pair.as_rule() == Rule::logic) {
            let place = self.span(&logic, inner);
            rest.push((
                logic.as_str() == "and",
                place,
                builder.comparison(next(&mut pairs))?,
            ));
        }
        let last = rest
            .last()
            .map_or(first.span, |(_, _, comparison)| comparison.span);
        let span = first.span.to(last);
        Ok(Condition { first, rest, span })
    }

    /// The head of `for` and `tablerow`, without bodies.
    pub(crate) fn loop_(&self, inner: Span, table: bool) -> Read<Loop> {
        let tag = if table { "tablerow" } else { "for" };
        let mut pairs = self.pairs(Rule::loop_, inner, tag)?;
        let builder = Builder {
            markup: self,
            inner,
        };
        let name = builder.name(&next(&mut pairs));
        next(&mut pairs);
        let list = builder.operand(next(&mut pairs))?;
        let mut read = Loop {
            name,
            list,
            reversed: false,
            limit: None,
            offset: None,
            table: table.then_some(None),
            body: Block::default(),
            otherwise: None,
        };
        for option in pairs {
            match option.as_rule() {
                Rule::reversed => read.reversed = true,
                Rule::option => builder.option(option, &mut read)?,
                _ => {}
            }
        }
        Ok(read)
    }

    pub(crate) fn assign(&self, inner: Span) -> Read<(Name, Filtered)> {
        let mut pairs = self.pairs(Rule::assign, inner, "assign")?;
        let builder = Builder {
            markup: self,
            inner,
        };
        let name = builder.name(&next(&mut pairs));
        Ok((name, builder.filtered(next(&mut pairs))?))
    }

    pub(crate) fn capture(&self, inner: Span) -> Read<Name> {
        let mut pairs = self.pairs(Rule::capture, inner, "capture")?;
        let pair = next(&mut pairs);
        let mut name = Builder {
            markup: self,
            inner,
        }
        .name(&pair);
        if pair.as_rule() == Rule::string {
            name.text = unquoted(pair.as_str());
        }
        Ok(name)
    }

    pub(crate) fn case(&self, inner: Span) -> Read<Operand> {
        let mut pairs = self.pairs(Rule::case_, inner, "case")?;
        Builder {
            markup: self,
            inner,
        }
        .operand(next(&mut pairs))
    }

    pub(crate) fn when(&self, inner: Span) -> Read<Vec<Operand>> {
        let pairs = self.pairs(Rule::when_, inner, "when")?;
        let builder = Builder {
            markup: self,
            inner,
        };
        let values = pairs.filter(|pair| !matches!(pair.as_rule(), Rule::or_ | Rule::EOI));
        values.map(|pair| builder.operand(pair)).collect()
    }

    pub(crate) fn cycle(&self, inner: Span) -> Read<Cycle> {
        let pairs = self.pairs(Rule::cycle, inner, "cycle")?;
        let builder = Builder {
            markup: self,
            inner,
        };
        let mut cycle = Cycle {
            group: None,
            items: Vec::new(),
        };
        for pair in pairs {
            match pair.as_rule() {
                Rule::EOI => {}
                Rule::group => cycle.group = Some(builder.operand(next(&mut pair.into_inner()))?),
                _ => cycle.items.push(builder.operand(pair)?),
            }
        }
        Ok(cycle)
    }

    pub(crate) fn counter(&self, inner: Span, tag: &str) -> Read<Name> {
        let mut pairs = self.pairs(Rule::counter, inner, tag)?;
        Ok(Builder {
            markup: self,
            inner,
        }
        .name(&next(&mut pairs)))
    }

    pub(crate) fn partial(&self, inner: Span, include: bool) -> Read<Partial> {
        let tag = if include { "include" } else { "render" };
        let mut pairs = self.pairs(Rule::partial, inner, tag)?;
        let builder = Builder {
            markup: self,
            inner,
        };
        let mut partial = Partial {
            include,
            path: builder.operand(next(&mut pairs))?,
            bound: None,
            args: Vec::new(),
        };
        for pair in pairs {
            match pair.as_rule() {
                Rule::bound => partial.bound = Some(builder.bound(pair)?),
                Rule::named => {
                    let mut inside = pair.into_inner();
                    let name = builder.name(&next(&mut inside));
                    partial
                        .args
                        .push((name, builder.operand(next(&mut inside))?));
                }
                _ => {}
            }
        }
        Ok(partial)
    }
}

fn next<'t>(pairs: &mut Pairs<'t, Rule>) -> Pair<'t, Rule> {
    pairs.next().expect("the grammar says that this is there")
}

fn unquoted(text: &str) -> Arc<str> {
    Arc::from(
        text.get(1..text.len().saturating_sub(1))
            .unwrap_or_default(),
    )
}

struct Builder<'a, 't> {
    markup: &'a Markup<'t>,
    inner: Span,
}

impl Builder<'_, '_> {
    fn span(&self, pair: &Pair<'_, Rule>) -> Span {
        self.markup.span(pair, self.inner)
    }

    fn name(&self, pair: &Pair<'_, Rule>) -> Name {
        Name {
            text: Arc::from(pair.as_str()),
            span: self.span(pair),
        }
    }

    fn option(&self, option: Pair<'_, Rule>, read: &mut Loop) -> Read<()> {
        let place = self.span(&option);
        let mut inside = option.into_inner();
        let name = next(&mut inside);
        let value = next(&mut inside);
        let goes_on = value.as_rule() == Rule::continue_;
        match name.as_str() {
            "offset" if goes_on => read.offset = Some(Offset::Continue),
            "offset" => read.offset = Some(Offset::At(self.operand(value)?)),
            other if goes_on => {
                let message = format!("`{other}` is a number");
                return Err(Box::new(
                    problem(liquid::SYNTAX, self.markup.file, place, message)
                        .help("only `offset` can be `continue`"),
                ));
            }
            "limit" => read.limit = Some(self.operand(value)?),
            _ if read.table.is_some() => read.table = Some(Some(self.operand(value)?)),
            _ => {
                let message = "`for` has no columns";
                return Err(Box::new(
                    problem(liquid::SYNTAX, self.markup.file, place, message)
                        .help("`cols` belongs to `tablerow`"),
                ));
            }
        }
        Ok(())
    }

    fn bound(&self, pair: Pair<'_, Rule>) -> Read<Bound> {
        let mut inside = pair.into_inner();
        let each = next(&mut inside).as_str() == "for";
        let value = self.operand(next(&mut inside))?;
        let name = inside.find(|pair| pair.as_rule() == Rule::name);
        Ok(Bound {
            each,
            value,
            name: name.map(|pair| self.name(&pair)),
        })
    }

    fn comparison(&self, pair: Pair<'_, Rule>) -> Read<Comparison> {
        let span = self.span(&pair);
        let mut inside = pair.into_inner();
        let left = self.operand(next(&mut inside))?;
        let right = match inside.next() {
            None => None,
            Some(sign) => {
                let place = self.span(&sign);
                let compare = match sign.as_str() {
                    "==" => Compare::Eq,
                    "!=" | "<>" => Compare::Ne,
                    "<" => Compare::Lt,
                    "<=" => Compare::Le,
                    ">" => Compare::Gt,
                    ">=" => Compare::Ge,
                    _ => Compare::Contains,
                };
                Some((compare, place, self.operand(next(&mut inside))?))
            }
        };
        Ok(Comparison { left, right, span })
    }

    fn filtered(&self, pair: Pair<'_, Rule>) -> Read<Filtered> {
        let mut inside = pair.into_inner();
        let value = self.operand(next(&mut inside))?;
        let filters = inside.map(|pair| self.filter(pair)).collect::<Read<_>>()?;
        Ok(Filtered { value, filters })
    }

    fn filter(&self, pair: Pair<'_, Rule>) -> Read<Filter> {
        let span = self.span(&pair);
        let mut inside = pair.into_inner();
        let name = self.name(&next(&mut inside));
        let mut args = Vec::new();
        for pair in inside {
            args.push(if pair.as_rule() == Rule::named {
                let mut named = pair.into_inner();
                Argument {
                    name: Some(self.name(&next(&mut named))),
                    value: self.operand(next(&mut named))?,
                }
            } else {
                Argument {
                    name: None,
                    value: self.operand(pair)?,
                }
            });
        }
        Ok(Filter { name, args, span })
    }

    fn operand(&self, pair: Pair<'_, Rule>) -> Read<Operand> {
        let span = self.span(&pair);
        let kind = match pair.as_rule() {
            Rule::string => OperandKind::Str(unquoted(pair.as_str())),
            Rule::int => match pair.as_str().parse() {
                Ok(number) => OperandKind::Int(number),
                Err(_) => return Err(self.number(span)),
            },
            Rule::float => match pair.as_str().parse::<f64>() {
                Ok(number) if number.is_finite() => OperandKind::Float(number),
                _ => return Err(self.number(span)),
            },
            Rule::range => {
                let mut inside = pair.into_inner();
                let from = self.operand(next(&mut inside))?;
                OperandKind::Range(Box::new((from, self.operand(next(&mut inside))?)))
            }
            _ => self.path(pair)?,
        };
        Ok(Operand { kind, span })
    }

    fn number(&self, span: Span) -> Box<Diagnostic> {
        Box::new(problem(
            liquid::TOO_LARGE,
            self.markup.file,
            span,
            "this number is too large",
        ))
    }

    fn path(&self, pair: Pair<'_, Rule>) -> Read<OperandKind> {
        let mut inside = pair.into_inner();
        let first = next(&mut inside);
        let head = if first.as_rule() == Rule::index {
            let operand = self.operand(next(&mut first.into_inner()))?;
            match &operand.kind {
                OperandKind::Str(text) => Head::Name(Name {
                    text: Arc::clone(text),
                    span: operand.span,
                }),
                _ => Head::Dynamic(operand),
            }
        } else {
            Head::Name(self.name(&first))
        };
        let mut steps = Vec::new();
        for pair in inside {
            let span = self.span(&pair);
            let is_field = pair.as_rule() == Rule::field;
            let within = next(&mut pair.into_inner());
            let step = if is_field {
                Step::Field(Arc::from(within.as_str()))
            } else {
                let operand = self.operand(within)?;
                match &operand.kind {
                    OperandKind::Str(text) => Step::Field(Arc::clone(text)),
                    _ => Step::Index(operand),
                }
            };
            steps.push((step, span));
        }
        if let (Head::Name(name), true) = (&head, steps.is_empty()) {
            match &*name.text {
                "nil" | "null" => return Ok(OperandKind::Nil),
                "true" => return Ok(OperandKind::Bool(true)),
                "false" => return Ok(OperandKind::Bool(false)),
                "blank" => return Ok(OperandKind::Blank),
                "empty" => return Ok(OperandKind::Empty),
                _ => {}
            }
        }
        Ok(OperandKind::Path(Box::new(Path { head, steps })))
    }
}

//! Reads operations.

use std::sync::Arc;

use crate::text::parse::{ParseResult, Reader};
use crate::text::words;
use crate::{
    Agg, AggKind, Arm, ArmHash, Bound, EventCol, InstantSpec, KindId, Layer, ListAggKind, Negation,
    NegationMode, NodeId, Op, Query, RankId, Sequence, Step,
};

impl Reader<'_> {
    /// An operation with its operands.
    pub(super) fn op(&mut self) -> ParseResult<Op> {
        let word = self.cursor.word()?;
        if words::unary(&word, NodeId(0)).is_some() {
            let a = self.node()?;
            return words::unary(&word, a).map_or_else(|| self.cursor.error("no operation"), Ok);
        }
        if words::binary(&word, NodeId(0), NodeId(0)).is_some() {
            let (a, b) = self.two()?;
            return words::binary(&word, a, b)
                .map_or_else(|| self.cursor.error("no operation"), Ok);
        }
        match word.as_str() {
            "const" => Ok(Op::Const(self.constant()?)),
            "now" => Ok(Op::Now),
            "today" => Ok(Op::Today {
                months: self.cursor.number()?,
                days: self.cursor.number()?,
            }),
            "now_plus" => Ok(Op::Instant(InstantSpec::NowPlus(self.cursor.number()?))),
            "now_plus_period" => Ok(Op::Instant(InstantSpec::NowPlusPeriod {
                months: self.cursor.number()?,
                days: self.cursor.number()?,
            })),
            "unit_start" => {
                let unit = self.one_of("a calendar unit", words::unit)?;
                Ok(Op::Instant(InstantSpec::UnitStart {
                    unit,
                    offset: self.cursor.number()?,
                }))
            }
            "profile" => Ok(Op::Profile(self.profile_column()?)),
            "event" => Ok(Op::Event {
                level: self.cursor.number()?,
                cols: self.event_columns()?,
            }),
            "elem" => Ok(Op::Elem {
                level: self.cursor.number()?,
                child: self.cursor.number()?,
            }),
            "and" => Ok(Op::And(self.nodes()?.into())),
            "or" => Ok(Op::Or(self.nodes()?.into())),
            "concat" => Ok(Op::Concat(self.nodes()?.into())),
            "if" => self.conditional(),
            "in" => Ok(Op::In(self.node()?, self.constants()?.into())),
            "has_any" => Ok(Op::HasAny(self.node()?, self.constants()?.into())),
            "has_all" => Ok(Op::HasAll(self.node()?, self.constants()?.into())),
            "matches" => Ok(Op::Matches(self.node()?, self.cursor.text()?.into())),
            "date_add" => {
                let date = self.node()?;
                Ok(Op::DateAdd {
                    date,
                    months: self.cursor.number()?,
                    days: self.cursor.number()?,
                })
            }
            "local_part" => Ok(Op::LocalPart(
                self.node()?,
                self.one_of("a part of a date", words::part)?,
            )),
            "date_part" => Ok(Op::DatePart(
                self.node()?,
                self.one_of("a part of a date", words::part)?,
            )),
            "display" => Ok(Op::Display(self.node()?, self.optional_text()?)),
            "any_elem" | "all_elem" => self.quantifier(word == "all_elem"),
            "list_agg" => self.list_aggregate(),
            "sample" => Ok(Op::Sample {
                salt: self.cursor.text()?.into(),
                buckets: self.cursor.number()?,
            }),
            "lookup" => Ok(Op::Lookup {
                catalog: self.catalog_id()?,
                key: self.node()?,
            }),
            "item_col" => {
                let item = self.node()?;
                let col = self.item_column(item)?;
                Ok(Op::ItemCol { item, col })
            }
            "items" => Ok(Op::Items(self.catalog_id()?)),
            "input" => Ok(Op::Input(self.cursor.number()?)),
            "arm" => self.arm(),
            "rank" => Ok(Op::Rank(RankId(self.cursor.number()?), self.node()?)),
            "agg" => self.aggregate(),
            "sequence" => self.sequence(),
            _ => self
                .cursor
                .error(format!("no operation is called `{word}`")),
        }
    }

    fn arm(&mut self) -> ParseResult<Op> {
        let experiment = self.cursor.text()?.into();
        let hash = self.one_of("a hash", |word| {
            let known = ArmHash::ALL.into_iter().find(|(name, _)| *name == word);
            known.map(|(_, hash)| hash)
        })?;
        let salt = self.cursor.text()?.into();
        let holdout = self.cursor.number()?;
        self.cursor.keyword("ends")?;
        let mut ends = vec![self.cursor.number()?];
        while self.cursor.eat(',')? {
            ends.push(self.cursor.number()?);
        }
        let layer = if self.cursor.eat_word("layer")? {
            Some(Layer {
                name: self.cursor.text()?.into(),
                from: self.cursor.number()?,
                to: self.cursor.number()?,
            })
        } else {
            None
        };
        Ok(Op::Arm(Arc::new(Arm {
            experiment,
            hash,
            salt,
            holdout,
            ends: ends.into(),
            layer,
        })))
    }

    fn two(&mut self) -> ParseResult<(NodeId, NodeId)> {
        let a = self.node()?;
        self.cursor.mark(',')?;
        Ok((a, self.node()?))
    }

    fn nodes(&mut self) -> ParseResult<Vec<NodeId>> {
        let mut nodes = vec![self.node()?];
        while self.cursor.eat(',')? {
            nodes.push(self.node()?);
        }
        Ok(nodes)
    }

    fn conditional(&mut self) -> ParseResult<Op> {
        let (cond, then) = self.two()?;
        self.cursor.mark(',')?;
        Ok(Op::If {
            cond,
            then,
            other: self.node()?,
        })
    }

    fn quantifier(&mut self, all: bool) -> ParseResult<Op> {
        let level = self.cursor.number()?;
        let (list, body) = self.two()?;
        Ok(if all {
            Op::AllElem { list, level, body }
        } else {
            Op::AnyElem { list, level, body }
        })
    }

    /// The node after a word, if the word stands here.
    fn part(&mut self, word: &str) -> ParseResult<Option<NodeId>> {
        if self.cursor.eat_word(word)? {
            self.node().map(Some)
        } else {
            Ok(None)
        }
    }

    fn list_aggregate(&mut self) -> ParseResult<Op> {
        let kind: ListAggKind = self.one_of("an aggregate", words::list_agg)?;
        let level = self.cursor.number()?;
        let list = self.node()?;
        Ok(Op::ListAgg {
            kind,
            list,
            level,
            filter: self.part("where")?,
            value: self.part("value")?,
        })
    }

    fn event_columns(&mut self) -> ParseResult<Box<[EventCol]>> {
        self.cursor.mark('(')?;
        let mut cols = Vec::new();
        while !self.cursor.eat(')')? {
            let kind = self.kind()?;
            cols.push(EventCol {
                kind,
                col: self.event_column(kind)?,
            });
            if !self.cursor.eat(',')? {
                self.cursor.mark(')')?;
                break;
            }
        }
        Ok(cols.into())
    }

    fn kinds(&mut self) -> ParseResult<Box<[KindId]>> {
        let mut kinds = vec![self.kind()?];
        while self.cursor.eat(',')? {
            kinds.push(self.kind()?);
        }
        Ok(kinds.into())
    }

    fn bound(&mut self, word: &str, sign: char) -> ParseResult<Option<Bound>> {
        if !self.cursor.eat_word(word)? {
            return Ok(None);
        }
        self.cursor.mark(sign)?;
        let inclusive = self.cursor.eat('=')?;
        Ok(Some(Bound {
            at: self.node()?,
            inclusive,
        }))
    }

    fn query(&mut self) -> ParseResult<Query> {
        self.cursor.keyword("of")?;
        Ok(Query {
            kinds: self.kinds()?,
            items: if self.cursor.eat_word("items")? {
                Some(self.event_columns()?)
            } else {
                None
            },
            from: self.bound("from", '>')?,
            to: self.bound("to", '<')?,
            latest: if self.cursor.eat_word("latest")? {
                Some(self.cursor.number()?)
            } else {
                None
            },
            filter: self.part("where")?,
        })
    }

    fn aggregate(&mut self) -> ParseResult<Op> {
        let word = self.cursor.word()?;
        let kind = match word.as_str() {
            "nth" | "nth_last" => AggKind::Nth {
                n: self.cursor.number()?,
                from_end: word == "nth_last",
            },
            "units_hit" => {
                let unit = self.one_of("a calendar unit", words::unit)?;
                AggKind::UnitsHit {
                    unit,
                    units: self.cursor.number()?,
                }
            }
            _ => match words::agg(&word) {
                Some(kind) => kind,
                None => {
                    return self
                        .cursor
                        .error(format!("no aggregate is called `{word}`"));
                }
            },
        };
        Ok(Op::Agg(Box::new(Agg {
            kind,
            query: self.query()?,
            value: self.part("value")?,
        })))
    }

    fn sequence(&mut self) -> ParseResult<Op> {
        let latest = self.cursor.eat_word("only_last")?;
        let first = self.query()?;
        let mut steps = Vec::new();
        while self.cursor.eat_word("then")? {
            steps.push(Step {
                kinds: self.kinds()?,
                filter: self.part("where")?,
                within: self.part("within")?,
            });
        }
        let not = if self.cursor.eat_word("then_not")? {
            Some(self.negation()?)
        } else {
            None
        };
        Ok(Op::Sequence(Box::new(Sequence {
            first,
            latest,
            steps: steps.into(),
            not,
        })))
    }

    fn negation(&mut self) -> ParseResult<Negation> {
        let kinds = self.kinds()?;
        let filter = self.part("where")?;
        let mode = match (self.part("within")?, self.part("for")?) {
            (Some(length), _) => NegationMode::Within(length),
            (None, Some(length)) => NegationMode::For(length),
            (None, None) => NegationMode::Ever,
        };
        Ok(Negation {
            kinds,
            filter,
            mode,
        })
    }
}

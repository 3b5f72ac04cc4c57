//! What only declarations of a kind have: conditions of segments, stages, slots and variants, limits, arms.

use std::sync::Arc;

use persona::VariantPreview;
use persona_ide::words::{self, Said};
use persona_sema::editor::{Declaration, type_text};
use persona_sema::{Expr, Per, Query, SlotValue, Type, Unit};
use persona_syntax::ast::{CalendarUnit, DeclKind};

use super::flow::Flow;
use super::{Builder, Check, Field, Value};

/// A condition: as it is said, and as it is written.
pub(in crate::doc) struct Condition {
    pub(in crate::doc) said: Said,
    pub(in crate::doc) written: String,
}

/// A parameter.
pub(in crate::doc) struct Param {
    pub(in crate::doc) name: String,
    pub(in crate::doc) ty: String,
    pub(in crate::doc) default: Option<String>,
}

/// A stage of a partition.
pub(in crate::doc) struct Stage {
    pub(in crate::doc) name: Arc<str>,
    pub(in crate::doc) title: Option<Arc<str>>,
    /// Absent for the last, which has everybody else.
    pub(in crate::doc) condition: Option<Condition>,
}

/// Hours of quiet.
pub(in crate::doc) struct Quiet {
    /// `21:00`
    pub(in crate::doc) from: String,
    pub(in crate::doc) to: String,
    pub(in crate::doc) condition: Option<Condition>,
}

/// How often a channel may be used.
pub(in crate::doc) struct Limit {
    /// `3 in 7 days`
    pub(in crate::doc) rate: String,
    /// The channels that are counted together with it.
    pub(in crate::doc) across: Vec<Arc<str>>,
}

/// A slot of a content.
pub(in crate::doc) struct Slot {
    pub(in crate::doc) name: Arc<str>,
    pub(in crate::doc) ty: String,
    pub(in crate::doc) default: Option<String>,
    pub(in crate::doc) doc: Option<String>,
}

/// A variant of a content.
pub(in crate::doc) struct Variant {
    pub(in crate::doc) name: Arc<str>,
    /// Absent for the last, which everybody else reads.
    pub(in crate::doc) condition: Option<Condition>,
    /// The languages that it has texts of its own for.
    pub(in crate::doc) languages: Vec<Arc<str>>,
    /// The templates that it is made from.
    pub(in crate::doc) templates: Vec<Arc<str>>,
    /// As made-up people read it.
    pub(in crate::doc) previews: Vec<VariantPreview>,
}

/// An arm of an experiment.
pub(in crate::doc) struct Arm {
    pub(in crate::doc) name: Arc<str>,
    /// Its share of all who take part, 0 to 1.
    pub(in crate::doc) share: f64,
}

/// What only declarations of a kind have.
pub(in crate::doc) enum Detail {
    /// Nothing beside their text: constants, functions.
    Value {
        params: Vec<Param>,
        ty: String,
        /// As written.
        value: String,
    },
    Table {
        fields: Vec<Field>,
        checks: Vec<Check>,
    },
    Events {
        members: Vec<String>,
    },
    Enum {
        ordered: bool,
        values: Vec<Value>,
    },
    Source {
        of: String,
        path: String,
    },
    Segment {
        params: Vec<Param>,
        condition: Option<Condition>,
    },
    Partition {
        stages: Vec<Stage>,
    },
    Exclusive,
    Purpose {
        requires: Option<Condition>,
    },
    Channel {
        to: String,
        requires: Option<Condition>,
        quiet: Vec<Quiet>,
        limits: Vec<Limit>,
        defers: bool,
        skips: Vec<(Condition, Arc<str>)>,
        transactional: bool,
    },
    Trigger(Flow),
    Content {
        params: Vec<Param>,
        slots: Vec<Slot>,
        skips: Vec<(Condition, Arc<str>)>,
        variants: Vec<Variant>,
    },
    Recommend {
        params: Vec<Param>,
        filter: Option<Condition>,
        take: u32,
        rank: Vec<(String, bool)>,
    },
    Experiment {
        holdout: f64,
        arms: Vec<Arm>,
        goals: Vec<String>,
        layer: Option<Arc<str>>,
    },
}

impl Detail {
    /// Whether it is a table, whose users rest on some fields and not on all.
    pub(in crate::doc) fn is_table(&self) -> bool {
        matches!(self, Self::Table { .. })
    }
}

impl<'m> Builder<'m> {
    /// A condition of a declaration.
    pub(super) fn condition(&self, decl: &Declaration<'m>, expr: &Expr) -> Condition {
        Condition {
            said: words::said(self.db, *decl, expr),
            written: words::snippet(decl.text, expr.span),
        }
    }

    fn maybe(&self, decl: &Declaration<'m>, expr: Option<&Expr>) -> Option<Condition> {
        expr.map(|expr| self.condition(decl, expr))
    }

    pub(super) fn type_text(&self, ty: &Type) -> String {
        type_text(self.schema(), ty)
    }

    pub(super) fn query(&self, decl: &Declaration<'m>, query: &Query) -> String {
        words::events(self.db, *decl, query)
    }

    /// What only this kind of declaration has.
    pub(super) fn detail(&self, decl: &Declaration<'m>) -> Detail {
        match &decl.tree.kind {
            DeclKind::Profile(_) | DeclKind::Event(_) | DeclKind::Catalog(_) => {
                return Detail::Table {
                    fields: self.fields(decl),
                    checks: self.checks(decl),
                };
            }
            DeclKind::Events { members } => {
                let members = members.iter().map(|name| name.text.clone());
                return Detail::Events {
                    members: members.collect(),
                };
            }
            DeclKind::Enum { ordered, .. } => {
                return Detail::Enum {
                    ordered: *ordered,
                    values: self.values(decl),
                };
            }
            DeclKind::Exclusive { .. } => return Detail::Exclusive,
            _ => {}
        }
        self.db.unit(decl.id).map_or_else(
            || self.value(decl, String::new()),
            |unit| self.of_unit(decl, unit),
        )
    }

    fn of_unit(&self, decl: &Declaration<'m>, unit: &'m Unit) -> Detail {
        match unit {
            Unit::Const { ty, .. } => self.value(decl, self.type_text(ty)),
            Unit::Trait { definition, .. } => self.value(decl, self.type_text(&definition.ty)),
            Unit::Fn { ty, .. } => self.value(decl, self.type_text(ty)),
            Unit::Segment { definition, .. } => Detail::Segment {
                params: self.params(decl),
                condition: Some(self.condition(decl, &definition.body)),
            },
            Unit::Partition(partition) => self.partition(decl, partition),
            Unit::Purpose(purpose) => Detail::Purpose {
                requires: Some(self.condition(decl, &purpose.requires)),
            },
            Unit::Channel(channel) => self.channel(decl, channel),
            Unit::Recommend(recommend, _) => Detail::Recommend {
                params: self.params(decl),
                filter: self.maybe(decl, recommend.filter.as_ref()),
                take: recommend.take,
                rank: recommend
                    .rank
                    .iter()
                    .map(|key| (words::snippet(decl.text, key.value.span), key.descending))
                    .collect(),
            },
            Unit::Trigger(trigger) => Detail::Trigger(self.flow(decl, trigger)),
            Unit::Content(content) => self.content(decl, content),
            Unit::Experiment(experiment) => self.experiment(decl, experiment),
            Unit::Source { definition, .. } => Detail::Source {
                of: match &decl.resolved.kind {
                    DeclKind::Source(source) => source.of.text.clone(),
                    _ => String::new(),
                },
                path: definition.path.to_string(),
            },
            Unit::None | Unit::Table(_) | Unit::Catalog(_) | Unit::Test(_) | Unit::Exclusive(_) => {
                self.value(decl, String::new())
            }
        }
    }

    fn value(&self, decl: &Declaration<'m>, ty: String) -> Detail {
        let value = match &decl.tree.kind {
            DeclKind::Const { value, .. }
            | DeclKind::Trait { value, .. }
            | DeclKind::Fn { value, .. } => words::snippet(decl.text, value.span),
            _ => String::new(),
        };
        Detail::Value {
            params: self.params(decl),
            ty,
            value,
        }
    }

    fn partition(&self, decl: &Declaration<'m>, partition: &persona_sema::Partition) -> Detail {
        let stages = &self.schema().enums[partition.stages].values;
        let stages = stages.iter().enumerate();
        let stages = stages.map(|(index, (name, title))| Stage {
            name: Arc::clone(name),
            title: title.clone(),
            condition: self.maybe(decl, partition.conditions.get(index)),
        });
        Detail::Partition {
            stages: stages.collect(),
        }
    }

    fn channel(&self, decl: &Declaration<'m>, channel: &persona_sema::Channel) -> Detail {
        let quiet = channel.quiet.iter().map(|quiet| Quiet {
            from: clock(i64::from(quiet.from)),
            to: clock(i64::from(quiet.to)),
            condition: self.maybe(decl, quiet.condition.as_ref()),
        });
        let limits = channel.limits.iter().map(|limit| Limit {
            rate: rate(i64::from(limit.count), limit.per),
            across: limit
                .channels
                .iter()
                .filter(|name| **name != channel.name)
                .cloned()
                .collect(),
        });
        Detail::Channel {
            to: words::snippet(decl.text, channel.to.span),
            requires: self.maybe(decl, channel.requires.as_ref()),
            quiet: quiet.collect(),
            limits: limits.collect(),
            defers: channel.defers,
            skips: self.skips(decl, &channel.skips),
            transactional: channel.transactional,
        }
    }

    fn skips(
        &self,
        decl: &Declaration<'m>,
        skips: &[persona_sema::Skip],
    ) -> Vec<(Condition, Arc<str>)> {
        let skips = skips.iter();
        skips
            .map(|skip| {
                (
                    self.condition(decl, &skip.condition),
                    Arc::clone(&skip.reason),
                )
            })
            .collect()
    }

    fn content(&self, decl: &Declaration<'m>, content: &persona_sema::Content) -> Detail {
        let slots = content.slots.iter().map(|slot| Slot {
            name: Arc::clone(&slot.name),
            ty: self.type_text(&slot.ty),
            default: slot
                .default
                .as_ref()
                .map(|value| words::snippet(decl.text, value.span)),
            doc: slot.doc.clone(),
        });
        let previews = self.previews.into_iter().flat_map(|all| &all.contents);
        let preview = previews
            .into_iter()
            .find(|preview| preview.content == content.name);
        let variants = content.variants.iter().enumerate();
        let variants = variants.map(|(index, variant)| {
            let rendered = preview.into_iter().flat_map(|preview| &preview.variants);
            let localized = variant.locales.iter().flat_map(|locale| &locale.slots);
            let values = variant.slots.iter().chain(localized);
            let mut templates: Vec<Arc<str>> = values
                .filter_map(|(_, value)| match value {
                    SlotValue::Template { path, .. } => Some(Arc::clone(path)),
                    SlotValue::Expr(_) => None,
                })
                .collect();
            templates.sort();
            templates.dedup();
            Variant {
                name: Arc::clone(&variant.name),
                condition: self.maybe(decl, variant.condition.as_ref()),
                languages: variant
                    .locales
                    .iter()
                    .map(|locale| Arc::clone(&locale.tag))
                    .collect(),
                templates,
                previews: rendered
                    .filter(|one| one.rendered.index == index)
                    .cloned()
                    .collect(),
            }
        });
        Detail::Content {
            params: self.params(decl),
            slots: slots.collect(),
            skips: self.skips(decl, &content.skips),
            variants: variants.collect(),
        }
    }

    fn experiment(&self, decl: &Declaration<'m>, experiment: &persona_sema::Experiment) -> Detail {
        let buckets = f64::from(experiment.hash.buckets());
        let mut begin = experiment.holdout;
        let names = &self.schema().enums[experiment.arms].values;
        let arms = names.iter().zip(&experiment.ends).map(|((name, _), end)| {
            let share = f64::from(end - begin) / buckets;
            begin = *end;
            Arm {
                name: Arc::clone(name),
                share,
            }
        });
        let goals = experiment.goals.iter().map(|(query, within)| {
            let events = self.query(decl, query);
            match within {
                Some(within) => format!("{events} within {}", words::duration(*within)),
                None => events,
            }
        });
        Detail::Experiment {
            holdout: f64::from(experiment.holdout) / buckets,
            arms: arms.collect(),
            goals: goals.collect(),
            layer: experiment
                .layer
                .as_ref()
                .map(|part| Arc::clone(&part.layer)),
        }
    }
}

/// A local time: `21:00`.
pub(super) fn clock(seconds: i64) -> String {
    format!("{:02}:{:02}", seconds / 3_600, seconds / 60 % 60)
}

/// `3 in 7 days`, `1 per day`.
pub(super) fn rate(count: i64, per: Per) -> String {
    match per {
        Per::Rolling(length) => format!("{count} in {}", words::duration(length)),
        Per::Calendar(unit) => {
            let unit = match unit {
                CalendarUnit::Day => "day",
                CalendarUnit::Week => "week",
                CalendarUnit::Month => "month",
                CalendarUnit::Quarter => "quarter",
                CalendarUnit::Year => "year",
            };
            format!("{count} per calendar {unit}")
        }
    }
}

//! Declarations: what each kind of them means, and everything that can be wrong with one.
//!
//! A check looks at one declaration, through the database's queries for all it refers to. Places are relative to the
//! declaration; files are stand-ins.

mod annotations;
mod campaign;
mod casing;
mod enums;
mod fields;
mod history;
mod key;
mod location;
mod names_in;
mod params;
mod prefer;
mod raw;
mod reserved;
mod rules;
mod sent;
mod source;
mod table;
mod text;
mod types;

use std::sync::Arc;

use persona_base::{Code, Diagnostic, FileId, Severity, Span};
use persona_syntax::ast;

use crate::db::{Db, Decl, DeclEnv, stand_in};
use crate::env::{Global, OpenOperand, Scope, Signature};
use crate::{
    Catalog, Channel, Const, Content, EventId, Experiment, Function, Param, Partition, Purpose,
    Recommend, Segment, Source, TableDef, Test, Trait, Trigger, Type,
};

pub(crate) use annotations::{annotations, lint_names};
pub use campaign::content::TEMPLATE_ENDINGS;
pub(crate) use campaign::content::content_shape;
pub(crate) use campaign::row::defaulted_fields;
pub(crate) use enums::{WEEKDAY, WEEKDAYS, enum_def, weekday};
pub(crate) use fields::{IMPLICIT_PROFILE, Shape, shape};
pub(crate) use names_in::{NamesIn, names_in};
pub(crate) use raw::COLUMN_METHODS;
pub(crate) use sent::{SENT, own_enum, sent_table};
pub(crate) use text::{plain_string, removal};
pub(crate) use types::is_built_in as is_built_in_type;
pub(crate) use types::{built_in_types, plain_types};

/// What the check of a declaration found.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct DeclResult {
    /// What is wrong; places relative to the declaration, files stand-ins.
    pub(crate) diagnostics: Vec<Diagnostic>,
    /// What it is; without meaning where something is wrong.
    pub(crate) unit: Unit,
}

/// What a declaration is, once checked. Origins are filled in when the package is assembled.
#[derive(Clone, Debug, PartialEq)]
#[expect(
    clippy::large_enum_variant,
    reason = "one for each declaration, kept in place by its query"
)]
pub enum Unit {
    /// Nothing beyond the schema, or broken.
    None,
    /// A profile or an event.
    Table(TableDef),
    /// A constant.
    Const {
        /// Its type.
        ty: Type,
        /// Its value.
        value: Const,
    },
    /// A trait.
    Trait {
        /// What it is.
        definition: Trait,
        /// What callers must know of its body.
        openness: Openness,
    },
    /// A function.
    Fn {
        /// What it is.
        definition: Function,
        /// The result's type.
        ty: Type,
        /// What callers must know of its body.
        openness: Openness,
    },
    /// A segment.
    Segment {
        /// What it is.
        definition: Segment,
        /// What callers must know of its body.
        openness: Openness,
    },
    /// A partition.
    Partition(Partition),
    /// A catalog.
    Catalog(Catalog),
    /// A purpose.
    Purpose(Purpose),
    /// A channel.
    Channel(Channel),
    /// A recommendation, and its type.
    Recommend(Recommend, Type),
    /// A trigger.
    Trigger(Trigger),
    /// A content.
    Content(Content),
    /// An experiment.
    Experiment(Experiment),
    /// A test.
    Test(Test),
    /// The segments and stages of an exclusion.
    Exclusive(Vec<crate::Expr>),
    /// A source, with the names of `prefer a over b`.
    Source {
        /// What it is.
        definition: Source,
        /// The winner of each, then the loser.
        prefer: Vec<(Arc<str>, Arc<str>)>,
    },
}

/// What callers must know of a body beyond its type.
#[derive(Clone, Debug, PartialEq)]
pub struct Openness {
    /// The first operand that may be missing and is not settled.
    pub open: Option<OpenOperand>,
    /// The parameters that are left open.
    pub open_params: Vec<u32>,
    /// Whether history is asked.
    pub history: bool,
}

impl Unit {
    /// The same as a part of another package than its own: no answer of that one.
    pub(crate) fn imported(mut self) -> Self {
        match &mut self {
            Self::Trait { definition, .. } => definition.imported = true,
            Self::Segment { definition, .. } => definition.imported = true,
            Self::Partition(definition) => definition.imported = true,
            _ => {}
        }
        self
    }

    /// What others see of it.
    pub(crate) fn signature(&self) -> Global {
        let signature = |params: &[Param], ty: Type, openness: &Openness| {
            let Openness {
                open,
                open_params,
                history,
            } = openness.clone();
            Signature {
                params: params.to_vec(),
                ty,
                open,
                open_params,
                history,
            }
        };
        match self {
            Self::None
            | Self::Table(_)
            | Self::Partition(_)
            | Self::Catalog(_)
            | Self::Purpose(_)
            | Self::Channel(_)
            | Self::Trigger(_)
            | Self::Content(_)
            | Self::Experiment(_)
            | Self::Test(_)
            | Self::Exclusive(_)
            | Self::Source { .. } => Global::Broken,
            Self::Recommend(definition, ty) => Global::Recommend(
                Signature {
                    params: definition.params.clone(),
                    ty: ty.clone(),
                    open: None,
                    open_params: Vec::new(),
                    history: false,
                },
                definition.take,
            ),
            Self::Const { ty, value } => Global::Const {
                ty: ty.clone(),
                value: value.clone(),
            },
            Self::Trait {
                definition,
                openness,
            } => Global::Trait(signature(
                &definition.params,
                definition.ty.clone(),
                openness,
            )),
            Self::Fn {
                definition,
                ty,
                openness,
            } => Global::Fn(signature(&definition.params, ty.clone(), openness)),
            Self::Segment {
                definition,
                openness,
            } => Global::Segment(signature(&definition.params, Type::BOOL, openness)),
        }
    }
}

/// The check of one declaration, under way.
pub(crate) struct Checking<'db> {
    pub(crate) db: &'db dyn Db,
    pub(crate) decl: Decl<'db>,
    /// Its tree.
    pub(crate) tree: &'db ast::Decl,
    /// Its text, which spans refer to.
    pub(crate) text: &'db str,
    /// Its stand-in file.
    pub(crate) file: FileId,
    /// What its expressions see.
    pub(crate) env: DeclEnv<'db>,
    /// What was found so far.
    pub(crate) diagnostics: Vec<Diagnostic>,
}

impl<'db> Checking<'db> {
    /// Begins the check of a declaration.
    pub(crate) fn new(db: &'db dyn Db, decl: Decl<'db>, tree: &'db ast::Decl) -> Self {
        Self {
            db,
            decl,
            tree,
            text: decl.source(db).text(db),
            file: stand_in(decl),
            env: DeclEnv::new(db, decl),
            diagnostics: Vec::new(),
        }
    }

    /// The check of another tree and text than the declaration's own, which asks `env`.
    pub(crate) fn with_env(
        db: &'db dyn Db,
        decl: Decl<'db>,
        tree: &'db ast::Decl,
        text: &'db str,
        env: DeclEnv<'db>,
    ) -> Self {
        Self {
            db,
            decl,
            tree,
            text,
            file: stand_in(decl),
            env,
            diagnostics: Vec::new(),
        }
    }

    /// A diagnostic of this declaration.
    pub(crate) fn diagnostic(
        &self,
        code: Code,
        span: Span,
        message: impl Into<String>,
    ) -> Diagnostic {
        Diagnostic::new(code, self.file, span, message)
    }

    /// Keeps a diagnostic.
    pub(crate) fn report(&mut self, diagnostic: Diagnostic) {
        self.diagnostics.push(diagnostic);
    }

    /// The scope of its expressions.
    pub(crate) fn scope<'a>(&'a self, params: &'a [Param]) -> Scope<'a> {
        Scope {
            text: self.text,
            file: self.file,
            params,
            event: None,
            pure: false,
            around: crate::env::Around::default(),
        }
    }

    /// The scope of an event's checks.
    pub(crate) fn event_scope(&self, event: Option<EventId>) -> Scope<'_> {
        Scope {
            text: self.text,
            file: self.file,
            params: &[],
            event,
            pure: false,
            around: crate::env::Around::default(),
        }
    }

    /// A condition, checked; its diagnostics are kept.
    pub(crate) fn condition(
        &mut self,
        params: &[Param],
        expr: &ast::Expr,
        positive: bool,
    ) -> crate::CheckedExpr {
        let checked = crate::check_condition(&self.env, self.scope(params), expr, positive);
        self.diagnostics.extend(checked.diagnostics.iter().cloned());
        checked
    }

    /// A constant of a type; its diagnostics are kept.
    pub(crate) fn constant(&mut self, expr: &ast::Expr, expected: &Type) -> Const {
        let (value, diagnostics) = crate::check_const(&self.env, self.scope(&[]), expr, expected);
        self.diagnostics.extend(diagnostics);
        value
    }
}

/// Checks a declaration.
pub(crate) fn check(checking: &mut Checking<'_>) -> Unit {
    let unit = check_kind(checking);
    let is_wrong = checking
        .diagnostics
        .iter()
        .any(|found| found.severity == Severity::Error);
    // The checker of expressions reports names of two meanings; nothing may pass for valid should one escape it.
    if let Some(name) = checking.env.unasked().filter(|_| !is_wrong) {
        let message = format!("`{name}` means two things in this declaration");
        let diagnostic = checking
            .diagnostic(
                persona_base::names::NAME_COLLISION,
                checking.tree.name.span,
                message,
            )
            .label("something bound inside has the name of a declaration")
            .help("give one of them another name");
        checking.report(diagnostic);
    }
    unit
}

fn check_kind(checking: &mut Checking<'_>) -> Unit {
    let tree = checking.tree;
    annotations::check_annotations(checking);
    if checking.decl.space(checking.db).is_empty() {
        reserved::check_declared_name(checking);
        casing::check_declared_name(checking);
    }
    match &tree.kind {
        ast::DeclKind::Error => Unit::None,
        ast::DeclKind::Profile(table) => table::check_profile(checking, table),
        ast::DeclKind::Event(table) => table::check_event(checking, table),
        ast::DeclKind::Events { members } => enums::check_group(checking, members),
        ast::DeclKind::Enum { values, .. } => enums::check_enum(checking, values),
        ast::DeclKind::Const { ty, value } => rules::check_const_decl(checking, ty, value),
        ast::DeclKind::Source(source) => source::check_source(checking, source),
        ast::DeclKind::Trait { params, ty, value } => {
            rules::check_trait(checking, params, ty.as_ref(), value)
        }
        ast::DeclKind::Fn { params, ty, value } => rules::check_fn(checking, params, ty, value),
        ast::DeclKind::Segment {
            params,
            title,
            condition,
        } => rules::check_segment(checking, params, title.as_ref(), condition),
        ast::DeclKind::Partition {
            title,
            stages,
            otherwise,
        } => rules::check_partition(checking, title.as_ref(), stages, otherwise),
        ast::DeclKind::Catalog(table) => campaign::catalog::check_catalog(checking, table),
        ast::DeclKind::Use(decl) => campaign::modules::check_use(checking, decl),
        ast::DeclKind::Purpose { requires } => campaign::purpose::check_purpose(checking, requires),
        ast::DeclKind::Channel { clauses } => campaign::channel::check_channel(checking, clauses),
        ast::DeclKind::Trigger(decl) => campaign::trigger::check_trigger(checking, decl),
        ast::DeclKind::Content(decl) => campaign::content::check_content(checking, decl),
        ast::DeclKind::Recommend(decl) => campaign::recommend::check_recommend(checking, decl),
        ast::DeclKind::Experiment { clauses } => {
            campaign::experiment::check_experiment(checking, clauses)
        }
        ast::DeclKind::Exclusive { segments } => {
            campaign::exclusive::check_exclusive(checking, segments)
        }
        ast::DeclKind::Test { steps } => campaign::test::check_test(checking, steps),
    }
}

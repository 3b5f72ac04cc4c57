//! A compact printed form of trees, for snapshots in tests.

use std::fmt::Write;

use crate::ast::*;

/// A declaration as an s-expression.
pub(crate) fn decl(decl: &Decl) -> String {
    let mut out = String::new();
    let mut head = |text: &str| out.push_str(text);
    if let Some(doc) = &decl.doc {
        head(&format!("/// {}\n", doc.replace('\n', " ⏎ ")));
    }
    for annotation in &decl.annotations {
        out.push_str(&annotation_text(annotation));
        out.push('\n');
    }
    let name = name_text(&decl.name);
    match &decl.kind {
        DeclKind::Error => write!(out, "(error {name})"),
        DeclKind::Profile(table) => write!(out, "(profile {name}{})", table_text(table)),
        DeclKind::Event(table) => write!(out, "(event {name}{})", table_text(table)),
        DeclKind::Events { members } => {
            write!(
                out,
                "(events {name} {})",
                members.iter().map(name_text).collect::<Vec<_>>().join(" ")
            )
        }
        DeclKind::Enum { ordered, values } => {
            let kind = if *ordered { "ordered-enum" } else { "enum" };
            write!(
                out,
                "({kind} {name}{})",
                values
                    .iter()
                    .map(|v| format!(" {}", value_text(v)))
                    .collect::<String>()
            )
        }
        DeclKind::Const { ty, value } => {
            write!(out, "(const {name} {} {})", type_text(ty), expr(value))
        }
        DeclKind::Source(source) => {
            let clauses: String = source
                .clauses
                .iter()
                .map(|clause| format!("\n  {}", clause_text(clause)))
                .collect();
            write!(out, "(source {name} of {}{clauses})", name_text(&source.of))
        }
        DeclKind::Trait { params, ty, value } => {
            let ty = ty
                .as_ref()
                .map_or(String::new(), |ty| format!(" : {}", type_text(ty)));
            write!(
                out,
                "(trait {name}{}{ty} {})",
                params_text(params),
                expr(value)
            )
        }
        DeclKind::Fn { params, ty, value } => {
            write!(
                out,
                "(fn {name}{} : {} {})",
                params_text(params),
                type_text(ty),
                expr(value)
            )
        }
        DeclKind::Segment {
            params,
            title,
            condition,
        } => {
            write!(
                out,
                "(segment {name}{}{} {})",
                params_text(params),
                title_text(title.as_ref()),
                expr(condition)
            )
        }
        DeclKind::Partition {
            title,
            stages,
            otherwise,
        } => {
            let stages: String = stages.iter().map(stage_text).collect();
            write!(
                out,
                "(partition {name}{}{stages}\n  (otherwise {}))",
                title_text(title.as_ref()),
                value_text(otherwise)
            )
        }
        DeclKind::Catalog(table) => write!(out, "(catalog {name}{})", table_text(table)),
        kind => write!(out, "{}", super::sexpr_campaign::decl(&name, kind)),
    }
    .unwrap();
    out
}

fn stage_text(stage: &Stage) -> String {
    let doc = stage
        .doc
        .as_ref()
        .map_or(String::new(), |doc| format!("/// {doc} "));
    let title = stage
        .title
        .as_ref()
        .map_or(String::new(), |title| format!(" {title:?}"));
    format!(
        "\n  ({doc}{}{title} {})",
        name_text(&stage.name),
        expr(&stage.condition)
    )
}

pub(super) fn name_text(name: &Name) -> String {
    if name.is_missing() {
        "·".to_owned()
    } else {
        name.text.clone()
    }
}

pub(super) fn names(list: &[Name]) -> String {
    list.iter().map(name_text).collect::<Vec<_>>().join(".")
}

pub(super) fn title_text(title: Option<&Expr>) -> String {
    title.map_or(String::new(), |title| format!(" {}", expr(title)))
}

fn value_text(value: &EnumValue) -> String {
    let doc = value
        .doc
        .as_ref()
        .map_or(String::new(), |doc| format!("/// {doc} "));
    match &value.title {
        Some(title) => format!("({doc}{} {title:?})", name_text(&value.name)),
        None => format!("{doc}{}", name_text(&value.name)),
    }
}

fn annotation_text(annotation: &Annotation) -> String {
    format!(
        "@{}{}",
        name_text(&annotation.name),
        annotation
            .args
            .iter()
            .map(|arg| format!(" {}", expr(arg)))
            .collect::<String>()
    )
}

fn table_text(table: &TableDecl) -> String {
    let mut out: String = table
        .fields
        .iter()
        .map(|field| format!("\n  {}", field_text(field)))
        .collect();
    for check in &table.checks {
        let message = check
            .message
            .as_ref()
            .map_or(String::new(), |message| format!(" {}", expr(message)));
        let action = match &check.action {
            CheckAction::Reject => "reject".to_owned(),
            CheckAction::Warn => "warn".to_owned(),
            CheckAction::Clear(name) => format!("clear {}", name_text(name)),
        };
        write!(
            out,
            "\n  (check {}{message} {action})",
            expr(&check.condition)
        )
        .unwrap();
    }
    out
}

pub(super) fn field_text(field: &FieldDecl) -> String {
    let doc = field
        .doc
        .as_ref()
        .map_or(String::new(), |doc| format!("/// {doc} "));
    let default = field
        .default
        .as_ref()
        .map_or(String::new(), |default| format!(" = {}", expr(default)));
    let annotations: String = field
        .annotations
        .iter()
        .map(|a| format!(" {}", annotation_text(a)))
        .collect();
    format!(
        "({doc}{} {}{default}{annotations})",
        name_text(&field.name),
        type_text(&field.ty)
    )
}

pub(crate) fn type_text(ty: &TypeExpr) -> String {
    let mark = if ty.optional { "?" } else { "" };
    match &ty.kind {
        TypeKind::Error => format!("<error>{mark}"),
        TypeKind::Named { name, args } if args.is_empty() => format!("{}{mark}", name_text(name)),
        TypeKind::Named { name, args } => {
            format!(
                "{}<{}>{mark}",
                name_text(name),
                args.iter().map(type_text).collect::<Vec<_>>().join(", ")
            )
        }
        TypeKind::Record(fields) => format!(
            "{{{}}}{mark}",
            fields.iter().map(field_text).collect::<Vec<_>>().join(" ")
        ),
    }
}

pub(super) fn params_text(params: &[Param]) -> String {
    if params.is_empty() {
        return String::new();
    }
    let list: Vec<String> = params
        .iter()
        .map(|param| {
            let default = param
                .default
                .as_ref()
                .map_or(String::new(), |default| format!(" = {}", expr(default)));
            format!(
                "{}: {}{default}",
                name_text(&param.name),
                type_text(&param.ty)
            )
        })
        .collect();
    format!(" ({})", list.join(", "))
}

fn clause_text(clause: &SourceClause) -> String {
    match clause {
        SourceClause::From {
            format,
            path,
            options,
            ..
        } => {
            let format = format
                .as_ref()
                .map_or(String::new(), |format| format!(" {}", format.text));
            let options: String = options
                .iter()
                .map(|(name, value)| format!(" {}={}", name.text, expr(value)))
                .collect();
            format!("(from{format} {}{options})", expr(path))
        }
        SourceClause::Where(condition) => format!("(where {})", expr(condition)),
        SourceClause::GroupBy(keys) => format!("(group {})", exprs(keys)),
        SourceClause::Prefer { winner, loser, .. } => {
            format!("(prefer {} {})", name_text(winner), name_text(loser))
        }
        SourceClause::Field {
            path,
            value: SourceValue::Expr(value),
            ..
        } => format!("({} = {})", names(path), expr(value)),
        SourceClause::Field {
            path,
            value: SourceValue::Each(fields),
            ..
        } => {
            let fields: Vec<String> = fields
                .iter()
                .map(|(name, value)| format!("({} {})", name.text, expr(value)))
                .collect();
            format!("({} = each {})", names(path), fields.join(" "))
        }
    }
}

pub(super) fn exprs(list: &[Expr]) -> String {
    list.iter().map(expr).collect::<Vec<_>>().join(" ")
}

/// An expression as an s-expression.
pub(crate) fn expr(e: &Expr) -> String {
    match &e.kind {
        ExprKind::Error => "<error>".to_owned(),
        ExprKind::Literal(literal) => literal_text(literal),
        ExprKind::Str(parts) => str_text(parts),
        ExprKind::RawStr(text) => format!("r{text:?}"),
        ExprKind::List(items) => format!("[{}]", exprs(items)),
        ExprKind::Record(fields) => {
            let fields: Vec<String> = fields
                .iter()
                .map(|(name, value)| format!("{}: {}", name_text(name), expr(value)))
                .collect();
            format!("{{{}}}", fields.join(", "))
        }
        ExprKind::Name(name) => name_text(name),
        ExprKind::Paren(inner) => format!("(paren {})", expr(inner)),
        ExprKind::Postfix { base, ops } => ops.iter().fold(expr(base), |base, op| match op {
            PostfixOp::Field(name) => format!("{base}.{}", name_text(name)),
            PostfixOp::Method { name, args, .. } => {
                format!("{base}.{}({})", name_text(name), args_text(args))
            }
            PostfixOp::Index { key, .. } => format!("{base}[{}]", expr(key)),
        }),
        ExprKind::Call { name, args, among } => {
            let among = among
                .as_ref()
                .map_or(String::new(), |among| format!(" among {}", expr(among)));
            format!("{}({}{among})", name_text(name), args_text(args))
        }
        ExprKind::Aggregate { name, index, arg } => {
            let index = index
                .as_ref()
                .map_or(String::new(), |index| format!("{} ", expr(index)));
            let arg = match &**arg {
                QueryArg::Query(query) => query_text(query),
                QueryArg::Expr(inner) => format!("(expr {})", expr(inner)),
            };
            format!("({} {index}{arg})", name.text)
        }
        ExprKind::Quantifier {
            all,
            var,
            list,
            condition,
        } => {
            let condition = condition
                .as_ref()
                .map_or(String::new(), |c| format!(" where {}", expr(c)));
            format!(
                "({} {} {}{condition})",
                if *all { "all" } else { "any" },
                name_text(var),
                expr(list)
            )
        }
        ExprKind::Did(did) => did_text(did),
        ExprKind::Neg { count, operand } => format!("(neg{count} {})", expr(operand)),
        ExprKind::Coalesce(items) => format!("(?? {})", exprs(items)),
        ExprKind::Multiplicative { first, rest } => {
            rest.iter().fold(expr(first), |left, (op, _, right)| {
                let op = match op {
                    MulOp::Mul => "*",
                    MulOp::Div => "/",
                    MulOp::IntDiv => "div",
                    MulOp::Mod => "mod",
                };
                format!("({op} {left} {})", expr(right))
            })
        }
        ExprKind::Additive { first, rest } => {
            rest.iter().fold(expr(first), |left, (op, _, right)| {
                format!(
                    "({} {left} {})",
                    if *op == AddOp::Add { "+" } else { "-" },
                    expr(right)
                )
            })
        }
        ExprKind::Ago(inner) => format!("(ago {})", expr(inner)),
        ExprKind::FromNow(inner) => format!("(from-now {})", expr(inner)),
        ExprKind::Not { count, operand, .. } => format!("(not{count} {})", expr(operand)),
        ExprKind::And(items) => format!("(and {})", exprs(items)),
        ExprKind::Or(items) => format!("(or {})", exprs(items)),
        ExprKind::If { arms, otherwise } => {
            let arms: String = arms
                .iter()
                .map(|(c, r)| format!(" ({} {})", expr(c), expr(r)))
                .collect();
            format!("(if{arms} else {})", expr(otherwise))
        }
        ExprKind::Match { subject, arms } => {
            let arms: String = arms.iter().map(arm_text).collect();
            format!("(match {}{arms})", expr(subject))
        }
        _ => comparison(e),
    }
}

/// The forms that compare or test something.
fn comparison(e: &Expr) -> String {
    match &e.kind {
        ExprKind::Compare {
            op, left, right, ..
        } => format!("({op:?} {} {})", expr(left), expr(right)),
        ExprKind::IsKnown { known, operand, .. } => format!(
            "({} {})",
            if *known { "known" } else { "missing" },
            expr(operand)
        ),
        ExprKind::Between {
            negated,
            operand,
            low,
            high,
            ..
        } => {
            format!(
                "({}between {} {} {})",
                not(*negated),
                expr(operand),
                expr(low),
                expr(high)
            )
        }
        ExprKind::In {
            negated,
            operand,
            set,
            ..
        } => {
            let operand = operand
                .as_ref()
                .map_or(String::new(), |operand| format!("{} ", expr(operand)));
            format!("({}in {operand}{})", not(*negated), expr(set))
        }
        ExprKind::InWindow {
            negated,
            operand,
            window,
        } => {
            format!(
                "({}in-window {} {})",
                not(*negated),
                expr(operand),
                window_text(window)
            )
        }
        ExprKind::ContainsSet {
            all,
            negated,
            left,
            right,
            ..
        } => {
            format!(
                "({}contains-{} {} {})",
                not(*negated),
                if *all { "all" } else { "any" },
                expr(left),
                expr(right)
            )
        }
        other => unreachable!("{other:?} is printed above"),
    }
}

fn not(negated: bool) -> &'static str {
    if negated { "not-" } else { "" }
}

fn arm_text(arm: &MatchArm) -> String {
    let patterns: Vec<String> = arm
        .patterns
        .iter()
        .map(|pattern| match pattern {
            Pattern::Value(value) => expr(value),
            Pattern::Missing(_) => "missing".to_owned(),
            Pattern::Otherwise(_) => "otherwise".to_owned(),
        })
        .collect();
    format!(" ({} => {})", patterns.join("|"), expr(&arm.result))
}

pub(super) fn args_text(args: &[Arg]) -> String {
    let list: Vec<String> = args
        .iter()
        .map(|arg| {
            let name = arg
                .name
                .as_ref()
                .map_or(String::new(), |name| format!("{}: ", name.text));
            match &arg.value {
                ArgValue::Expr(value) => format!("{name}{}", expr(value)),
                ArgValue::Type(ty) => format!("{name}type {}", type_text(ty)),
            }
        })
        .collect();
    list.join(", ")
}

fn str_text(parts: &[StrPart]) -> String {
    let mut out = String::from("\"");
    for part in parts {
        match part {
            StrPart::Text(text) => out.push_str(&text.escape_debug().to_string()),
            StrPart::Expr {
                expr: inner,
                format,
            } => {
                let format = format
                    .as_ref()
                    .map_or(String::new(), |format| format!(":{}", name_text(format)));
                write!(out, "{{{}{format}}}", expr(inner)).unwrap();
            }
        }
    }
    out.push('"');
    out
}

fn literal_text(literal: &Literal) -> String {
    match literal {
        Literal::Bool(value) => value.to_string(),
        Literal::Int(value) => value.to_string(),
        Literal::Float(value) => format!("{value:?}"),
        Literal::Percent(value) => format!("{value:?}%"),
        Literal::Money { amount, currency } => format!("{amount}{}", currency.text),
        Literal::Date(days) => format!("date:{days}"),
        Literal::TimeOfDay(seconds) => format!("time:{seconds}"),
        Literal::Timestamp(micros) => format!("at:{micros}"),
        Literal::Duration(micros) => format!("{}s", *micros as f64 / 1e6),
        Literal::Period { months, days } => format!("P{months}m{days}d"),
        Literal::Length(metres) => format!("{metres}metres"),
    }
}

pub(super) fn query_text(query: &Query) -> String {
    let mut out = if query.any_event {
        "any-event".to_owned()
    } else {
        query
            .kinds
            .iter()
            .map(name_text)
            .collect::<Vec<_>>()
            .join("|")
    };
    for name in &query.path {
        write!(out, ".{}", name_text(name)).unwrap();
    }
    if let Some(alias) = &query.alias {
        write!(out, " as {}", name_text(alias)).unwrap();
    }
    if let Some(window) = &query.window {
        write!(out, " {}", window_text(window)).unwrap();
    }
    if let Some(condition) = &query.condition {
        write!(out, " where {}", expr(condition)).unwrap();
    }
    format!("<{out}>")
}

fn window_text(window: &Window) -> String {
    match &window.kind {
        WindowKind::Error => "window:error".to_owned(),
        WindowKind::Last(amount) => format!("last:{}", expr(amount)),
        WindowKind::Next(amount) => format!("next:{}", expr(amount)),
        WindowKind::FromTo { from, to } => format!("from:{}:to:{}", expr(from), expr(to)),
        WindowKind::This(unit) => format!("this:{unit:?}"),
        WindowKind::LastCalendar { count, unit } => {
            format!(
                "calendar:{}{unit:?}",
                count
                    .as_ref()
                    .map_or(String::new(), |count| format!("{}:", expr(count)))
            )
        }
        WindowKind::Latest(amount) => format!("latest:{}", expr(amount)),
    }
}

fn did_text(did: &Did) -> String {
    let mut out = String::from("(did");
    if did.negated.is_some() {
        out.push_str("-not");
    }
    if did.latest {
        out.push_str("-latest");
    }
    write!(out, " {}", query_text(&did.query)).unwrap();
    if let Some(times) = &did.times {
        write!(out, " {:?}:{}", times.bound, expr(&times.count)).unwrap();
    }
    if let Some(per) = &did.per {
        write!(out, " per:{}", name_text(per)).unwrap();
    }
    if let Some(regular) = &did.regular {
        write!(
            out,
            " regular:{}/{}{:?}",
            expr(&regular.at_least),
            expr(&regular.of_last),
            regular.unit
        )
        .unwrap();
    }
    for step in &did.steps {
        let not = if step.negated.is_some() { "-not" } else { "" };
        write!(out, " (then{not} {}", query_text(&step.query)).unwrap();
        if let Some(within) = &step.within {
            write!(out, " within {}", expr(within)).unwrap();
        }
        if let Some(lasting) = &step.lasting {
            write!(out, " for {}", expr(lasting)).unwrap();
        }
        out.push(')');
    }
    out.push(')');
    out
}

//! Filters: what each works on, its arguments, and what it gives.

use std::sync::Arc;

use persona_base::{Applicability, Span, liquid, nearest};

use super::{Checker, Typed};
use crate::ast::Filter;
use crate::filters::{Fid, Kind};
use crate::ir::{Call, Expr, With};
use crate::strftime::Format;
use crate::{Ty, Value, literals, registry};

/// A filter that is checked: what it is, where, and its arguments.
pub(super) struct Asked<'a> {
    pub(super) filter: &'a Filter,
    pub(super) id: Fid,
    pub(super) args: Vec<Typed>,
    /// `allow_false`
    keep_false: Option<Typed>,
}

/// What an argument is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Want {
    Text,
    Int,
}

/// What a filter gives: its type, and what it needs to know.
pub(super) type Given = Option<(Ty, With)>;

impl Checker<'_> {
    pub(super) fn filter(&mut self, input: Typed, filter: &Filter) -> Typed {
        let span = input.span.to(filter.span);
        let Some(id) = self.known_filter(filter) else {
            for argument in &filter.args {
                self.value(&argument.value);
            }
            return Typed::error(span);
        };
        let Some(mut asked) = self.arguments(filter, id) else {
            return Typed::error(span);
        };
        if input.ty.is_error() || asked.args.iter().any(|arg| arg.ty.is_error()) {
            return Typed::error(span);
        }
        let mut input = input;
        let lifted = input.ty.is_optional() && id != Fid::Default;
        if lifted {
            if !id.carries() {
                self.settle_first(&input, filter);
                return Typed::error(span);
            }
            input.ty = input.ty.known();
        }
        let Some((ty, with)) = self.given(&mut input, &mut asked) else {
            return Typed::error(span);
        };
        let call = Call {
            filter: id,
            input: input.expr,
            args: asked.args.into_iter().map(|arg| arg.expr).collect(),
            with,
            place: self.place(span),
        };
        let ty = if lifted { ty.optional() } else { ty };
        Typed::new(Expr::Call(Box::new(call)), ty, span)
    }

    fn known_filter(&mut self, filter: &Filter) -> Option<Fid> {
        let name = &filter.name;
        let info = registry::filter(&name.text);
        if let Some(id) = info.and_then(|info| info.id) {
            return Some(id);
        }
        let diagnostic = match info {
            Some(info) => self
                .problem(
                    liquid::UNKNOWN_FILTER,
                    name.span,
                    format!("`{}` is not for messages", name.text),
                )
                .help(info.says),
            None => {
                let diagnostic = self.problem(
                    liquid::UNKNOWN_FILTER,
                    name.span,
                    format!("there is no filter `{}`", name.text),
                );
                let habit = HABITS
                    .iter()
                    .find(|(other, _)| *other == &*name.text)
                    .map(|(_, meant)| *meant);
                match habit.or_else(|| nearest(&name.text, registry::filter_names())) {
                    Some(near) => diagnostic.perhaps(name.span, near),
                    None => diagnostic.help("the filters are in the table of the documentation"),
                }
            }
        };
        self.report(diagnostic);
        None
    }

    /// The arguments, as many as the filter takes.
    fn arguments<'a>(&mut self, filter: &'a Filter, id: Fid) -> Option<Asked<'a>> {
        let mut asked = Asked {
            filter,
            id,
            args: Vec::new(),
            keep_false: None,
        };
        let mut fine = true;
        for argument in &filter.args {
            let typed = self.value(&argument.value);
            match &argument.name {
                None => asked.args.push(typed),
                Some(name) if id == Fid::Default && *name.text == *"allow_false" => {
                    if !matches!(typed.ty, Ty::Bool | Ty::Error) {
                        self.argument_type(&typed, "`allow_false` is `true` or `false`");
                        fine = false;
                    }
                    asked.keep_false = Some(typed);
                }
                Some(name) => {
                    let message = format!("`{}` has no argument `{}`", filter.name.text, name.text);
                    let diagnostic = self.problem(liquid::FILTER_ARGUMENTS, name.span, message);
                    self.report(
                        diagnostic.help("its arguments have no names: they stand in order"),
                    );
                    fine = false;
                }
            }
        }
        let (least, most) = id.arity();
        let count = asked.args.len();
        if !fine || (least..=most).contains(&count) {
            let optional = asked
                .args
                .iter()
                .find(|arg| arg.ty.is_optional() && id != Fid::Default)
                .cloned();
            if let Some(arg) = optional {
                self.may_be_missing(&arg, "an argument is there");
                fine = false;
            }
            return fine.then_some(asked);
        }
        let takes = match (least, most) {
            (0, 0) => "no argument".to_owned(),
            (1, 1) => "one argument".to_owned(),
            (least, most) if least == most => format!("{least} arguments"),
            (0, 1) => "at most one argument".to_owned(),
            (least, most) => format!("{least} to {most} arguments"),
        };
        let span = if count > most {
            asked.args[most].span
        } else {
            filter.name.span
        };
        let diagnostic = self.problem(
            liquid::FILTER_ARGUMENTS,
            span,
            format!("`{}` takes {takes}", filter.name.text),
        );
        self.report(if count > most {
            diagnostic.label("this is one too many")
        } else {
            diagnostic.help(format!("as in `{}`", id.example()))
        });
        None
    }

    fn settle_first(&mut self, input: &Typed, filter: &Filter) {
        let of = input.ty.clone().known();
        let default = match of {
            Ty::Int => "0",
            Ty::Float => "0.0",
            _ => "\"\"",
        };
        let name = &filter.name.text;
        let source = self.source(input.span).to_owned();
        let diagnostic = self
            .problem(
                liquid::MAY_BE_MISSING,
                input.span,
                format!("`{source}` may be missing"),
            )
            .label(format!("`{name}` would make something of nothing"));
        self.report(match of {
            Ty::Int | Ty::Float | Ty::Str => diagnostic.fix(
                format!("add `| default: {default}` before it"),
                Applicability::Maybe,
                Span::at(input.span.end),
                format!(" | default: {default}"),
            ),
            _ => diagnostic.help("ask whether it is there: `{% if … %}`"),
        });
    }

    pub(super) fn argument_type(&mut self, arg: &Typed, message: &str) {
        let diagnostic = self
            .problem(liquid::FILTER_ARGUMENTS, arg.span, message)
            .label(format!("this is {}", arg.ty.describe()));
        let source = self.source(arg.span).to_owned();
        let number = matches!(arg.literal(), Some(Value::Str(text)) if text.parse::<f64>().is_ok_and(f64::is_finite));
        self.report(match arg.literal() {
            Some(Value::Int(_) | Value::Float(_)) if message.contains("text") => {
                diagnostic.perhaps(arg.span, format!("\"{source}\""))
            }
            Some(Value::Str(text)) if number && message.contains("number") => {
                diagnostic.perhaps(arg.span, &**text)
            }
            _ => diagnostic,
        });
    }

    /// What a filter works on is something else.
    pub(super) fn input_type(&mut self, input: &Typed, asked: &Asked<'_>) -> Given {
        let info = registry::filter(&asked.filter.name.text);
        let takes = info.map_or("something else", |info| info.takes);
        let message = format!("`{}` works on {takes}", asked.filter.name.text);
        let diagnostic = self
            .problem(liquid::FILTER_INPUT, asked.filter.name.span, message)
            .secondary(
                self.file,
                input.span,
                format!("this is {}", input.ty.describe()),
            );
        let literal = match input.literal() {
            Some(Value::Str(text))
                if text.parse::<f64>().is_ok_and(f64::is_finite) && takes.contains("number") =>
            {
                Some(text.to_string())
            }
            Some(Value::Int(_) | Value::Float(_)) if takes.starts_with("text") => {
                Some(format!("\"{}\"", self.source(input.span)))
            }
            _ => None,
        };
        self.report(match literal {
            Some(literal) => diagnostic.fix(format!("write `{literal}`"), Applicability::Maybe, input.span, literal),
            None => match (&input.ty, asked.id.kind()) {
                (Ty::Html, Kind::Text) => diagnostic.help("in a slot of type `Html`, what `capture` names is HTML already; change the parts before"),
                (Ty::List(_), Kind::Text) => diagnostic.help("make one text of the list with `join`"),
                (Ty::Str, Kind::Date) => diagnostic.help("a date is a field of type `Date` or `Timestamp`, or written as `\"2026-01-31\"`; `today` and `now` are values, not texts"),
                _ => diagnostic,
            },
        });
        None
    }

    fn given(&mut self, input: &mut Typed, asked: &mut Asked<'_>) -> Given {
        match asked.id.kind() {
            Kind::Text => self.text(input, asked),
            Kind::Number => self.arithmetic(input, asked),
            Kind::List => self.listing(input, asked),
            Kind::Pick => self.picking(input, asked),
            Kind::Money => match input.ty {
                Ty::Money(_) => Some((Ty::Str, With::Ty(input.ty.clone()))),
                _ => self.input_type(input, asked),
            },
            Kind::Date => self.date(input, asked),
            Kind::Default => self.default(input, asked),
        }
    }

    /// Text as filters want it: an enum's value is its name.
    pub(super) fn as_text(input: &mut Typed) -> bool {
        if let Ty::Enum(_) = &input.ty {
            let inside = std::mem::replace(&mut input.expr, Expr::Const(Value::Missing));
            input.expr = Expr::Name(Box::new(inside), input.ty.clone());
            input.ty = Ty::Str;
        }
        input.ty == Ty::Str
    }

    fn text(&mut self, input: &mut Typed, asked: &mut Asked<'_>) -> Given {
        let html = self.html;
        if input.ty == Ty::Html {
            match asked.id {
                Fid::StripHtml => {
                    return Some((if html { Ty::Html } else { Ty::Str }, With::Nothing));
                }
                Fid::Raw => return Some((Ty::Html, With::Nothing)),
                _ => return self.input_type(input, asked),
            }
        }
        if asked.id == Fid::Pluralize {
            if input.ty != Ty::Int {
                return self.input_type(input, asked);
            }
        } else if !Self::as_text(input) {
            return self.input_type(input, asked);
        }
        self.wanted(asked, asked.id.wants())?;
        let of_target = if html { Ty::Html } else { Ty::Str };
        match asked.id {
            Fid::Split => Some((Ty::list(Ty::Str), With::Nothing)),
            Fid::Escape | Fid::EscapeOnce | Fid::NewlineToBr => Some((of_target, With::Html(html))),
            Fid::Base64Decode | Fid::Base64UrlDecode => Some((Ty::Str.optional(), With::Nothing)),
            Fid::Raw => {
                let span = asked.filter.name.span;
                if !html {
                    let diagnostic = self.problem(
                        liquid::FILTER_INPUT,
                        span,
                        "`raw` is for slots of type `Html`",
                    );
                    self.report(
                        diagnostic.help("text is never escaped in this slot: leave it out"),
                    );
                    return None;
                }
                let diagnostic = self
                    .problem(liquid::RAW, span, "this text is put into the HTML as it is")
                    .label("whoever wrote it writes the message")
                    .help("leave `raw` out where the text is not known to be HTML");
                self.report(diagnostic);
                Some((Ty::Html, With::Nothing))
            }
            _ => Some((Ty::Str, With::Nothing)),
        }
    }

    /// Whether the arguments are texts and whole numbers, as wanted.
    pub(super) fn wanted(&mut self, asked: &mut Asked<'_>, wants: &[bool]) -> Option<()> {
        let name = &asked.filter.name.text;
        for (arg, text) in asked.args.iter_mut().zip(wants) {
            let want = if *text { Want::Text } else { Want::Int };
            let fits = match want {
                Want::Text => Self::as_text(arg),
                Want::Int => arg.ty == Ty::Int,
            };
            if !fits {
                let what = if want == Want::Text {
                    "a text"
                } else {
                    "a whole number"
                };
                self.argument_type(arg, &format!("this argument of `{name}` is {what}"));
                return None;
            }
        }
        Some(())
    }

    fn arithmetic(&mut self, input: &mut Typed, asked: &mut Asked<'_>) -> Given {
        let ty = input.ty.clone();
        let money = matches!(ty, Ty::Money(_));
        let by_numbers = matches!(
            asked.id,
            Fid::Plus
                | Fid::Minus
                | Fid::AtLeast
                | Fid::AtMost
                | Fid::Times
                | Fid::DividedBy
                | Fid::Abs
        );
        let fits = ty.is_number() || (money && by_numbers);
        if !fits {
            return self.input_type(input, asked);
        }
        let with = With::Ty(ty.clone());
        let whole = if money { ty.clone() } else { Ty::Int };
        match asked.id {
            Fid::Abs => return Some((ty, with)),
            Fid::Ceil | Fid::Floor => return Some((Ty::Int, with)),
            Fid::Round => return self.round(asked),
            _ => {}
        }
        let arg = asked.args.first()?.clone();
        let scales = matches!(asked.id, Fid::Times | Fid::DividedBy);
        let fits = if money && !scales {
            arg.ty == ty
        } else {
            arg.ty.is_number()
        };
        if !fits {
            let coerced = literal_money(&arg, &ty).filter(|_| money && !scales);
            let Some(minor) = coerced else {
                let what = if money && !scales {
                    ty.describe()
                } else {
                    "a number".to_owned()
                };
                self.argument_type(
                    &arg,
                    &format!("the argument of `{}` is {what}", asked.filter.name.text),
                );
                return None;
            };
            asked.args[0].expr = Expr::Const(minor);
            return Some((ty, with));
        }
        let both = if money {
            whole
        } else if ty == Ty::Float || arg.ty == Ty::Float {
            Ty::Float
        } else {
            Ty::Int
        };
        if !matches!(asked.id, Fid::DividedBy | Fid::Modulo) {
            return Some((both, with));
        }
        match arg.literal() {
            Some(Value::Int(0)) => self.by_zero(&arg),
            Some(Value::Float(zero)) if *zero == 0.0 => self.by_zero(&arg),
            Some(_) => Some((both, with)),
            None => Some((both.optional(), with)),
        }
    }

    fn by_zero(&mut self, arg: &Typed) -> Given {
        let diagnostic = self.problem(
            liquid::FILTER_ARGUMENTS,
            arg.span,
            "nothing is divided by zero",
        );
        self.report(diagnostic);
        None
    }

    /// `round`, `round: 2`
    fn round(&mut self, asked: &mut Asked<'_>) -> Given {
        let Some(arg) = asked.args.first().cloned() else {
            return Some((Ty::Int, With::Number(0)));
        };
        match arg.literal() {
            Some(Value::Int(places)) if *places <= 0 => {
                Some((Ty::Int, With::Number((*places).max(-18))))
            }
            Some(Value::Int(places)) => Some((Ty::Float, With::Number((*places).min(15)))),
            _ => {
                self.argument_type(
                    &arg,
                    "the number of decimals is a whole number, written out",
                );
                None
            }
        }
    }

    fn date(&mut self, input: &mut Typed, asked: &mut Asked<'_>) -> Given {
        if let Some(Value::Str(text)) = input.literal() {
            let read = [Ty::Date, Ty::Timestamp, Ty::TimeOfDay]
                .into_iter()
                .find_map(|ty| Some((literals::read(text, &ty)?, ty)));
            if let Some((value, ty)) = read {
                *input = Typed::new(Expr::Const(value), ty, input.span);
            }
        }
        if !matches!(input.ty, Ty::Date | Ty::Timestamp | Ty::TimeOfDay) {
            return self.input_type(input, asked);
        }
        let arg = asked.args.first()?.clone();
        let Some(Value::Str(text)) = arg.literal() else {
            let diagnostic = self.problem(
                liquid::DYNAMIC,
                arg.span,
                "a format is a text that is written out",
            );
            self.report(
                diagnostic
                    .label("so that it is known to fit before anything is sent")
                    .help("as in `{{ birthday | date: \"%d %B\" }}`"),
            );
            return None;
        };
        let format = match Format::read(text) {
            Ok(format) => format,
            Err((_, why)) => {
                let diagnostic = self.problem(liquid::FILTER_ARGUMENTS, arg.span, why);
                self.report(diagnostic.help("`%d` is the day, `%m` the month, `%B` its name, `%Y` the year, `%H:%M` the time"));
                return None;
            }
        };
        let lacking = match input.ty {
            Ty::Date if format.time || format.zone => Some("a date has no time of day"),
            Ty::TimeOfDay if format.date || format.zone => Some("a time of day has no date"),
            _ => None,
        };
        if let Some(lacking) = lacking {
            let diagnostic = self.problem(liquid::FILTER_ARGUMENTS, arg.span, lacking);
            self.report(diagnostic.secondary(
                self.file,
                input.span,
                format!("this is {}", input.ty.describe()),
            ));
            return None;
        }
        asked.args.clear();
        // The type of what is written goes with the value.
        let typed = Expr::Const(Value::Int(match input.ty {
            Ty::Date => 0,
            Ty::TimeOfDay => 1,
            _ => 2,
        }));
        asked.args.push(Typed::new(typed, Ty::Int, arg.span));
        Some((Ty::Str, With::Format(Arc::new(format))))
    }

    /// `default`: the same type, or a text in place of anything that can be printed.
    fn default(&mut self, input: &mut Typed, asked: &mut Asked<'_>) -> Given {
        let keep_false = asked.keep_false.take().map(|typed| typed.expr);
        let of = input.ty.clone().known();
        if !input.ty.is_optional() && !matches!(of, Ty::Bool | Ty::Str | Ty::Html | Ty::List(_)) {
            let diagnostic = self
                .problem(
                    liquid::ALWAYS,
                    asked.filter.span,
                    "this default is never used",
                )
                .label(format!(
                    "what stands before it is {}, which is always there",
                    of.describe()
                ))
                .help("leave it out");
            self.report(diagnostic);
        }
        let arg = asked.args.first()?.clone();
        let other = arg.ty.clone().known();
        let lift = |ty: Ty| {
            if arg.ty.is_optional() {
                ty.optional()
            } else {
                ty
            }
        };
        let with = |keep_false, print| With::Default { keep_false, print };
        if other == of {
            return Some((lift(of), with(keep_false, None)));
        }
        if let (Some(Value::Int(number)), Ty::Float) = (arg.literal(), &of) {
            #[expect(
                clippy::cast_precision_loss,
                reason = "a default as it is written, rounded like any literal"
            )]
            let float = *number as f64;
            asked.args[0].expr = Expr::Const(Value::Float(float));
            return Some((of, with(keep_false, None)));
        }
        if let Some(Value::Str(text)) = arg.literal()
            && let Some(value) = literals::read(text, &of)
        {
            asked.args[0].expr = Expr::Const(value);
            return Some((of, with(keep_false, None)));
        }
        if other == Ty::Str && of == Ty::Html {
            let escape = Call {
                filter: Fid::Escape,
                input: arg.expr.clone(),
                args: Vec::new(),
                with: With::Html(true),
                place: self.place(arg.span),
            };
            asked.args[0].expr = Expr::Call(Box::new(escape));
            return Some((lift(Ty::Html), with(keep_false, None)));
        }
        if other == Ty::Str && of.is_printable() {
            return Some((lift(Ty::Str), with(keep_false, Some(of))));
        }
        let diagnostic = self
            .problem(
                liquid::FILTER_ARGUMENTS,
                arg.span,
                format!("the default of {} is one too", of.describe()),
            )
            .label(format!("this is {}", arg.ty.describe()));
        self.report(if of.is_printable() {
            diagnostic.help("or a text in quotes, which is printed in its place")
        } else {
            diagnostic
        });
        None
    }
}

/// What people call filters elsewhere.
const HABITS: &[(&str, &str)] = &[
    ("lower", "downcase"),
    ("lowercase", "downcase"),
    ("upper", "upcase"),
    ("uppercase", "upcase"),
    ("title", "capitalize"),
    ("trim", "strip"),
    ("length", "size"),
    ("count", "size"),
    ("format", "date"),
    ("strftime", "date"),
    ("fallback", "default"),
    ("or", "default"),
    ("add", "plus"),
    ("subtract", "minus"),
    ("multiply", "times"),
    ("divide", "divided_by"),
    ("mod", "modulo"),
    ("unique", "uniq"),
    ("filter", "where"),
    ("select", "where"),
    ("currency", "money"),
    ("urlencode", "url_encode"),
    ("safe", "raw"),
    ("h", "escape"),
];

/// An amount in quotes: `"5 USD"`.
fn literal_money(arg: &Typed, ty: &Ty) -> Option<Value> {
    match arg.literal() {
        Some(Value::Str(text)) => literals::read(text, ty),
        _ => None,
    }
}

//! Filters of lists: what their elements are, the field of each record that is looked at, and what is looked for.

use persona_base::{Applicability, Span, liquid, nearest};

use super::filters::{Asked, Given};
use super::paths::listed;
use super::{Checker, Typed};
use crate::filters::Fid;
use crate::ir::{Expr, With};
use crate::{Ty, Value, literals};

impl Checker<'_> {
    /// Filters of lists that need no field.
    pub(super) fn listing(&mut self, input: &mut Typed, asked: &mut Asked<'_>) -> Given {
        if asked.id == Fid::Size || asked.id == Fid::Slice {
            if !matches!(input.ty, Ty::List(_)) && !Self::as_text(input) {
                return self.input_type(input, asked);
            }
            self.wanted(asked, &[false, false])?;
            let ty = if asked.id == Fid::Size {
                Ty::Int
            } else {
                input.ty.clone()
            };
            return Some((ty, With::Nothing));
        }
        let Ty::List(element) = input.ty.clone() else {
            return self.input_type(input, asked);
        };
        match asked.id {
            Fid::First | Fid::Last => Some(((*element).clone().optional(), With::Nothing)),
            Fid::Reverse => Some((input.ty.clone(), With::Nothing)),
            Fid::Join => {
                if !element.is_printable() || (*element == Ty::Html && !self.html) {
                    let diagnostic = self.problem(
                        liquid::FILTER_INPUT,
                        asked.filter.name.span,
                        "these elements cannot be printed one by one",
                    );
                    let diagnostic = diagnostic.secondary(
                        self.file,
                        input.span,
                        format!("this is {}", input.ty.describe()),
                    );
                    self.report(match &*element {
                        Ty::Optional(_) => diagnostic.fix(
                            "leave out the missing ones",
                            Applicability::Maybe,
                            Span::at(input.span.end),
                            " | compact",
                        ),
                        Ty::Record(_) => diagnostic.help(
                            "take a field of each first: `list | map: \"name\" | join: \", \"`",
                        ),
                        _ => diagnostic,
                    });
                    return None;
                }
                if *element == Ty::Html {
                    return self.input_type(input, asked);
                }
                self.wanted(asked, &[true])?;
                Some((Ty::Str, With::Ty((*element).clone())))
            }
            _ => {
                let arg = asked.args.first()?.clone();
                if arg.ty != input.ty {
                    self.argument_type(
                        &arg,
                        &format!("the argument of `concat` is {}", input.ty.describe()),
                    );
                    return None;
                }
                Some((input.ty.clone(), With::Nothing))
            }
        }
    }

    /// Filters of lists that look at a field of each record, or at the elements themselves.
    pub(super) fn picking(&mut self, input: &mut Typed, asked: &mut Asked<'_>) -> Given {
        let Ty::List(element) = input.ty.clone() else {
            return self.input_type(input, asked);
        };
        if asked.args.is_empty() {
            return self.whole_elements(input, &element, asked);
        }
        let Ty::Record(fields) = &*element else {
            let what = element.describe();
            let diagnostic = self.problem(
                liquid::FILTER_INPUT,
                asked.filter.name.span,
                format!(
                    "`{}` with a field's name works on records",
                    asked.filter.name.text
                ),
            );
            let diagnostic = diagnostic.secondary(
                self.file,
                input.span,
                format!("each of its elements is {what}"),
            );
            self.report(if *element == Ty::Str {
                diagnostic.help(
                    "whether a list holds a text, `contains` says: `{% if list contains \"a\" %}`",
                )
            } else {
                diagnostic
            });
            return None;
        };
        let name = asked.args.remove(0);
        let Some(Value::Str(field)) = name.literal() else {
            let diagnostic = self.problem(
                liquid::DYNAMIC,
                name.span,
                "a field's name is a text that is written out",
            );
            self.report(diagnostic.label(format!("this is {}", name.ty.describe())));
            return None;
        };
        let Some(index) = fields.iter().position(|known| known.name == *field) else {
            let names = || fields.iter().map(|field| &*field.name);
            let diagnostic = self.problem(
                liquid::UNKNOWN_FIELD,
                name.span,
                format!("these records have no field `{field}`"),
            );
            self.report(match nearest(field, names()) {
                Some(near) => diagnostic.perhaps(name.span, format!("\"{near}\"")),
                None => diagnostic.label(format!("the fields are {}", listed(names()))),
            });
            return None;
        };
        let ty = fields[index].ty.clone();
        let with = With::Field(u32::try_from(index).unwrap_or(u32::MAX), ty.clone());
        let of = self.of_field(input, asked, &element, &ty, name.span)?;
        self.sought(asked, &ty)?;
        Some((of, with))
    }

    /// What a filter that looks at a field of this type gives.
    fn of_field(
        &mut self,
        input: &Typed,
        asked: &Asked<'_>,
        element: &Ty,
        ty: &Ty,
        place: Span,
    ) -> Option<Ty> {
        let known = ty.clone().known();
        let fits = match asked.id {
            Fid::Sort => is_ordered(&known),
            Fid::SortNatural => known == Ty::Str,
            Fid::Sum => is_summed(ty),
            _ => true,
        };
        if !fits {
            let diagnostic = self.problem(
                liquid::FILTER_INPUT,
                place,
                format!("`{}` does not work on this field", asked.filter.name.text),
            );
            let diagnostic = diagnostic.label(format!("it is {}", ty.describe()));
            self.report(if asked.id == Fid::Sum && ty.is_optional() {
                diagnostic.help("leave out those that lack it first: `| compact` behind `| map`")
            } else {
                diagnostic
            });
            return None;
        }
        Some(match asked.id {
            Fid::Map => Ty::list(ty.clone()),
            Fid::Sum => known,
            Fid::Find => element.clone().optional(),
            Fid::FindIndex => Ty::Int.optional(),
            Fid::Has => Ty::Bool,
            _ => input.ty.clone(),
        })
    }

    /// The value that `where` and the like look for.
    fn sought(&mut self, asked: &mut Asked<'_>, ty: &Ty) -> Option<()> {
        let known = ty.clone().known();
        let Some(arg) = asked.args.first_mut() else {
            if asked.id.seeks() && !ty.is_optional() && known != Ty::Bool {
                let diagnostic = self
                    .problem(
                        liquid::ALWAYS,
                        asked.filter.span,
                        "this field is always there",
                    )
                    .label(format!(
                        "it is {}, which Liquid takes for yes",
                        ty.describe()
                    ))
                    .help("say which value is looked for, as the second argument");
                self.report(diagnostic);
            }
            return Some(());
        };
        if arg.ty == known || (arg.ty.is_number() && known.is_number()) {
            return Some(());
        }
        if let (Some(Value::Str(text)), true) = (arg.literal(), literals::form(&known).is_some())
            && let Some(value) = literals::read(text, &known)
        {
            arg.expr = Expr::Const(value);
            return Some(());
        }
        let arg = arg.clone();
        self.argument_type(&arg, &format!("the field is {}", ty.describe()));
        None
    }

    /// Without a field's name.
    fn whole_elements(&mut self, input: &Typed, element: &Ty, asked: &Asked<'_>) -> Given {
        let known = element.clone().known();
        let with = With::Ty(element.clone());
        match asked.id {
            Fid::Compact => Some((Ty::list(known), with)),
            Fid::Uniq if !matches!(known, Ty::Geo) => Some((input.ty.clone(), with)),
            Fid::Sort if is_ordered(&known) => Some((input.ty.clone(), with)),
            Fid::SortNatural if known == Ty::Str => Some((input.ty.clone(), with)),
            Fid::Sum if is_summed(element) => Some((known, with)),
            _ => {
                let message = format!(
                    "`{}` does not work on these elements",
                    asked.filter.name.text
                );
                let diagnostic = self
                    .problem(liquid::FILTER_INPUT, asked.filter.name.span, message)
                    .secondary(
                        self.file,
                        input.span,
                        format!("each of them is {}", element.describe()),
                    );
                self.report(match &known {
                    Ty::Record(_) => diagnostic.help(format!(
                        "name the field: `| {}: \"price\"`",
                        asked.filter.name.text
                    )),
                    _ if element.is_optional() => diagnostic.fix(
                        "leave out the missing ones",
                        Applicability::Maybe,
                        Span::at(input.span.end),
                        " | compact",
                    ),
                    _ => diagnostic,
                });
                None
            }
        }
    }
}

fn is_ordered(ty: &Ty) -> bool {
    matches!(
        ty,
        Ty::Bool
            | Ty::Int
            | Ty::Float
            | Ty::Str
            | Ty::Money(_)
            | Ty::Date
            | Ty::TimeOfDay
            | Ty::Timestamp
            | Ty::Duration
            | Ty::Length
            | Ty::Enum(_)
    )
}

const fn is_summed(ty: &Ty) -> bool {
    matches!(
        ty,
        Ty::Int | Ty::Float | Ty::Money(_) | Ty::Duration | Ty::Length
    )
}

//! What a template sees at a place: asked of the check of each content that is made from it.

use std::sync::Arc;

use persona_base::FileId;
use persona_liquid::{Field, OwnVariable, Probed, Ty};
use persona_sema::Database;
use persona_sema::editor::{Given, GivenKind, PROBE, Spot};

use super::scan;

/// What could stand at a place.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Seen {
    /// Variables.
    Variables {
        own: Vec<OwnVariable>,
        given: Vec<Given>,
        /// Whether the message's variables are visible: declarations, too.
        message: bool,
        in_loop: bool,
    },
    /// Fields of a record.
    Fields(Vec<Field>),
    /// What a list or a text can be asked.
    Steps(Ty),
}

/// A template under an editor.
pub(super) struct View<'db> {
    pub(super) db: &'db Database,
    pub(super) text: &'db str,
    /// Its path from the package's folder; none where no content is made from it.
    pub(super) path: Option<Arc<str>>,
}

impl<'db> View<'db> {
    pub(super) fn new(db: &'db Database, file: FileId) -> Self {
        Self {
            db,
            text: db.file_text(file),
            path: db.template_name(file),
        }
    }

    /// What could stand behind a path (`cart.`, or nothing) in the tag at a place.
    pub(super) fn seen(&self, spot: &scan::Spot<'_>, path: &str) -> Option<Seen> {
        if self.is_unused() {
            return path.is_empty().then(|| self.of_everybody());
        }
        let template = self.path.as_ref()?;
        let at = match (&spot.case, spot.tag) {
            // Between a `case` and its first `when` nothing is read: before the `case` the same is visible.
            (Some((case, _)), "when") => self.tag_before(*case),
            _ => spot.start,
        };
        let line = spot.line && spot.tag != "when";
        let asked = match line {
            true => format!("\necho {path}{PROBE}\n"),
            false => format!("{{{{ {path}{PROBE} }}}}"),
        };
        let mut other = String::with_capacity(self.text.len() + asked.len());
        other.push_str(&self.text[..at]);
        other.push_str(&asked);
        other.push_str(&self.text[at..]);
        let contents = self.db.template_spots(template, &other);
        let all = contents.into_iter().flat_map(|(_, spots)| spots);
        let all = all.filter_map(|spot| match spot {
            Spot::Template(probed, given) => Some(seen_of(probed, given)),
            _ => None,
        });
        all.reduce(common)
    }

    /// Whether no content is made from the template yet.
    fn is_unused(&self) -> bool {
        let path = self.path.as_deref();
        path.is_none_or(|path| self.db.contents_of_template(path).is_empty())
    }

    /// What every template sees, whatever content is made from it.
    fn of_everybody(&self) -> Seen {
        let profile = &self.db.schema().profile;
        let mut given: Vec<Given> = Vec::new();
        for field in &profile.fields {
            let first = field.name.split('.').next().unwrap_or_default();
            if given.last().is_none_or(|last| *last.name != *first) {
                given.push(Given {
                    name: Arc::from(first),
                    ty: Ty::Error,
                    kind: GivenKind::ProfileField,
                });
            }
        }
        Seen::Variables {
            own: Vec::new(),
            given,
            message: true,
            in_loop: false,
        }
    }

    /// Where the tag begins whose name is here.
    fn tag_before(&self, name: usize) -> usize {
        self.text[..name].rfind("{%").unwrap_or(name)
    }

    /// The type of a variable or what is below one: `cart.total`.
    pub(super) fn type_of(&self, spot: &scan::Spot<'_>, path: &str) -> Option<Ty> {
        let (before, last) = match path.rsplit_once('.') {
            Some((before, last)) => (format!("{before}."), last),
            None => (String::new(), path),
        };
        match self.seen(spot, &before)? {
            Seen::Variables { own, given, .. } => {
                let own = own.into_iter().find(|one| *one.name == *last);
                let given = || given.into_iter().find(|one| *one.name == *last);
                own.map(|one| one.ty).or_else(|| given().map(|one| one.ty))
            }
            Seen::Fields(fields) => {
                let mut fields = fields.into_iter();
                fields
                    .find(|field| *field.name == *last)
                    .map(|field| field.ty)
            }
            Seen::Steps(ty) => match (ty.known(), last) {
                (Ty::List(element), "first" | "last") => Some((*element).clone().optional()),
                (_, "size") => Some(Ty::Int),
                _ => None,
            },
        }
    }
}

fn seen_of(probed: Probed, given: Vec<Given>) -> Seen {
    match probed {
        Probed::Variable {
            own,
            message,
            in_loop,
        } => Seen::Variables {
            own,
            given,
            message,
            in_loop,
        },
        Probed::Fields(fields) => Seen::Fields(fields),
        Probed::Steps(ty) => Seen::Steps(ty),
    }
}

/// What is seen both ways: by two contents, or where a partial is rendered twice.
fn common(one: Seen, other: Seen) -> Seen {
    match (one, other) {
        (
            Seen::Variables {
                mut own,
                mut given,
                message,
                in_loop,
            },
            Seen::Variables {
                own: other_own,
                given: other_given,
                message: other_message,
                in_loop: other_loop,
            },
        ) => {
            own.retain(|one| other_own.iter().any(|two| two.name == one.name));
            given.retain(|one| other_given.iter().any(|two| two.name == one.name));
            Seen::Variables {
                own,
                given,
                message: message && other_message,
                in_loop: in_loop && other_loop,
            }
        }
        (Seen::Fields(mut fields), Seen::Fields(others)) => {
            fields.retain(|one| others.iter().any(|two| two.name == one.name));
            Seen::Fields(fields)
        }
        (one, _) => one,
    }
}

/// What a variable of the message is, in a word.
pub(super) fn what(kind: GivenKind) -> &'static str {
    match kind {
        GivenKind::Param => "a parameter of the content",
        GivenKind::ProfileField => "a field of the profile",
        GivenKind::Word => "the time of the message",
    }
}

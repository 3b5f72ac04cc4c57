//! Sources for a package that has none: one plain file for each table, whose columns are called like the fields.

use persona_base::Span;
use persona_ir::{Place, Plan, RawExpr, Schema, SourceFormat, SourcePlan, SourceTarget};

use crate::Package;

/// The format of plain files.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum FileFormat {
    /// Comma-separated values with a header.
    #[default]
    Csv,
    /// One JSON object per line.
    Ndjson,
    /// Apache Parquet.
    Parquet,
}

impl FileFormat {
    /// What files of the format are called: `csv`.
    pub fn ending(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::Ndjson => "ndjson",
            Self::Parquet => "parquet",
        }
    }

    fn format(self) -> SourceFormat {
        match self {
            Self::Csv => SourceFormat::Csv { delimiter: b',' },
            Self::Ndjson => SourceFormat::Ndjson,
            Self::Parquet => SourceFormat::Parquet,
        }
    }
}

/// The sources, and their text.
pub(super) fn sources(
    plan: &Plan,
    package: &Package,
    format: FileFormat,
) -> (Vec<SourcePlan>, String) {
    let schema = &plan.schema;
    let profile = (&schema.profile.name, SourceTarget::Profile);
    let kinds = schema.events.iter_enumerated();
    let kinds = kinds
        .filter(|(_, kind)| &*kind.name != Schema::SENT)
        .map(|(id, kind)| (&kind.name, SourceTarget::Event(id)));
    let catalogs = schema.catalogs.iter_enumerated();
    let catalogs = catalogs.map(|(id, catalog)| (&catalog.table.name, SourceTarget::Catalog(id)));
    let mut taken: Vec<String> = Vec::new();
    let mut text = String::from(
        "// Where the data comes from. The files in the folder `data` are made up: nobody in them exists.\n",
    );
    let mut all = Vec::new();
    for (target_name, target) in std::iter::once(profile).chain(kinds).chain(catalogs) {
        let name = free_name(&plural(&snake(target_name)), package, &taken);
        let path = format!("data/{name}.{}", format.ending());
        text.push_str(&format!(
            "\nsource {name} of {target_name} {{\n  from \"{path}\"\n"
        ));
        let mut whose = None;
        if let SourceTarget::Event(kind) = target {
            let column = whose_column(schema, kind);
            text.push_str(&format!("  profile = column(\"{column}\")\n"));
            whose = Some(RawExpr::Column(column.into()));
        }
        text.push_str("}\n");
        taken.push(name.clone());
        all.push(SourcePlan {
            name: name.into(),
            target,
            format: format.format(),
            path: path.into(),
            path_place: Place {
                file: persona_base::FileId::from(0_usize),
                span: Span::new(0, 0),
            },
            filter: None,
            group_by: Vec::new(),
            profile: whose,
            at: None,
            id: None,
            fields: Vec::new(),
        });
    }
    (all, text)
}

/// The column that says whose an event was: called like the profile, or, where a field of the event is called so, otherwise.
fn whose_column(schema: &Schema, kind: persona_ir::KindId) -> String {
    let mut name = format!("{}_id", snake(&schema.profile.name));
    while schema.events[kind].column(&name).is_some() {
        name.push('_');
    }
    name
}

/// A name that nothing in the package has.
fn free_name(wanted: &str, package: &Package, taken: &[String]) -> String {
    let is_part = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let used = |name: &str| {
        taken.iter().any(|other| other == name)
            || package
                .own_texts()
                .any(|text| text.split(|c: char| !is_part(c)).any(|word| word == name))
    };
    let mut name = wanted.to_owned();
    while used(&name) {
        name.push_str("_data");
    }
    name
}

/// `ProductViewed` as `product_viewed`.
fn snake(name: &str) -> String {
    let mut snake = String::new();
    let mut before_small = false;
    for c in name.chars() {
        if c.is_ascii_uppercase() && before_small {
            snake.push('_');
        }
        before_small = c.is_ascii_lowercase() || c.is_ascii_digit();
        snake.push(c.to_ascii_lowercase());
    }
    snake
}

/// The name for many of them.
fn plural(name: &str) -> String {
    let vowel = |c: char| "aeiou".contains(c);
    let mut ends = name.chars().rev();
    match (ends.next(), ends.next()) {
        (Some('y'), Some(before)) if !vowel(before) => format!("{}ies", &name[..name.len() - 1]),
        (Some('s' | 'x' | 'z'), _) => format!("{name}es"),
        (Some('h'), Some('s' | 'c')) => format!("{name}es"),
        (Some('d'), Some('e')) => format!("{name}_events"),
        _ => format!("{name}s"),
    }
}

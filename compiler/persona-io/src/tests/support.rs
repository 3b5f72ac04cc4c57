//! Files in a folder of their own, a plan over them, and the outcome as text.

use std::fmt::Write as _;
use std::path::Path;

use persona_ir::{ColId, Plan, Ty};
use persona_runtime::{Column, Dataset};
use tempfile::TempDir;

use crate::sink::cell as shown;
use crate::{LoadError, LoadOptions, Loaded, NoProgress, Reject, RejectSink, load, load_into};

/// A folder with files.
pub(crate) struct Folder(TempDir);

impl Folder {
    pub(crate) fn new() -> Self {
        Self(TempDir::new().unwrap())
    }

    pub(crate) fn file(self, name: &str, content: impl AsRef<[u8]>) -> Self {
        let path = self.0.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, content).unwrap();
        self
    }

    pub(crate) fn path(&self) -> &Path {
        self.0.path()
    }

    /// Loads, all columns kept.
    pub(crate) fn load(&self, plan: &Plan) -> Result<Loaded, Box<LoadError>> {
        self.load_with(plan, &options())
    }

    pub(crate) fn load_with(
        &self,
        plan: &Plan,
        options: &LoadOptions,
    ) -> Result<Loaded, Box<LoadError>> {
        let loaded = load(plan, self.path(), options, &NoProgress);
        if let Ok(loaded) = &loaded {
            check(plan, loaded);
        }
        loaded
    }

    /// What the plan's text loads to.
    pub(crate) fn show(&self, text: &str) -> String {
        let plan = plan(text);
        match self.load(&plan) {
            Ok(loaded) => show(&plan, &loaded),
            Err(error) => self.error(&error),
        }
    }

    /// An error without the folder's own path.
    pub(crate) fn error(&self, error: &LoadError) -> String {
        let text = error
            .to_string()
            .replace(self.path().to_str().unwrap(), "…");
        format!("error ({:?}): {text}\n", error.kind)
    }
}

pub(crate) fn options() -> LoadOptions {
    LoadOptions {
        all_columns: true,
        ..LoadOptions::default()
    }
}

/// The plan that a text means; a head is added.
pub(crate) fn plan(text: &str) -> Plan {
    let text = if text.trim_start().starts_with("plan") {
        text.to_owned()
    } else {
        format!("plan \"test\" zone \"Europe/Berlin\" week monday\n{text}")
    };
    persona_ir::text::parse(&text).unwrap_or_else(|error| panic!("{error:?}\n{text}"))
}

/// What holds of every load.
fn check(plan: &Plan, loaded: &Loaded) {
    let data = &loaded.dataset;
    for source in &loaded.report.sources {
        assert!(source.adds_up(), "{source:?}");
    }
    let rows: u64 = loaded.report.reasons.iter().map(|reason| reason.rows).sum();
    assert_eq!(rows, loaded.report.rejected());
    for column in data.columns.iter() {
        assert_eq!(column.len(), data.profiles);
    }
    let keys: Vec<&str> = (0..data.profiles)
        .map(|row| data.key(&plan.schema, row))
        .collect();
    assert!(
        keys.windows(2).all(|pair| pair[0] < pair[1]),
        "keys are sorted and distinct: {keys:?}"
    );
    for table in data.events.iter() {
        assert_eq!(table.offsets.len(), data.profiles + 1);
        assert!(
            table
                .columns
                .iter()
                .all(|column| column.len() == table.len())
        );
    }
    for profile in 0..data.profiles {
        let kinds: Vec<_> = data.events.ids().collect();
        let history = data.history(&kinds, profile);
        for (place, event) in history.iter().enumerate() {
            assert_eq!(data.place(*event) as usize, place);
        }
        let order =
            |event: &persona_runtime::EventRef| (data.events[event.kind].at(event.row), event.kind);
        assert!(
            history
                .windows(2)
                .all(|pair| order(&pair[0]) <= order(&pair[1]))
        );
    }
}

/// Profiles, events, counts and rejects.
pub(crate) fn show(plan: &Plan, loaded: &Loaded) -> String {
    let mut out = String::new();
    out += &show_data(plan, &loaded.dataset);
    for source in &loaded.report.sources {
        let s = source;
        write!(
            out,
            "{}: read {}, used {}, filtered {}, set aside {}",
            s.name, s.rows_read, s.rows_used, s.rows_filtered, s.rows_set_aside
        )
        .unwrap();
        for (what, count) in [
            ("duplicates", s.duplicates),
            ("cleared", s.values_cleared),
            ("defaults", s.values_defaulted),
        ] {
            if count > 0 {
                write!(out, ", {what} {count}").unwrap();
            }
        }
        out.push('\n');
    }
    let items = &loaded.report.item_differences;
    for (field, count) in loaded.report.differences.iter().chain(items) {
        writeln!(out, "differ in {field}: {count}").unwrap();
    }
    for note in &loaded.report.notes {
        writeln!(out, "note: {note}").unwrap();
    }
    loaded
        .rejects
        .iter()
        .for_each(|reject| out += &show_reject(reject));
    out
}

pub(crate) fn show_reject(r: &Reject) -> String {
    let column = r
        .column
        .as_ref()
        .map(|column| format!(" {column}"))
        .unwrap_or_default();
    let value = r
        .value
        .as_ref()
        .map(|value| format!(" {value:?}"))
        .unwrap_or_default();
    let rows = if r.rows > 1 {
        format!(" ×{}", r.rows)
    } else {
        String::new()
    };
    format!(
        "  {}:{}{column}{value}: {} [{}{rows}]\n",
        r.file,
        r.line,
        r.reason,
        r.action.name()
    )
}

pub(crate) fn show_data(plan: &Plan, data: &Dataset) -> String {
    let mut out = String::new();
    let schema = &plan.schema;
    for row in 0..data.profiles {
        let bare = data
            .has_row
            .as_ref()
            .is_some_and(|has_row| !has_row.value(row));
        let columns = schema
            .profile
            .columns
            .iter_enumerated()
            .filter(|(col, _)| *col != schema.key);
        let fields = fields(
            plan,
            data,
            columns.map(|(col, spec)| (col, spec, &data.columns[col])),
            row,
        );
        writeln!(
            out,
            "{}{} {fields}",
            data.key(schema, row),
            if bare { " (events only)" } else { "" }
        )
        .unwrap();
        let kinds: Vec<_> = schema.events.ids().collect();
        for event in data.history(&kinds, row) {
            let (table, def) = (&data.events[event.kind], &schema.events[event.kind]);
            let columns = def
                .columns
                .iter_enumerated()
                .map(|(col, spec)| (col, spec, &table.columns[col]));
            writeln!(
                out,
                "  {} {}",
                def.name,
                self::fields(plan, data, columns, event.row)
            )
            .unwrap();
        }
    }
    out
}

fn fields<'a>(
    plan: &Plan,
    data: &Dataset,
    columns: impl Iterator<Item = (ColId, &'a persona_ir::Column, &'a Column)>,
    row: usize,
) -> String {
    let mut known = Vec::new();
    for (_, spec, column) in columns {
        let value = shown(&data.value(column, row), &spec.ty, &plan.schema);
        if column.is_known(row) {
            known.push(format!("{}={value}", spec.name));
        }
    }
    known.join(" ")
}

/// A plan whose profile has one field `x` of a type, from `f.csv`.
pub(crate) fn one_field(ty: &str, source: &str) -> String {
    format!(
        "enum Tier {{ bronze, silver \"Silver tier\", gold }}\n\
         profile P key id {{ id: Str, x: {ty} }}\n\
         source \"s\" profile csv 44 \"f.csv\" @0:1..2 {{ {source} }}"
    )
}

/// The values of `x` for these cells, each read alone; rejects as `! reason`, cleared ones as `~ reason`.
pub(crate) fn read_cells(ty: &str, source: &str, cells: &[&str]) -> String {
    let mut out = String::new();
    let plan = plan(&one_field(ty, source));
    for cell in cells {
        let quoted = format!("\"{}\"", cell.replace('"', "\"\""));
        let folder = Folder::new().file("f.csv", format!("id,x\na,{quoted}\n"));
        let loaded = folder.load(&plan).unwrap();
        let x = plan.schema.profile.column("x").unwrap();
        let mut line = if loaded.dataset.profiles == 0 {
            String::new()
        } else {
            let column = &loaded.dataset.columns[x];
            let value = loaded.dataset.value(column, 0);
            if column.is_known(0) {
                shown(&value, type_of(&plan, x), &plan.schema)
            } else {
                "-".to_owned()
            }
        };
        for reject in &loaded.rejects {
            write!(
                line,
                " {} {}",
                if reject.rows > 0 { "!" } else { "~" },
                reject.reason
            )
            .unwrap();
        }
        writeln!(out, "{cell:?} → {}", line.trim()).unwrap();
    }
    out
}

fn type_of(plan: &Plan, col: ColId) -> &Ty {
    &plan.schema.profile.columns[col].ty
}

/// Keeps every reject.
#[derive(Default)]
pub(crate) struct All(pub(super) Vec<Reject>);

impl RejectSink for All {
    fn reject(&mut self, reject: &Reject) -> Result<(), Box<LoadError>> {
        self.0.push(reject.clone());
        Ok(())
    }
}

/// The data as text for all batch sizes and numbers of threads, which must agree.
pub(crate) fn same_however_read(folder: &Folder, plan: &Plan) -> String {
    let mut shown: Option<String> = None;
    for batch_rows in [1, 2, 3, 7, 8192] {
        for threads in [1, 2] {
            let options = LoadOptions {
                batch_rows,
                threads,
                ..options()
            };
            let mut all = All::default();
            let loaded = load_into(plan, folder.path(), &options, &NoProgress, &mut all).unwrap();
            check(plan, &loaded);
            assert_eq!(all.0, loaded.rejects);
            let text = show(plan, &loaded);
            assert_eq!(
                *shown.get_or_insert_with(|| text.clone()),
                text,
                "{batch_rows} {threads}"
            );
        }
    }
    shown.unwrap()
}

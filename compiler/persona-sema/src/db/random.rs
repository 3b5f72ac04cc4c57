//! Random edits of a package of several files: after each one the diagnostics are those of a database that has seen nothing
//! else, whatever was kept from before.

use std::collections::BTreeMap;

use persona_base::{Diagnostic, FileId, Label, Severity};

use super::Database;

const FILES: usize = 4;
const CONFIG: &str = "[package]\nname = \"shop\"\nversion = \"0.1.0\"\nlanguage = \"1\"\n";

/// Numbers that look random, the same every time (xorshift).
struct Dice(u64);

impl Dice {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % limit as u64) as usize
    }

    fn one_of<'a>(&mut self, of: &[&'a str]) -> &'a str {
        of[self.below(of.len())]
    }
}

/// What can stand in a package: for each name several bodies, right and wrong ones, that name each other.
const BODIES: &[(&str, &[&str])] = &[
    (
        "Customer",
        &[
            "profile Customer {\n  id: String @key\n  visits: Int\n  tier: Tier?\n  city: String? @deprecated(\"use country\")\n  country: String?\n  mail: Email?\n  asked: Bool = false\n}\n",
            "profile Customer {\n  id: String @key\n  visits: Float\n  tier: Tier?\n  city: String?\n  country: String?\n  mail: Email?\n  asked: Bool = false\n}\n",
            "profile Customer {\n  id: String @key\n  /// How often.\n  visits: Int\n  country: String?\n  mail: Email?\n  asked: Bool = false\n}\n",
        ],
    ),
    (
        "Purchase",
        &[
            "event Purchase { total: Float, sku: String }\n",
            "event Purchase { total: Int }\n",
            "event Purchase { total: Flot }\n",
        ],
    ),
    (
        "Tier",
        &["enum Tier { silver, gold }\n", "enum Tier { gold }\n"],
    ),
    (
        "limit",
        &[
            "const limit: Int = 3\n",
            "const limit: Int = 30\n",
            "const limit: Text = 3\n",
        ],
    ),
    (
        "spent",
        &[
            "trait spent: Float? = avg(Purchase.total in last 30d)\n",
            "trait spent: Int = count(Purchase in last 30d)\n",
            "@deprecated(\"use seen\")\ntrait spent: Int = seen + limit\n",
            "trait spent: Int = late + 1\n",
        ],
    ),
    (
        "seen",
        &[
            "trait seen: Int = visits * 2\n",
            "trait seen: Int = spent + 1\n",
            "trait seen: Int = visists\n",
        ],
    ),
    (
        "late",
        &[
            "trait late: Int = seen + 1\n",
            "trait late: Int = twice(seen)\n",
            "trait late: Int = 7\n",
        ],
    ),
    (
        "twice",
        &[
            "fn twice(x: Int) -> Int = x * 2\n",
            "fn twice(x: Int, y: Int) -> Int = x + x\n",
            "fn twice(lapsed: Int) -> Int = lapsed\n",
        ],
    ),
    (
        "regulars",
        &[
            "segment regulars \"Regulars\" {\n  when visits > 10\n}\n",
            "segment regulars {\n  when visits > limit and visits < 2\n}\n",
            "segment regulars {\n  when visits > 10 and in lapsed\n}\n",
            "@allow(always_true)\nsegment regulars {\n  when late > limit\n}\n",
            "segment regulars {\n  when visits >\n}\n",
        ],
    ),
    (
        "lapsed",
        &[
            "segment lapsed {\n  when not in regulars\n}\n",
            "segment lapsed {\n  when in regulars and tier == gold\n}\n",
            "segment lapsed(x: Int) {\n  when visits > x\n}\n",
            "segment lapsed {\n  when spent > 4 and city == \"Rome\"\n}\n",
        ],
    ),
    (
        "stages",
        &[
            "partition stages {\n  new when visits < 2\n  old when in regulars\n  otherwise rest\n}\n",
            "partition stages {\n  new when visits < 2\n  otherwise rest\n}\n",
            "partition stages {\n  gone when in lapsed\n  twice when in lapsed\n  otherwise rest\n}\n",
        ],
    ),
    (
        "fans",
        &[
            "segment fans {\n  when stages == new or in regulars and in lapsed\n}\n",
            "segment fans {\n  when stages == old and in regulars\n}\n",
            "segment fans {\n  when late > limit and late < limit\n}\n",
            "segment fans {\n  when arm(ab) == b\n}\n",
        ],
    ),
    (
        "apart",
        &[
            "exclusive { regulars, lapsed }\n",
            "exclusive { fans, regulars, lapsed }\n",
        ],
    ),
    (
        "offers",
        &[
            "purpose offers { requires asked }\n",
            "purpose offers { requires asked and in regulars }\n",
        ],
    ),
    (
        "letter",
        &[
            "channel letter { to mail requires asked }\n",
            "channel letter { to mail requires visits > limit }\n",
            "channel letter { to mail requires in lapsed }\n",
        ],
    ),
    (
        "hello",
        &[
            "content hello {\n  subject: String\n  otherwise { subject = \"Hello\" }\n}\n",
            "content hello {\n  subject: String\n  many when in regulars { subject = \"{late} times\" }\n  otherwise { subject = \"Hello\" }\n}\n",
            "content hello(times: Int) {\n  subject: String\n  otherwise { subject = \"{times}\" }\n}\n",
        ],
    ),
    (
        "welcome",
        &[
            "trigger welcome {\n  on Purchase\n  enter once\n  send hello via letter for offers\n}\n",
            "trigger welcome {\n  on Purchase\n  enter once\n  set asked = true\n  send hello via letter\n}\n",
            "trigger welcome {\n  on Purchase\n  enter once\n  set visits = 3\n  send hello(3) via letter for offers\n}\n",
            "trigger welcome {\n  on enter regulars\n  set visits = late\n}\n",
        ],
    ),
    (
        "ab",
        &[
            "experiment ab {\n  on welcome\n  arms { a 50%, b 50% }\n}\n",
            "experiment ab {\n  on welcome\n  arms { a 50%, c 50% }\n}\n",
        ],
    ),
    (
        "greet",
        &[
            "test \"a regular\" {\n  given { id: \"c\", visits: 3 }\n  at 2026-01-10T12:00Z\n  expect not in regulars\n}\n",
            "test \"a regular\" {\n  given { id: \"c\", visits: 30 }\n  at 2026-01-10T12:00Z\n  expect in fans\n}\n",
        ],
    ),
];

/// The package: for each file its pieces, each a name's number and a body's.
struct Package {
    files: Vec<Vec<(usize, usize)>>,
}

impl Package {
    fn new(dice: &mut Dice) -> Self {
        let mut files = vec![Vec::new(); FILES];
        for name in 0..BODIES.len() {
            files[dice.below(FILES)].push((name, 0));
        }
        Self { files }
    }

    fn text(&self, file: usize) -> String {
        let pieces = self.files[file].iter();
        pieces
            .map(|(name, body)| format!("{}\n", BODIES[*name].1[*body]))
            .collect()
    }

    /// One change of one or two files; most often of one body.
    fn edit(&mut self, dice: &mut Dice) {
        let file = dice.below(FILES);
        let name = dice.below(BODIES.len());
        let at = |dice: &mut Dice, pieces: &[(usize, usize)]| match pieces.len() {
            0 => None,
            length => Some(dice.below(length)),
        };
        let pieces = &self.files[file];
        match dice.below(8) {
            0 => self.files[file].push((name, dice.below(BODIES[name].1.len()))),
            1 => {
                if let Some(at) = at(dice, pieces) {
                    self.files[file].remove(at);
                }
            }
            2 => {
                if let Some(at) = at(dice, pieces) {
                    let moved = self.files[file].remove(at);
                    self.files[dice.below(FILES)].insert(0, moved);
                }
            }
            3 => self.files[file].reverse(),
            _ => {
                if let Some(at) = at(dice, pieces) {
                    let (name, body) = &mut self.files[file][at];
                    *body = dice.below(BODIES[*name].1.len());
                }
            }
        }
    }
}

fn path(file: usize) -> String {
    format!("f{file}.persona")
}

fn fresh(package: &Package) -> Database {
    let mut db = Database::new();
    db.set_config("persona.toml", Some(CONFIG.to_owned()));
    for file in 0..FILES {
        db.set_file(&path(file), package.text(file));
    }
    db
}

/// The diagnostics with paths, because ids depend on the order in which files came.
fn shown(db: &Database, found: &[Diagnostic]) -> Vec<String> {
    let mut names: BTreeMap<FileId, String> = BTreeMap::new();
    for diagnostic in found {
        let labels = std::iter::once(&diagnostic.primary).chain(&diagnostic.secondary);
        for Label { file, .. } in labels {
            names.insert(*file, db.file_path(*file).to_owned());
        }
    }
    let shown = found.iter();
    shown.map(|found| format!("{names:?} {found:?}")).collect()
}

fn edits_are_as_if_from_the_start(seed: u64, edits: usize) {
    let mut dice = Dice(seed);
    let mut package = Package::new(&mut dice);
    let mut db = fresh(&package);
    let errors = db.diagnostics().into_iter();
    let errors = errors.filter(|found| found.severity == Severity::Error);
    assert_eq!(
        errors.collect::<Vec<_>>(),
        [],
        "what the edits begin with is right"
    );
    let (mut different, mut before) = (0, Vec::new());
    for edit in 0..edits {
        package.edit(&mut dice);
        // Now and then several edits are saved at once.
        if dice.below(5) == 0 {
            package.edit(&mut dice);
        }
        for file in 0..FILES {
            db.set_file(&path(file), package.text(file));
        }
        if dice.one_of(&["ask", "ask", "wait"]) == "wait" {
            continue;
        }
        let warm = shown(&db, &db.diagnostics());
        let new = fresh(&package);
        assert_eq!(
            warm,
            shown(&new, &new.diagnostics()),
            "edit {edit} of seed {seed}"
        );
        different += usize::from(warm != before);
        before = warm;
    }
    // The edits are worth something only if they show.
    assert!(different * 3 > edits, "{different} of {edits}");
}

#[test]
fn diagnostics_after_many_edits_are_those_of_a_fresh_database() {
    for seed in [
        0x9e37_79b9_7f4a_7c15,
        0xd1b5_4a32_d192_ed03,
        0x2545_f491_4f6c_dd1d,
    ] {
        edits_are_as_if_from_the_start(seed, 300);
    }
}

#[test]
fn an_edit_at_the_end_of_a_long_chain_needs_no_stack() {
    let mut text =
        String::from("profile C { id: String @key, visits: Int }\ntrait t0: Int = visits\n");
    for index in 1..10_000 {
        text.push_str(&format!("trait t{index}: Int = t{} + 1\n", index - 1));
    }
    let mut db = Database::new();
    db.set_file("a.persona", text.clone());
    assert_eq!(db.diagnostics().len(), 1);
    db.set_file("a.persona", text.replace("= t9998 + 1", "= t9998 + 2"));
    assert_eq!(db.diagnostics().len(), 1);
}

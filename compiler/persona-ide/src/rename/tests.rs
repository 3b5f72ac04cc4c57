//! Renames, and what they must not change.

use std::collections::BTreeMap;

use expect_test::{Expect, expect};
use persona_base::{Edit, FileId, Severity};
use persona_sema::Database;
use persona_sema::editor::{Role, Symbol};

use super::{prepare, rename};
use crate::fixture::Fixture;

fn applied(text: &str, edits: &[&Edit]) -> String {
    let mut made = text.to_owned();
    for edit in edits.iter().rev() {
        let (start, end) = (edit.span.start as usize, edit.span.end as usize);
        made.replace_range(start..end, &edit.text);
    }
    made
}

/// The texts of the files that are edited.
fn texts(db: &Database, edits: &[Edit]) -> BTreeMap<FileId, String> {
    let mut by_file: BTreeMap<FileId, Vec<&Edit>> = BTreeMap::new();
    for edit in edits {
        by_file.entry(edit.file).or_default().push(edit);
    }
    let made = by_file
        .into_iter()
        .map(|(file, edits)| (file, applied(db.file_text(file), &edits)));
    made.collect()
}

fn errors(db: &Database) -> Vec<String> {
    let found = db.diagnostics().into_iter();
    let wrong = found.filter(|one| one.severity == Severity::Error);
    wrong
        .map(|one| format!("{}: {}", one.code.id(), one.message))
        .collect()
}

/// A package after a rename.
fn after(db: &Database, edits: &[Edit]) -> Database {
    let mut fork = db.fork();
    for (file, text) in texts(db, edits) {
        set(&mut fork, db.file_path(file), &text);
    }
    fork
}

fn set(db: &mut Database, path: &str, text: &str) {
    match path.ends_with(".persona") {
        true => db.set_file(path, text.to_owned()),
        false => db.set_template(path, path, text.to_owned()),
    };
}

/// The edited files after a rename of what is at the cursor. They mean as much as before.
#[track_caller]
fn renames(text: &str, new: &str, expected: &Expect) {
    let fixture = Fixture::new(text);
    let (file, offset) = fixture.cursor();
    let before = errors(&fixture.db);
    let edits = rename(&fixture.db, file, offset, new).expect("it is renamed");
    assert_eq!(errors(&after(&fixture.db, &edits)), before);
    let mut shown = String::new();
    for (file, text) in texts(&fixture.db, &edits) {
        shown.push_str(&format!("// {}\n{text}", fixture.db.file_path(file)));
    }
    expected.assert_eq(&shown);
}

#[track_caller]
fn refuses(text: &str, new: &str, why: &str) {
    let fixture = Fixture::new(text);
    let (file, offset) = fixture.cursor();
    let refused = rename(&fixture.db, file, offset, new).expect_err("it is refused");
    assert_eq!(refused.0, why);
}

const DATA: &str = "profile P { id: String @key tier: Tier = one city: String? n: Int = 0 }\nenum Tier { one, two }\nevent E { sku: String, total: Int }\n";

#[test]
fn a_segment_is_renamed_across_files() {
    renames(
        "//- a.persona\nsegment vi$0p { when true }\n//- b.persona\nsegment b { when in vip and not in vip }\ntest \"vip\" { expect in vip }\n// vip stays here\n//- c.persona\ntrigger t { on enter vip enter once stop }\n",
        "loyal",
        &expect![[r#"
            // a.persona
            segment loyal { when true }
            // b.persona
            segment b { when in loyal and not in loyal }
            test "vip" { expect in loyal }
            // vip stays here
            // c.persona
            trigger t { on enter loyal enter once stop }
        "#]],
    );
}

#[test]
fn it_is_renamed_from_any_of_its_places() {
    renames(
        "segment vip { when true }\nsegment b { when in vi$0p }\n",
        "loyal",
        &expect![[r#"
            // main.persona
            segment loyal { when true }
            segment b { when in loyal }
        "#]],
    );
    renames(
        "segment vip { when true }\nsegment b { when in vip$0 }\n",
        "loyal",
        &expect![[r#"
            // main.persona
            segment loyal { when true }
            segment b { when in loyal }
        "#]],
    );
}

#[test]
fn a_field_is_renamed_in_rules_tests_and_triggers() {
    renames(
        &format!(
            "segment s {{ when ci$0ty == \"a\" and profile.city is known }}\ntest \"t\" {{ given {{ city: \"a\" }} set city = \"b\" }}\ntrigger t {{ on E enter once set city = \"x\" }}\n{DATA}"
        ),
        "town",
        &expect![[r#"
            // main.persona
            segment s { when town == "a" and profile.town is known }
            test "t" { given { town: "a" } set town = "b" }
            trigger t { on E enter once set town = "x" }
            profile P { id: String @key tier: Tier = one town: String? n: Int = 0 }
            enum Tier { one, two }
            event E { sku: String, total: Int }
        "#]],
    );
}

#[test]
fn a_mapped_field_is_renamed_in_its_source() {
    renames(
        &format!(
            "source s of P {{\n  from \"p.csv\"\n  city = column(\"city\")\n}}\nsegment s {{ when ci$0ty == \"a\" }}\n{DATA}"
        ),
        "town",
        &expect![[r#"
            // main.persona
            source s of P {
              from "p.csv"
              town = column("city")
            }
            segment s { when town == "a" }
            profile P { id: String @key tier: Tier = one town: String? n: Int = 0 }
            enum Tier { one, two }
            event E { sku: String, total: Int }
        "#]],
    );
}

#[test]
fn a_required_field_keeps_its_column() {
    renames(
        &format!(
            "source s of E {{\n  from \"e.csv\"\n  profile = column(\"p\")\n}}\ntrait t = max(E.to$0tal)\n{DATA}"
        ),
        "sum_paid",
        &expect![[r#"
            // main.persona
            source s of E {
              from "e.csv"
              sum_paid = column("total")
              profile = column("p")
            }
            trait t = max(E.sum_paid)
            profile P { id: String @key tier: Tier = one city: String? n: Int = 0 }
            enum Tier { one, two }
            event E { sku: String, sum_paid: Int }
        "#]],
    );
}

#[test]
fn a_field_whose_column_may_be_there_is_refused() {
    refuses(
        &format!(
            "source s of P {{\n  from \"p.csv\"\n}}\nsegment s {{ when ci$0ty == \"a\" }}\n{DATA}"
        ),
        "town",
        "the source `s` fills `city` from the column of the same name, where there is one: write `city = column(\"city\")` there first",
    );
    refuses(
        &format!(
            "source a of E {{ from \"e.csv\" }}\nsource b of E {{ from \"f.csv\" total = column(\"x\") }}\ntrait t = max(E.to$0tal)\n{DATA}"
        ),
        "paid",
        "the source `a` fills `total` from the column of the same name, where there is one: write `total = column(\"total\")` there first",
    );
}

#[test]
fn a_field_of_a_record_or_list_is_renamed_alone() {
    renames(
        "profile P { id: String @key city: String? address: { ci$0ty: String? } }\nsegment s { when address.city == city }\n",
        "town",
        &expect![[r#"
            // main.persona
            profile P { id: String @key city: String? address: { town: String? } }
            segment s { when address.town == city }
        "#]],
    );
    renames(
        "event E { items: List<{ sku: String, price: Int }> }\ntrait t = sum(E.items.pri$0ce where sku == \"a\")\nsegment s { when did E where any i in items where i.price > 1 }\n",
        "cost",
        &expect![[r#"
            // main.persona
            event E { items: List<{ sku: String, cost: Int }> }
            trait t = sum(E.items.cost where sku == "a")
            segment s { when did E where any i in items where i.cost > 1 }
        "#]],
    );
}

#[test]
fn a_value_that_data_say_keeps_its_name_as_its_title() {
    renames(
        &format!(
            "segment s {{ when tier == on$0e or tier in [one, two] or tier == Tier.one }}\n{DATA}"
        ),
        "first",
        &expect![[r#"
            // main.persona
            segment s { when tier == first or tier in [first, two] or tier == Tier.first }
            profile P { id: String @key tier: Tier = first city: String? n: Int = 0 }
            enum Tier { first "one", two }
            event E { sku: String, total: Int }
        "#]],
    );
    refuses(
        "profile P { id: String @key t: T? }\nenum T { a$0 \"Ay\", b }\n",
        "c",
        "data may say `a`, and its title cannot keep that name: give the data's word as its title first",
    );
}

#[test]
fn a_value_that_no_data_hold_is_just_renamed() {
    renames(
        "enum T { a$0, b }\ntrait t: T = a\n",
        "c",
        &expect![[r#"
        // main.persona
        enum T { c, b }
        trait t: T = c
    "#]],
    );
}

#[test]
fn stages_parameters_slots_variants_and_arms_are_renamed() {
    renames(
        "partition l { a$0 when true otherwise b }\nsegment s { when in l.a or l == a }\n",
        "first",
        &expect![[r#"
            // main.persona
            partition l { first when true otherwise b }
            segment s { when in l.first or l == first }
        "#]],
    );
    renames(
        "segment s(d: Duration) { when did Sent in last (d) }\nsegment u { when in s(d$0: 30d) }\n",
        "window",
        &expect![[r#"
            // main.persona
            segment s(window: Duration) { when did Sent in last (window) }
            segment u { when in s(window: 30d) }
        "#]],
    );
    renames(
        "content c { te$0xt: String variant v when true { text = \"a\" } otherwise { text = \"b\" } }\ntest \"t\" { expect c.text == \"a\" }\n",
        "body",
        &expect![[r#"
            // main.persona
            content c { body: String variant v when true { body = "a" } otherwise { body = "b" } }
            test "t" { expect c.body == "a" }
        "#]],
    );
    renames(
        "content c { text: String variant $0v when true { text = \"a\" } otherwise { text = \"b\" } }\ntest \"t\" { expect c is v }\n",
        "first",
        &expect![[r#"
            // main.persona
            content c { text: String variant first when true { text = "a" } otherwise { text = "b" } }
            test "t" { expect c is first }
        "#]],
    );
    renames(
        "event E { x: Int }\nexperiment e { on t arms { o$0ne, two } }\ntrigger t { on E enter once stop }\nsegment s { when arm(e) == one }\ntest \"t\" { arm e = one }\n",
        "first",
        &expect![[r#"
            // main.persona
            event E { x: Int }
            experiment e { on t arms { first, two } }
            trigger t { on E enter once stop }
            segment s { when arm(e) == first }
            test "t" { arm e = first }
        "#]],
    );
}

#[test]
fn an_as_name_is_renamed_in_its_declaration() {
    renames(
        "event E { x: Int }\ntrigger t { on E as $0e enter once\n if e.x > 1 { emit E { x: e.x } } }\ntrigger u { on E as e enter once\n if e.x > 1 { stop } }\n",
        "it",
        &expect![[r#"
            // main.persona
            event E { x: Int }
            trigger t { on E as it enter once
             if it.x > 1 { emit E { x: it.x } } }
            trigger u { on E as e enter once
             if e.x > 1 { stop } }
        "#]],
    );
}

#[test]
fn an_experiment_keeps_its_salt() {
    renames(
        "event E { x: Int }\nexperiment ex$0p { on t arms { one, two } }\ntrigger t { on E enter once stop }\nsegment s { when arm(exp) == one }\n",
        "other",
        &expect![[r#"
            // main.persona
            event E { x: Int }
            experiment other { on t arms { one, two }
              salt "exp" }
            trigger t { on E enter once stop }
            segment s { when arm(other) == one }
        "#]],
    );
    renames(
        "event E { x: Int }\nexperiment ex$0p { on t arms { one, two } salt \"x\" }\ntrigger t { on E enter once stop }\n",
        "other",
        &expect![[r#"
            // main.persona
            event E { x: Int }
            experiment other { on t arms { one, two } salt "x" }
            trigger t { on E enter once stop }
        "#]],
    );
}

#[test]
fn a_source_keeps_its_turn() {
    refuses(
        "profile P { id: String @key }\nsource $0a of P { from \"a.csv\" }\nsource b of P { from \"b.csv\" }\n",
        "c",
        "where `a` and `b` differ, the first by name wins: called `c`, it would be another; say `prefer` first",
    );
    renames(
        "profile P { id: String @key }\nsource $0a of P { from \"a.csv\" prefer b over a }\nsource b of P { from \"b.csv\" }\n",
        "aa",
        &expect![[r#"
            // main.persona
            profile P { id: String @key }
            source aa of P { from "a.csv" prefer b over aa }
            source b of P { from "b.csv" }
        "#]],
    );
}

#[test]
fn what_is_not_the_package_s_own_is_refused() {
    refuses(
        "use std.rfm\ntrait t = rfm.rec$0ency(E)\nevent E { x: Int }\n",
        "old",
        "`recency` belongs to `std.rfm`, which is not changed from here",
    );
    refuses(
        "use std.r$0fm\n",
        "old",
        "a module is called like its file, a package as its `persona.toml` says",
    );
    refuses(
        "trait t = cou$0nt(E)\nevent E { x: Int }\n",
        "old",
        "`count` belongs to the language",
    );
    refuses(
        "trait t = last(E).a$0t\nevent E { x: Int }\n",
        "old",
        "`at` is declared nowhere in this package",
    );
    refuses(
        "segment s { wh$0en true }\n",
        "old",
        "there is no name here",
    );
    refuses(
        "segment s { when in no$0body }\n",
        "old",
        "there is no name here",
    );
    let common = "//- persona.toml\n[package]\nname = \"main\"\n[dependencies]\ncommon = { path = \"../common\" }\n//- a.persona\nuse common.{answer}\ntrait t = ans$0wer\n//- ../common/persona.toml\n[package]\nname = \"common\"\n//- ../common/r.persona\ntrait answer: Int = 42\n";
    refuses(
        common,
        "x",
        "`answer` belongs to `common`, which is not changed from here",
    );
}

#[test]
fn what_is_no_name_is_refused() {
    let text = "segment vi$0p { when true }\n";
    refuses(
        text,
        "",
        "`` is no name: letters, digits and `_`, no digit first",
    );
    refuses(
        text,
        "1st",
        "`1st` is no name: letters, digits and `_`, no digit first",
    );
    refuses(
        text,
        "a b",
        "`a b` is no name: letters, digits and `_`, no digit first",
    );
    refuses(
        text,
        "a.b",
        "`a.b` is no name: letters, digits and `_`, no digit first",
    );
    refuses(text, "and", "`and` is a word of the language");
    refuses(text, "when", "`when` is a word of the language");
    refuses(text, "today", "`today` means something by itself");
    refuses(
        "event E { $0x: Int }\n",
        "at",
        "`at` means something by itself",
    );
}

#[test]
fn what_is_taken_is_refused() {
    refuses(
        "segment vi$0p { when true }\ntrait loyal = 1\n",
        "loyal",
        "a trait is called `loyal` already",
    );
    refuses(
        "use std.rfm.{champions}\nsegment vi$0p { when true }\n",
        "champions",
        "a segment is called `champions` already",
    );
    refuses(
        "use std.rfm\nsegment vi$0p { when true }\n",
        "rfm",
        "a module is called `rfm` already",
    );
    refuses(
        "event E { $0x: Int, y: Int }\n",
        "y",
        "something in `E` is called `y` already",
    );
    refuses(
        "enum T { $0a, b }\n",
        "b",
        "something in `T` is called `b` already",
    );
    refuses(
        "fn f($0a: Int, b: Int) -> Int = a + b\n",
        "b",
        "something in `f` is called `b` already",
    );
}

#[test]
fn capture_is_refused_both_ways() {
    // The trait's new name would be the parameter where it is used.
    refuses(
        "trait ol$0d = 1\nfn f(x: Int) -> Int = x\nsegment s(x: Int) { when old == x }\n",
        "x",
        "in `f`, `x` is a parameter: one would be taken for the other",
    );
    // A field would be taken for the trait.
    refuses(
        &format!("trait ol$0d = 1\n{DATA}"),
        "city",
        "`city` is a field of `P`: one would be taken for the other",
    );
    refuses(
        &format!("trait gold = 1\nsegment s {{ when ci$0ty is known }}\n{DATA}"),
        "gold",
        "`gold` is a trait already: one would be taken for the other than `city`",
    );
    // A parameter elsewhere would be taken for the field.
    refuses(
        &format!("fn f(town: Int) -> Int = town\nsegment s {{ when ci$0ty is known }}\n{DATA}"),
        "town",
        "in `f`, `town` is a parameter: one would be taken for the other",
    );
    // A value would be taken for the field.
    refuses(
        &format!("segment s {{ when tier == two and ci$0ty is known }}\n{DATA}"),
        "two",
        "in `s`, `two` is a value of `Tier`: one would be taken for the other",
    );
    refuses(
        &format!("enum T {{ $0a, b }}\ntrait t: T = a\n{DATA}"),
        "city",
        "`city` is a field of `P`: one would be taken for the other",
    );
    // A parameter would be taken for a field.
    refuses(
        &format!("segment s(d$0: Int) {{ when n > d }}\n{DATA}"),
        "n",
        "`n` is a field of `P`: one would be taken for the other",
    );
    // What is given would be taken for an event.
    refuses(
        &format!(
            "trigger t {{ on E as $0e enter once\n if did E as f then E where sku == f.sku {{ stop }} }}\n{DATA}"
        ),
        "f",
        "something in this declaration is called `f` already",
    );
}

#[test]
fn a_segment_may_be_called_like_a_value() {
    renames(
        &format!("segment vi$0p {{ when tier == two }}\nsegment b {{ when in vip }}\n{DATA}"),
        "two",
        &expect![[r#"
            // main.persona
            segment two { when tier == two }
            segment b { when in two }
            profile P { id: String @key tier: Tier = one city: String? n: Int = 0 }
            enum Tier { one, two }
            event E { sku: String, total: Int }
        "#]],
    );
}

#[test]
fn a_common_field_of_several_events_is_refused() {
    let text = "event A { sku: String }\nevent B { sku: String }\nsegment s { when did (A or B) where sku == \"a\" }\n";
    refuses(
        &text.replace("where sku", "where sk$0u"),
        "x",
        "`sku` is a field of several events here: rename it where one of them declares it",
    );
    refuses(
        &text.replacen("sku", "sk$0u", 1),
        "x",
        "in `s`, `sku` is a field of `B` as well",
    );
}

#[test]
fn the_same_name_changes_nothing() {
    let fixture = Fixture::new("segment vi$0p { when true }\n");
    let (file, offset) = fixture.cursor();
    assert_eq!(rename(&fixture.db, file, offset, "vip"), Ok(Vec::new()));
    let prepared = prepare(&fixture.db, file, offset).expect("it can be renamed");
    assert_eq!(prepared.name, "vip");
    assert_eq!(prepared.span.of(fixture.db.file_text(file)), "vip");
}

/// Every name of the example shop can be given another name, or it is said why not; and the package then means as much.
#[test]
fn every_name_of_the_example_is_renamed_or_refused_soundly() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../examples/shop");
    let mut text = String::new();
    for name in [
        "persona.toml",
        "schema.persona",
        "segments.persona",
        "traits.persona",
        "campaign.persona",
        "messages.persona",
        "sources.persona",
        "tests.persona",
    ] {
        let read =
            std::fs::read_to_string(format!("{folder}/{name}")).expect("the example is there");
        text.push_str(&format!("//- {name}\n{}\n", read.replace("$0", "$ 0")));
    }
    for entry in std::fs::read_dir(format!("{folder}/messages")).expect("it has templates") {
        let path = entry.expect("it can be read").path();
        let name = path
            .file_name()
            .expect("it has a name")
            .to_string_lossy()
            .into_owned();
        let read = std::fs::read_to_string(&path).expect("it can be read");
        text.push_str(&format!("//- messages/{name}\n{read}\n"));
    }
    let fixture = Fixture::new(&text);
    let db = &fixture.db;
    assert_eq!(errors(db), Vec::<String>::new());
    let mut renamed = 0;
    // One package for all renames, each taken back: only what it reaches is checked again.
    let mut work = db.fork();
    for file in db.rule_files() {
        for decl in db.declarations(file) {
            for one in db.occurrences(decl.id) {
                if one.role != Role::Declares || matches!(one.symbol, Symbol::Layer(_)) {
                    continue;
                }
                let offset = decl.in_file(one.span).start;
                let upper = one.symbol.own_name().starts_with(char::is_uppercase);
                let new = if upper { "ZzNew" } else { "zz_new" };
                let Ok(edits) = rename(db, file, offset, new) else {
                    continue;
                };
                renamed += 1;
                let changed = texts(db, &edits);
                for (file, text) in &changed {
                    set(&mut work, db.file_path(*file), text);
                }
                let wrong = errors(&work);
                assert_eq!(wrong, Vec::<String>::new(), "{:?}", one.symbol);
                for file in changed.keys() {
                    set(&mut work, db.file_path(*file), db.file_text(*file));
                }
            }
        }
    }
    assert!(renamed > 60, "{renamed}");
}

const MAIL: &str = "//- shop.persona\nprofile P { id: String @key name: String = \"you\" tier: Tier = gold }\nordered enum Tier { gold, basic }\nevent E { total: Int, items: List<{ sku: String }> }\n";

#[test]
fn templates_are_renamed_with_what_they_name() {
    let mail = |cursor: &str| {
        let content =
            "content c(cart: E) { body: Html\n otherwise { body = template \"m.liquid\" } }\n"
                .replace(cursor, &format!("{cursor}$0"));
        format!(
            "//- a.persona\n{content}//- m.liquid\n<p>{{{{ name }}}} {{{{ profile.name }}}} {{{{ cart.total }}}} {{% for i in cart.items %}}{{{{ i.sku }}}}{{% endfor %}}{{% if tier == 'gold' %}}x{{% endif %}}</p>\n{MAIL}"
        )
    };
    renames(
        &mail("(cart"),
        "basket",
        &expect![[r#"
        // a.persona
        content c(basket: E) { body: Html
         otherwise { body = template "m.liquid" } }
        // m.liquid
        <p>{{ name }} {{ profile.name }} {{ basket.total }} {% for i in basket.items %}{{ i.sku }}{% endfor %}{% if tier == 'gold' %}x{% endif %}</p>
    "#]],
    );
    let field = |name: &str| {
        let text = mail("zzz");
        let at = text.rfind(name).expect("it is there");
        format!("{}$0{}", &text[..at], &text[at..])
    };
    renames(
        &field("name:"),
        "first_name",
        &expect![[r#"
        // m.liquid
        <p>{{ first_name }} {{ profile.first_name }} {{ cart.total }} {% for i in cart.items %}{{ i.sku }}{% endfor %}{% if tier == 'gold' %}x{% endif %}</p>
        // shop.persona
        profile P { id: String @key first_name: String = "you" tier: Tier = gold }
        ordered enum Tier { gold, basic }
        event E { total: Int, items: List<{ sku: String }> }
    "#]],
    );
    renames(
        &field("total:"),
        "paid",
        &expect![[r#"
        // m.liquid
        <p>{{ name }} {{ profile.name }} {{ cart.paid }} {% for i in cart.items %}{{ i.sku }}{% endfor %}{% if tier == 'gold' %}x{% endif %}</p>
        // shop.persona
        profile P { id: String @key name: String = "you" tier: Tier = gold }
        ordered enum Tier { gold, basic }
        event E { paid: Int, items: List<{ sku: String }> }
    "#]],
    );
    renames(
        &field("sku:"),
        "code",
        &expect![[r#"
        // m.liquid
        <p>{{ name }} {{ profile.name }} {{ cart.total }} {% for i in cart.items %}{{ i.code }}{% endfor %}{% if tier == 'gold' %}x{% endif %}</p>
        // shop.persona
        profile P { id: String @key name: String = "you" tier: Tier = gold }
        ordered enum Tier { gold, basic }
        event E { total: Int, items: List<{ code: String }> }
    "#]],
    );
    renames(
        &field("gold, basic"),
        "best",
        &expect![[r#"
        // m.liquid
        <p>{{ name }} {{ profile.name }} {{ cart.total }} {% for i in cart.items %}{{ i.sku }}{% endfor %}{% if tier == 'best' %}x{% endif %}</p>
        // shop.persona
        profile P { id: String @key name: String = "you" tier: Tier = best }
        ordered enum Tier { best "gold", basic }
        event E { total: Int, items: List<{ sku: String }> }
    "#]],
    );
}

#[test]
fn a_template_that_means_something_else_for_another_content_is_refused() {
    refuses(
        &format!(
            "//- a.persona\ncontent c(x$0: E) {{ body: Html\n otherwise {{ body = template \"m.liquid\" }} }}\ncontent d(x: E) {{ body: Html\n otherwise {{ body = template \"m.liquid\" }} }}\n//- m.liquid\n{{{{ x.total }}}}\n{MAIL}"
        ),
        "y",
        "`x` in m.liquid means something else for `d`",
    );
}

#[test]
fn a_name_that_a_template_gives_is_refused() {
    refuses(
        &format!(
            "//- a.persona\ncontent c(x$0: E) {{ body: Html\n otherwise {{ body = template \"m.liquid\" }} }}\n//- m.liquid\n{{% assign y = 1 %}}{{{{ x.total }}}}{{{{ y }}}}\n{MAIL}"
        ),
        "y",
        "m.liquid gives the name `y` to something: one would be taken for the other",
    );
}

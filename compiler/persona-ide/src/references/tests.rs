//! Who names what.

use persona_base::Span;

use super::{HighlightKind, highlights, references};
use crate::fixture::Fixture;

/// The references to what is at the cursor are the ranges `ref`, and `def` besides.
#[track_caller]
fn named(text: &str) {
    let fixture = Fixture::new(text);
    let (file, offset) = fixture.cursor();
    let shown = |all: Vec<(persona_base::FileId, Span)>| -> Vec<String> {
        let all = all.into_iter();
        all.map(|(file, span)| fixture.shown(file, span)).collect()
    };
    let mut wanted = fixture.ranges("ref");
    wanted.sort();
    let found = references(&fixture.db, file, offset, false);
    assert_eq!(shown(found), shown(wanted.clone()));
    wanted.extend(fixture.ranges("def"));
    wanted.sort();
    let found = references(&fixture.db, file, offset, true);
    assert_eq!(shown(found), shown(wanted));
}

#[test]
fn a_segment_is_named_across_files() {
    named(
        "//- a.persona\nsegment <$def>v$0ip</$def> { when true }\nsegment b { when not in <$ref>vip</$ref> }\n//- b.persona\nexclusive { <$ref>vip</$ref>, b }\ntest \"vip\" { expect in <$ref>vip</$ref> }\ntrigger t { on enter <$ref>vip</$ref> enter once stop }\n",
    );
}

#[test]
fn a_field_is_named_by_rules_sources_and_tests() {
    named(
        "//- a.persona\nprofile P { id: String @key <$def>city</$def>: String? address: { city: String? } }\nsegment s { when <$ref>ci$0ty</$ref> == \"a\" and address.city is known and profile.<$ref>city</$ref> == \"b\" }\nsource x of P { from \"x.csv\" <$ref>city</$ref> = column(\"city\") }\ntest \"t\" { given { <$ref>city</$ref>: \"a\", address: { city: \"b\" } } set <$ref>city</$ref> = \"c\" }\n",
    );
}

#[test]
fn fields_of_one_name_in_several_tables_are_told_apart() {
    named(
        "event A { <$def>sku</$def>: String }\nevent B { sku: String }\nsegment s { when did A where <$ref>s$0ku</$ref> == \"a\" }\nsegment u { when did B where sku == \"a\" }\nsegment v { when did (A or B) where <$ref>sku</$ref> == \"a\" }\n",
    );
}

#[test]
fn values_stages_and_parameters_are_found() {
    named(
        "enum E { <$def>o$0ne</$def>, two }\nprofile P { id: String @key e: E = <$ref>one</$ref> }\nsegment one { when e == <$ref>one</$ref> or e in [<$ref>one</$ref>, two] or e == E.<$ref>one</$ref> }\ntest \"t\" { given { e: <$ref>one</$ref> } }\n",
    );
    named(
        "segment s(<$def>d</$def>: Duration) { when did Sent in last (<$ref>d</$ref>) }\nsegment u { when in s($0<$ref>d</$ref>: 30d) }\nsegment v(d: Duration) { when did Sent in last (d) }\n",
    );
}

#[test]
fn an_as_name_stays_in_its_declaration() {
    named(
        "event A { x: Int }\ntrigger t { on A as <$def>a</$def> where x > 1 enter once\n if <$ref>a</$ref>.x > 2 { emit A { x: $0<$ref>a</$ref>.x } } }\ntrigger u { on A as a enter once\n if a.x > 2 { stop } }\n",
    );
}

#[test]
fn names_of_another_package_are_found_here_and_there() {
    named(
        "//- persona.toml\n[package]\nname = \"main\"\n[dependencies]\ncommon = { path = \"../common\" }\n//- a.persona\nuse common.{<$ref>answer</$ref>}\ntrait t = <$ref>ans$0wer</$ref> + 1\n//- ../common/persona.toml\n[package]\nname = \"common\"\n//- ../common/r.persona\ntrait <$def>answer</$def>: Int = 42\ntrait twice = <$ref>answer</$ref> * 2\n",
    );
}

#[track_caller]
fn marks(text: &str, wanted: &str) {
    let fixture = Fixture::new(text);
    let (file, offset) = fixture.cursor();
    let found = highlights(&fixture.db, file, offset).into_iter();
    let shown: Vec<String> = found
        .map(|(span, kind)| {
            let letter = match kind {
                HighlightKind::Write => 'w',
                HighlightKind::Read => 'r',
                HighlightKind::Text => 't',
            };
            format!("{}{letter}", span.start)
        })
        .collect();
    assert_eq!(shown.join(" "), wanted);
}

#[test]
fn a_file_s_places_are_marked_as_written_or_read() {
    marks(
        "profile P { id: String @key n: Int? }\ntrigger t { on every day at 09:00 set $0n = (n ?? 0) + 1 }\n",
        "28w 76w 81r",
    );
}

#[test]
fn only_this_file_is_marked() {
    marks(
        "//- a.persona\nsegment $0a { when true }\n//- b.persona\nsegment b { when in a }\n",
        "8w",
    );
}

#[test]
fn the_word_trigger_marks_what_ends_it() {
    marks(
        "event A { x: Int }\ntrig$0ger t { on A as a enter once\n stop on A\n if a.x > 1 { stop } }\n",
        "19t 53t 77t",
    );
}

#[test]
fn what_the_language_has_is_not_marked() {
    marks("trait t = ag$0e(today)\n", "");
}

const MAIL: &str = "//- a.persona\nevent E { <$def>total</$def>: Int, items: List<{ sku: String }> }\ncontent c(cart: E) { body: Html\n otherwise { body = template \"m.liquid\" } }\ntrait t = sum(E.<$ref>total</$ref>)\n//- m.liquid\n{{ cart.<$ref>total</$ref> }} {% for i in cart.items %}{{ i.sku }}{% endfor %}{% if cart.<$ref>total</$ref> > 1 %}{% endif %}\n";

#[test]
fn templates_name_fields_too() {
    named(&MAIL.replacen("total</$ref>)", "tot$0al</$ref>)", 1));
    // From the template as well.
    named(&MAIL.replacen("total</$ref> }}", "tot$0al</$ref> }}", 1));
}

#[test]
fn a_template_s_places_are_marked() {
    let fixture = Fixture::new(&MAIL.replacen("total</$ref> }}", "tot$0al</$ref> }}", 1));
    let (file, offset) = fixture.cursor();
    assert_eq!(highlights(&fixture.db, file, offset).len(), 2);
}

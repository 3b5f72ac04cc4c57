//! Every question has an answer, and no panic, at every place of every text: broken ones, past the end, inside of characters.

use persona_base::Span;

use crate::fixture::Fixture;
use crate::{
    definition, hierarchy, hover, inline, links, references, rename, structure, symbols, tokens,
};

const TEXTS: [&str; 14] = [
    "",
    "}",
    "\u{feff}segment a { when true }\r\n",
    "é \"{ü}\" {\nsegment é { when x.y }\n",
    "segment a { when ((((",
    "segment { when in . and in .x and in x. }",
    "profile P { : String, a: , b: { c: { } } }\nevent\nenum E { , }\n",
    "trigger t { on as where enter send via for set = emit { } if { } else { } }",
    "content c( { text: otherwise { text = template \"\" } variant when { locale { } } }",
    "use .\nuse std.\nuse std.rfm.{,}\nuse std.nothing\nuse common.x\n",
    "source s of { from \"\" x = column() y = column(\"é\") each { } prefer over }",
    "test \"\" { given { : } at wait event { } arm = expect expect sent expect is }",
    "experiment e { on arms { } goal layer salt }\nrecommend r { from where rank by take otherwise }",
    "segment a { when did then not and any in where count( sum(. ) first().x [ ] match { => , } ?? }",
];

#[test]
fn every_place_has_an_answer() {
    for text in TEXTS {
        let fixture = Fixture::new(text);
        let (db, file) = (&fixture.db, fixture.files[0].1);
        for at in 0..text.len() as u32 + 4 {
            let _ = definition::definition(db, file, at);
            let _ = definition::type_definition(db, file, at);
            let _ = definition::implementation(db, file, at);
            let _ = hover::hover(db, file, at);
            let _ = references::references(db, file, at, true);
            let _ = references::highlights(db, file, at);
            let _ = rename::prepare(db, file, at);
            let _ = rename::rename(db, file, at, "other");
            let _ = structure::selections(db, file, at);
            let _ = structure::linked(db, file, at);
            let _ = hierarchy::prepare(db, file, at);
            let _ = hierarchy::incoming(db, file, at);
            let _ = hierarchy::outgoing(db, file, at);
            let range = Span::new(at / 2, at);
            let _ = tokens::tokens(db, file, Some(range));
            let _ = inline::inline_values(db, file, range);
        }
        for fold in structure::folds(db, file) {
            assert!(
                text.get(fold.span.start as usize..fold.span.end as usize)
                    .is_some()
            );
        }
        for one in tokens::tokens(db, file, None) {
            assert!(
                text.get(one.span.start as usize..one.span.end as usize)
                    .is_some()
            );
        }
        for link in links::links(db, file) {
            assert!(
                text.get(link.span.start as usize..link.span.end as usize)
                    .is_some()
            );
        }
        let _ = symbols::outline(db, file);
        let _ = symbols::search(db, text);
    }
}

/// Every prefix of a file, as it is while it is typed.
#[test]
fn every_prefix_of_a_file_has_answers() {
    let whole = "use std.rfm\nprofile P { id: String @key a: { b: Int? } }\nevent E { x: List<{ y: Int }> }\nsegment s(d: Duration) { when did E as e in last (d) where any i in x where i.y > 1 }\ncontent c(e: E) { t: String\n variant v when a.b == 1 { t = \"{e.at}\" }\n otherwise { t = \"b\" } }\n";
    for end in (0..whole.len()).step_by(3) {
        let text = &whole[..end];
        let fixture = Fixture::new(text);
        let (db, file) = (&fixture.db, fixture.files[0].1);
        let at = end as u32;
        let _ = hover::hover(db, file, at);
        let _ = definition::definition(db, file, at);
        let _ = references::references(db, file, at, true);
        let _ = rename::rename(db, file, at, "other");
        let _ = tokens::tokens(db, file, None);
        let _ = structure::selections(db, file, at);
        let _ = structure::folds(db, file);
        let _ = symbols::outline(db, file);
    }
}

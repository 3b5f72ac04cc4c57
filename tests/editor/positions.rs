//! Lines and columns, in both units, with everything that makes them hard: characters outside the basic plane, line ends of
//! two bytes, tabs.

use serde_json::{Value, json};

use super::{Shown, position, replace};

/// `visitz`, which is wrong, stands behind an emoji, a combining letter and a tab; lines end in `\r\n`.
const RULES: &str = "profile P { id: String @key, visits: Int }\r\nsegment a \"😀é\" {\twhen visitz > 1 }\r\n\
                     segment b { when visits > 1 }\r\n";

fn client(encoding: &str) -> Value {
    json!({
        "general": { "positionEncodings": ["utf-16", encoding] },
        "textDocument": { "diagnostic": {} },
    })
}

/// The column of a part of the second line.
fn column(part: &str, encoding: &str) -> u64 {
    let line = RULES.lines().nth(1).expect("a second line");
    let before = &line[..line.find(part).expect("a part of it")];
    match encoding {
        "utf-8" => before.len() as u64,
        _ => before.encode_utf16().count() as u64,
    }
}

#[test]
fn places_are_right_in_both_units() {
    for encoding in ["utf-8", "utf-16"] {
        let mut shown = Shown::with(&[("rules.persona", RULES)], &client(encoding));
        assert_eq!(shown.editor.capabilities["positionEncoding"], encoding);
        let uri = shown.uri("rules.persona");
        shown.editor.show(&uri, RULES);
        let found = shown.editor.diagnostics(&uri);
        let range = &found[0]["range"];
        let at = column("visitz", encoding);
        assert_eq!(range["start"], position(1, at), "{encoding}");
        assert_eq!(range["end"], position(1, at + 6), "{encoding}");

        // Mended by one key, behind all of it.
        let z = column("z > 1", encoding);
        let change = replace(&position(1, z), &position(1, z + 1), "s");
        shown.editor.change(&uri, 2, &json!([change]));
        assert_eq!(shown.found("rules.persona"), [], "{encoding}");

        // Two changes in one message: the second is counted in the text that the first left.
        let first = replace(&position(1, 0), &position(1, 0), "// 😀\r\n");
        let second = replace(&position(3, 17), &position(3, 23), "visitx");
        shown.editor.change(&uri, 3, &json!([first, second]));
        let found = shown.found("rules.persona");
        assert_eq!(found, [("P0250".to_owned(), 3, 17)], "{encoding}");
        assert_eq!(shown.editor.leave(), 0);
    }
}

#[test]
fn positions_that_are_nowhere_are_taken() {
    let mut shown = Shown::with(&[("rules.persona", RULES)], &client("utf-16"));
    let uri = shown.uri("rules.persona");
    shown.editor.show(&uri, RULES);
    // Behind a line's end is its end: before `\r\n`; behind the last line the text's end; inside a character its start.
    let far = replace(&position(2, 999), &position(2, 999), " // 😀");
    let end = replace(
        &position(999, 9),
        &position(9999, 0),
        "segment c { when visitx > 1 }",
    );
    shown.editor.change(&uri, 2, &json!([far, end]));
    let codes = shown.found("rules.persona");
    assert_eq!(
        codes.last(),
        Some(&("P0250".to_owned(), 3, 17)),
        "{codes:?}"
    );
    let inside = column("😀", "utf-16") + 1;
    let middle = replace(&position(1, inside), &position(1, inside), "x");
    let backwards = replace(&position(1, 9), &position(1, 2), "");
    shown.editor.change(&uri, 3, &json!([middle, backwards]));
    assert_eq!(shown.found("rules.persona").len(), 2);
    // The lengths that positions of a file can have are not those that the server has.
    for method in [
        "textDocument/hover",
        "textDocument/completion",
        "textDocument/definition",
    ] {
        for at in [
            position(0, 99_999),
            position(99_999, 0),
            position(1, inside),
        ] {
            let params = json!({ "textDocument": { "uri": uri }, "position": at });
            let id = shown.editor.ask(method, params);
            let answer = shown.editor.answer(id);
            let code = answer["error"]["code"].as_i64();
            assert!(matches!(code, None | Some(-32601)), "{method}: {answer}");
        }
    }
    assert_eq!(shown.editor.leave(), 0);
}

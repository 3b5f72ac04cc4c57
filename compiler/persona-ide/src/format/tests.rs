//! What is formatted, what is left alone, and that edits are small.

use expect_test::{Expect, expect};
use persona_base::{Edit, FileId, Span};

use super::{document, on_type, range};
use crate::fixture::Fixture;

/// The text with each edit in it as `[old|new]`, and carriage returns to be seen.
fn marked(fixture: &Fixture, file: FileId, edits: &[Edit]) -> String {
    let text = fixture.db.file_text(file);
    let mut shown = String::new();
    let mut at = 0;
    for edit in edits {
        assert_eq!(edit.file, file);
        let (start, end) = (edit.span.start as usize, edit.span.end as usize);
        shown.push_str(&text[at..start]);
        shown.push_str(&format!(
            "[{}|{}]",
            text[start..end].escape_debug(),
            edit.text.escape_debug()
        ));
        at = end;
    }
    shown.push_str(&text[at..]);
    shown.replace('\r', "␍")
}

fn check_document(text: &str, expected: &Expect) {
    let fixture = Fixture::new(text);
    let file = fixture.files[0].1;
    let edits = document(&fixture.db, file);
    expected.assert_eq(&marked(&fixture, file, &edits));
    let again = fixture.edited(&edits);
    assert_eq!(
        document(&again, file),
        [],
        "formatting twice changes something"
    );
}

fn check_range(text: &str, expected: &Expect) {
    let fixture = Fixture::new(text);
    let (file, selected) = fixture.selection();
    expected.assert_eq(&marked(&fixture, file, &range(&fixture.db, file, selected)));
}

/// The character before the cursor was typed.
fn check_typed(text: &str, expected: &Expect) {
    let fixture = Fixture::new(text);
    let (file, at) = fixture.cursor();
    let typed = if fixture.db.file_text(file)[..at as usize].ends_with('}') {
        '}'
    } else {
        '\n'
    };
    let edits = on_type(&fixture.db, file, at, typed);
    expected.assert_eq(&marked(&fixture, file, &edits));
}

#[test]
fn a_document_is_formatted_by_small_edits() {
    check_document(
        "segment  a{when x>3}\n\n\n\nenum E {\n  a,\n  b\n}\n",
        &expect![[r#"
            segment [ |]a[| ]{[| ]when x[| ]>[| ]3[| ]}

            [\n\n|]enum E {
              a[,|]
              b
            }
        "#]],
    );
}

#[test]
fn what_cannot_be_read_stays_and_the_rest_is_formatted() {
    check_document(
        "segment a { when ( }\nsegment  b { when true }\n",
        &expect![[r#"
            segment a { when ( }
            segment [ |]b { when true }
        "#]],
    );
}

#[test]
fn line_ends_of_the_file_stay() {
    check_document(
        "enum  E { a }\r\n\r\n\r\n\r\nenum F {\r\n\ta\r\n}\r\n",
        &expect![[r#"
            enum [ |]E { a }␍
            ␍
            [\r\n\r\n|]enum F {␍
            [\t|  ]a␍
            }␍
        "#]],
    );
}

#[test]
fn a_range_formats_whole_declarations_and_nothing_else() {
    check_range(
        "enum  A { a }\n\n\n\nenum  B <$sel>{ b }\nenum  C { c</$sel> }\n\n\n\nenum  D { d }\n",
        &expect![[r#"
            enum  A { a }



            enum [ |]B { b }
            enum [ |]C { c }



            enum  D { d }
        "#]],
    );
}

#[test]
fn selected_lines_do_not_touch_the_declaration_behind_them() {
    check_range(
        "<$sel>enum  A { a }\n</$sel>enum  B { b }\n",
        &expect![[r#"
        enum [ |]A { a }
        enum  B { b }
    "#]],
    );
}

#[test]
fn selected_blank_lines_touch_nothing() {
    check_range(
        "enum  A { a }\n<$sel>\n\n</$sel>enum  B { b }\n",
        &expect![[r#"
        enum  A { a }


        enum  B { b }
    "#]],
    );
}

#[test]
fn a_cursor_formats_the_declaration_it_is_in() {
    check_range(
        "enum  A { $0a }\nenum  B { b }\n",
        &expect![[r#"
        enum [ |]A { a }
        enum  B { b }
    "#]],
    );
}

#[test]
fn only_rules_have_a_format() {
    let fixture =
        Fixture::new("//- persona.toml\n[package]\nname  = \"x\"\n//- a.liquid\n{{  x }}\n");
    for (_, file) in &fixture.files {
        assert_eq!(document(&fixture.db, *file), []);
        assert_eq!(range(&fixture.db, *file, Span::new(0, 99)), []);
        assert_eq!(on_type(&fixture.db, *file, 3, '\n'), []);
    }
}

#[test]
fn a_new_line_in_braces_is_indented() {
    check_typed(
        "segment a {\n$0\n}\n",
        &expect![[r#"
        segment a {
        [|  ]
        }
    "#]],
    );
    check_typed(
        "content c {\n  variant v when true {\n$0\n  }\n}\n",
        &expect![[r#"
            content c {
              variant v when true {
            [|    ]
              }
            }
        "#]],
    );
    check_typed(
        "segment a {\n$0",
        &expect![[r#"
        segment a {
        [|  ]"#]],
    );
}

#[test]
fn a_new_line_before_a_closing_bracket_goes_below_what_it_closes() {
    check_typed(
        "segment a {\n  when x\n    $0}\n",
        &expect![[r#"
        segment a {
          when x
        [    |]}
    "#]],
    );
    check_typed(
        "const A: List<Int> = [\n  1,\n  $0]\n",
        &expect![[r#"
        const A: List<Int> = [
          1,
        [  |]]
    "#]],
    );
}

#[test]
fn a_new_line_in_the_middle_of_a_condition_is_indented_further() {
    check_typed(
        "segment a {\n  when x and\n$0\n}\n",
        &expect![[r#"
        segment a {
          when x and
        [|    ]
        }
    "#]],
    );
    check_typed(
        "segment a {\n  when x\n$0and y\n}\n",
        &expect![[r#"
        segment a {
          when x
        [|    ]and y
        }
    "#]],
    );
    check_typed(
        "trait t: Int =\n$0\n",
        &expect![[r#"
        trait t: Int =
        [|  ]
    "#]],
    );
    check_typed(
        "trait t: Int = a +\n$0\n",
        &expect![[r#"
        trait t: Int = a +
        [|  ]
    "#]],
    );
    check_typed(
        "trait t: Bool = a\n$0and b\n",
        &expect![[r#"
        trait t: Bool = a
        [|  ]and b
    "#]],
    );
}

#[test]
fn a_new_line_behind_a_declaration_formats_it() {
    check_typed(
        "enum  E{a,b}\n  $0\nenum  F { x }\n",
        &expect![[r#"
        enum [ |]E[| ]{[| ]a,[| ]b[| ]}
        [  |]
        enum  F { x }
    "#]],
    );
    check_typed(
        "const  A: Int=3\n$0",
        &expect![[r#"
        const [ |]A: Int[| ]=[| ]3
    "#]],
    );
}

#[test]
fn a_declaration_further_up_is_left_alone() {
    check_typed(
        "enum  E{a,b}\n\n\n$0\n",
        &expect![[r#"
        enum  E{a,b}



    "#]],
    );
}

#[test]
fn a_new_line_in_a_text_is_left_alone() {
    check_typed(
        "content c {\n  a = \"\"\"\n$0\n  \"\"\"\n}\n",
        &expect![[r#"
            content c {
              a = """

              """
            }
        "#]],
    );
}

#[test]
fn a_new_line_between_declarations_is_not_indented() {
    check_typed(
        "    $0\nenum E { a }\n",
        &expect![[r#"
        [    |]
        enum E { a }
    "#]],
    );
}

#[test]
fn a_brace_that_closes_a_declaration_formats_it() {
    check_typed(
        "segment  a{\n when x\n    }$0\nenum  F { x }\n",
        &expect![[r#"
            segment [ |]a[| ]{
             [| ]when x
            [    |]}
            enum  F { x }
        "#]],
    );
}

#[test]
fn a_brace_that_closes_a_block_goes_below_it() {
    check_typed(
        "content  c {\n  variant v when true {\n    a = \"x\"\n      }$0\n  b\n}\n",
        &expect![[r#"
            content  c {
              variant v when true {
                a = "x"
            [      |  ]}
              b
            }
        "#]],
    );
    check_typed(
        "content c {\n  variant v when true { a = \"x\" }$0\n",
        &expect![[r#"
            content c {
              variant v when true { a = "x" }
        "#]],
    );
}

#[test]
fn a_brace_in_a_text_or_a_comment_closes_nothing() {
    check_typed(
        "content c {\n  a = \"{x}$0\"\n}\n",
        &expect![[r#"
        content c {
          a = "{x}"
        }
    "#]],
    );
    check_typed(
        "content c {\n  // }$0\n}\n",
        &expect![[r#"
        content c {
          // }
        }
    "#]],
    );
}

#[test]
fn a_declaration_that_cannot_be_read_is_left_alone() {
    check_typed(
        "segment  a { when ( }$0\n",
        &expect![[r#"
        segment  a { when ( }
    "#]],
    );
}

#[test]
fn any_place_of_any_text_has_an_answer() {
    let texts = [
        " ",
        "}",
        "é {\n\"ü",
        "segment a {\n when x }\n\n",
        "\u{feff}enum  E{a}\r\n",
        "\"\"\"\n",
    ];
    for text in texts {
        let fixture = Fixture::new(text);
        let file = fixture.files[0].1;
        for at in 0..text.len() as u32 + 3 {
            for typed in ['\n', '}', 'x'] {
                on_type(&fixture.db, file, at, typed);
            }
            for end in 0..text.len() as u32 + 3 {
                range(&fixture.db, file, Span::new(at, end));
            }
        }
        on_type(&fixture.db, FileId(77), 3, '\n');
    }
}

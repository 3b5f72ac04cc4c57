//! CSV as it comes.

use expect_test::expect;

use super::support::{Folder, plan, same_however_read};
use crate::LoadOptions;

const PEOPLE: &str = r#"
profile P key id { id: Str, name: Str, note: Str?, age: Int?, score: Float = 1.5 }
source "people" profile csv 44 "people.csv" @0:1..2 { }
"#;

fn people(content: impl AsRef<[u8]>) -> String {
    Folder::new().file("people.csv", content).show(PEOPLE)
}

#[test]
fn a_plain_file_is_read() {
    let out = people("id,name,note,age,score\nb,Bo,,7,2\na,Al,hi,,\n");
    expect![[r#"
        a name=Al note=hi score=1.5
        b name=Bo age=7 score=2.0
        people: read 2, used 2, filtered 0, set aside 0
    "#]]
    .assert_eq(&out);
}

#[test]
fn bom_crlf_quotes_newlines_and_other_columns_are_no_trouble() {
    let out = people(
        "\u{feff}\"id\", name ,extra,note\r\n\r\na,\"Al \"\"the\"\" K\",1,\"two\nlines, one cell\"\r\nb,5\" pipe,,\"x\"y\r\n",
    );
    expect![[r#"
        a name=Al "the" K note=two
        lines, one cell score=1.5
        b name=5" pipe note=xy score=1.5
        people: read 2, used 2, filtered 0, set aside 0
    "#]]
    .assert_eq(&out);
}

#[test]
fn lines_end_as_on_any_system_and_the_last_need_not() {
    for text in [
        "id,name\na,x\nb,y",
        "id,name\r\na,x\r\nb,y",
        "id,name\ra,x\rb,y",
        "id,name\n\n\na,x\n\nb,y\n\n",
    ] {
        let out = people(text);
        assert!(out.contains("read 2, used 2"), "{text:?}\n{out}");
    }
}

#[test]
fn ragged_rows_and_broken_text_are_rejected_with_their_lines() {
    let out = people(b"id,name,age\na,\"x\ny\",1\nb,y\nc,z,3,4\nd,\xff\xfe,4\ne,e,5\n");
    expect![[r#"
        a name=x
        y age=1 score=1.5
        e name=e age=5 score=1.5
        people: read 5, used 2, filtered 0, set aside 3
          people.csv:4 "b,y": has 2 cells where the header has 3 [rejected]
          people.csv:5 "c,z,3,4": has 4 cells where the header has 3 [rejected]
          people.csv:6 "��": is not UTF-8 text [rejected]
    "#]]
    .assert_eq(&out);
}

#[test]
fn broken_text_in_a_column_that_nobody_wants_is_nobodys_trouble() {
    let out = people(b"id,name,other\na,x,\xff\n");
    assert!(out.contains("read 1, used 1"), "{out}");
}

#[test]
fn an_empty_cell_is_missing_except_for_text_that_must_be_there() {
    let out = people("id,name,note,age\na,,,\n,x,y,1\n");
    expect![[r#"
        a name= score=1.5
        people: read 2, used 1, filtered 0, set aside 1
          people.csv:3 id: the key is missing [rejected]
    "#]]
    .assert_eq(&out);
}

#[test]
fn files_that_cannot_be_read_say_why() {
    let shown = |content: &[u8]| people(content);
    expect!["error (Format): source `people`: …/people.csv: this file is empty: it has not even a header line\n"]
        .assert_eq(&shown(b""));
    expect!["people: read 0, used 0, filtered 0, set aside 0\n"].assert_eq(&shown(b"id,name\n"));
    expect![[r#"
        error (Format): source `people`: …/people.csv: the quote that opens a cell on line 3 is never closed; a quote inside a quoted cell is written twice
    "#]]
    .assert_eq(&shown(b"id,name\na,x\nb,\"y\nc,z\n"));
    expect![[r#"
        error (Format): source `people`: …/people.csv: the text of this file is UTF-16, not UTF-8; save it as UTF-8 (in Excel: `CSV UTF-8`)
    "#]]
    .assert_eq(&shown(b"\xff\xfei\0d\0"));
    expect![[r#"
        error (Format): source `people`: …/people.csv: this is a Parquet file, not text; write `from parquet "…"`
    "#]]
    .assert_eq(&shown(b"PAR1xxxxPAR1"));
    expect!["error (Format): source `people`: …/people.csv: the header line is not UTF-8 text; save the file as UTF-8\n"]
        .assert_eq(&shown(b"id,n\xe4me\n"));
}

#[test]
fn missing_columns_are_named_with_what_is_there() {
    expect![[r#"
        error (Columns): source `people`: …/people.csv: there is no column `name`: `name` is required; name its column with `name = column("…")`; the file has `id`, `nmae`, `age`
    "#]]
    .assert_eq(&people("id,nmae,age\n").replace("did you mean `nmae`? ", ""));
    assert!(people("id,nmae,age\n").contains("did you mean `nmae`?"));
    expect![[r#"
        error (Columns): source `people`: …/people.csv: there is no column `id`: it is the key of P; the file has `id;name`; if its cells are separated by `;`, write `delimiter ";"`
    "#]]
    .assert_eq(&people("id;name\na;b\n"));
    expect!["error (Columns): source `people`: …/people.csv: two columns are called `name`; give them different names in the file\n"]
        .assert_eq(&people("id,name,name\n"));
    let doubled_elsewhere = people("id,name,x,x\na,b,1,2\n");
    assert!(doubled_elsewhere.contains("used 1"), "{doubled_elsewhere}");
}

#[test]
fn a_column_that_the_program_names_must_be_there_and_the_error_points_at_the_field() {
    let text = r#"
profile P key id { id: Str, name: Str? }
source "people" profile csv 59 "people.csv" @3:1..2 { field name @4:10..20 (op trim (column "Nmae")) }
"#;
    let folder = Folder::new().file("people.csv", "id;Name\na;b\n");
    let error = folder.load(&plan(text)).unwrap_err();
    expect!["error (Columns): source `people`: …/people.csv: there is no column `Nmae`; did you mean `Name`? the file has `id`, `Name`\n"]
        .assert_eq(&folder.error(&error));
    assert_eq!(
        error.place,
        Some(persona_ir::Place {
            file: persona_base::FileId(4),
            span: persona_base::Span::new(10, 20)
        })
    );
}

#[test]
fn a_line_without_end_is_one_error_in_bounded_memory() {
    let long = "x".repeat(20 << 20);
    let out = people(format!("id,name\na,{long}\n"));
    expect!["error (TooLarge): source `people`: …/people.csv: line 2 is longer than 16 MiB; check that the file is CSV, one record per line\n"]
        .assert_eq(&out);
    let out = people(format!("id,name\na,\"{}\n", "x\n".repeat(10 << 20)));
    assert!(
        out.contains("the quote that opens a cell on line 2 is not closed for 16 MiB"),
        "{out}"
    );
    let out = people(",".repeat(20 << 20));
    assert!(out.contains("line 1 is longer than 16 MiB"), "{out}");
}

#[test]
fn globs_are_read_in_the_order_of_their_paths() {
    let text = r#"
profile P key id { id: Str, name: Str }
source "people" profile csv 44 "in/*.csv" @0:1..2 { }
"#;
    let folder = Folder::new()
        .file("in/b.csv", "name,id\nsecond,a\nb,b\n")
        .file("in/a.csv", "id,name\na,first\n")
        .file("in/c.txt", "x");
    let folder = folder.file("in/d.csv/not-a-file", "");
    expect![[r#"
        a name=first
        b name=b
        people: read 3, used 2, filtered 0, set aside 1, duplicates 1
          in/b.csv:2 "a": a second row of this key; the one that counts is line 2 of in/a.csv [duplicate]
    "#]]
    .assert_eq(&same_however_read(&folder, &plan(text)));
}

#[test]
fn paths_that_lead_nowhere_say_so() {
    let path = |path: &str| {
        let text = format!(
            "profile P key id {{ id: Str }}\nsource \"p\" profile csv 44 \"{path}\" @0:1..2 {{ }}"
        );
        Folder::new()
            .file("data/customers.csv", "id\na\n")
            .show(&text)
    };
    expect!["error (NotFound): source `p`: …/data/custmers.csv: there is no such file; did you mean `customers.csv`?\n"]
        .assert_eq(&path("data/custmers.csv"));
    expect!["error (NotFound): source `p`: …/dat/customers.csv: there is no such file; the folder `…/dat` does not exist either\n"]
        .assert_eq(&path("dat/customers.csv"));
    expect![[r#"
        error (NotFound): source `p`: data/*.tsv: no file matches this pattern
    "#]]
    .assert_eq(&path("data/*.tsv"));
    expect!["error (BadPath): source `p`: this pattern is wrong: recursive wildcards must form a single path component\n"]
        .assert_eq(&path("data/a**"));
    expect!["error (Unreadable): source `p`: …/data: this is a folder, not a file; name the files in it, such as `folder/*.csv`\n"]
        .assert_eq(&path("data"));
    expect!["error (BadPath): source `p`: this path names no file\n"].assert_eq(&path(""));
    assert!(path("data/../data/customers.csv").contains("used 1"));
}

#[cfg(unix)]
#[test]
fn a_file_without_permission_says_so() {
    use std::os::unix::fs::PermissionsExt;
    let folder = Folder::new().file("people.csv", "id,name\n");
    let path = folder.path().join("people.csv");
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o000)).unwrap();
    if std::fs::File::open(&path).is_ok() {
        return; // a superuser may read everything
    }
    expect!["error (Unreadable): source `people`: …/people.csv: no permission to read this file\n"]
        .assert_eq(&folder.show(PEOPLE));
}

#[test]
fn reading_does_not_depend_on_batches_or_threads() {
    let mut text = String::from("id,name,age\n");
    for row in 0..50 {
        let age = if row % 7 == 0 {
            "old".to_owned()
        } else {
            row.to_string()
        };
        text += &format!("k{},\"n\n{row}\",{age}\n", row % 40);
        if row % 11 == 0 {
            text += "ragged\n";
        }
    }
    let folder = Folder::new().file("people.csv", text);
    let out = same_however_read(&folder, &plan(PEOPLE));
    assert!(
        out.contains(
            "people: read 55, used 40, filtered 0, set aside 15, duplicates 10, cleared 8"
        ),
        "{out}"
    );
}

#[test]
fn kept_rejects_are_bounded_and_counted_all_the_same() {
    let folder = Folder::new().file("people.csv", format!("id,name\n{}", "x\n".repeat(100)));
    let options = LoadOptions {
        keep_rejects: 3,
        ..LoadOptions::default()
    };
    let loaded = folder.load_with(&plan(PEOPLE), &options).unwrap();
    assert_eq!((loaded.rejects.len(), loaded.report.rejected()), (3, 100));
    assert_eq!(loaded.report.reasons[0].count, 100);
}

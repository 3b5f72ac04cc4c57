//! Sources: what is reported, and what they become.

use crate::support::{check_fix, database, report};
use expect_test::{Expect, expect};
use persona_sema::{RawExpr, SourceFormat, SourceValue};

const SCHEMA: &str = "profile Customer { id: String @key, tier: Tier?, address: { city: String? } }\n\
    enum Tier { silver, gold }\n\
    event Purchase { total: Float, items: List<{ sku: String, note: String? }> }\n";

fn with(source: &str) -> String {
    format!("{SCHEMA}{source}\n")
}

fn check(source: &str, expected: &Expect) {
    expected.assert_eq(&report(&with(source)));
}

/// A source of purchases with these clauses.
fn purchases(clauses: &str) -> String {
    format!("source s of Purchase {{\n  from \"s.csv\"\n  {clauses}\n}}")
}

#[test]
fn targets() {
    check(
        "source s of Purchases { from \"s.csv\" }",
        &expect![[r#"
        P0620 4:13 `Purchases` there is no profile, event or catalog `Purchases`
            ^ what does this source fill?
            > write `Purchase`
    "#]],
    );
    check(
        "source s of Tier { from \"s.csv\" }",
        &expect![[r#"
        P0620 4:13 `Tier` `Tier` is an enum: a source fills the profile, an event or a catalog
            ^ what does this source fill?
            ? name the profile or an event of the package
    "#]],
    );
    check(
        "source s of Order { from \"s.csv\" }",
        &expect![[r#"
        P0620 4:13 `Order` there is no profile, event or catalog `Order`
            ^ what does this source fill?
            ? declare it: `event Order { … }`
    "#]],
    );
    check_fix(&with("source s of Purchases { from \"s.csv\" }"), "P0620");
}

#[test]
fn locations() {
    check(
        "source s of Purchase { total = column(\"x\") }",
        &expect![[r#"
            P0622 4:8 `s` the source `s` does not say where its data is
                ^ no `from`
                ? name a file, relative to the package's folder: `from "data/s.csv"`
        "#]],
    );
    check(
        "source s of Purchase {\n  from \"a.csv\"\n  from \"b.csv\"\n}",
        &expect![[r#"
            P0623 6:3 `from "b.csv"` a source has one `from`
                ^ a second one
                5:3 the first one
                ? a pattern reads several files: `from "data/*.csv"`; or write a source for each
        "#]],
    );
    check(
        "source s of Purchase { from \"a.txt\" }",
        &expect![[r#"
        P0624 4:29 `"a.txt"` the ending `.txt` does not tell the format of the file
            ^ which format is this?
            ? say it before the path: `csv`, `tsv`, `ndjson`, `parquet` or `arrow`
            > read it as CSV
    "#]],
    );
    check(
        "source s of Purchase { from \"data/a\" }",
        &expect![[r#"
        P0624 4:29 `"data/a"` the path has no ending that tells the format of the file
            ^ which format is this?
            ? say it before the path: `csv`, `tsv`, `ndjson`, `parquet` or `arrow`
            > read it as CSV
    "#]],
    );
    check(
        "source s of Purchase { from jsonl \"a.txt\" }",
        &expect![[r#"
            P0624 4:29 `jsonl` there is no format `jsonl`
                ^ unknown format
                > write `ndjson`
        "#]],
    );
    check(
        "source s of Purchase { from xml \"a.txt\" }",
        &expect![[r#"
        P0624 4:29 `xml` there is no format `xml`
            ^ unknown format
            ? formats are `csv`, `tsv`, `ndjson`, `parquet` and `arrow`
    "#]],
    );
    check(
        "source s of Purchase { from \"\" }",
        &expect![[r#"
        P0625 4:29 `""` the path of a source is empty
            ? name a file or a pattern, relative to the package's folder: `from "data/*.csv"`
    "#]],
    );
    check(
        "source s of Purchase { from \"{x}.csv\" }",
        &expect![[r#"
        P0625 4:29 `"{x}.csv"` the path of a source is plain text
            ? name a file or a pattern, relative to the package's folder: `from "data/*.csv"`
    "#]],
    );
    check(
        "source s of Purchase { from csv \"a.txt\" delimiter \";;\" }",
        &expect![[r#"
            P0625 4:51 `";;"` a delimiter is one character
                ^ not a single plain character
                ? for example `delimiter ";"` or `delimiter "\t"`
        "#]],
    );
    check(
        "source s of Purchase { from csv \"a.txt\" delimitr \";\" }",
        &expect![[r#"
            P0625 4:41 `delimitr` there is no option `delimitr`
                ^ unknown option
                > write `delimiter`
        "#]],
    );
    check(
        "source s of Purchase { from \"a.parquet\" delimiter \";\" }",
        &expect![[r#"
            P0625 4:41 `delimiter` only CSV files have a delimiter
                ^ nothing separates columns in this format
                > remove it
        "#]],
    );
}

#[test]
fn location_fixes_work() {
    check_fix(&with("source s of Purchase { from \"a.txt\" }"), "P0624");
    check_fix(
        &with("source s of Purchase { from jsonl \"a.txt\" }"),
        "P0624",
    );
    check_fix(
        &with("source s of Purchase { from csv \"a.txt\" delimitr \";\" }"),
        "P0625",
    );
    check_fix(
        &with("source s of Purchase { from \"a.parquet\" delimiter \";\" }"),
        "P0625",
    );
}

#[test]
fn fields() {
    check(
        &purchases("totl = column(\"x\")\n  whatever = column(\"y\")"),
        &expect![[r#"
            P0621 6:3 `totl` `Purchase` has no field `totl`
                ^ unknown field
                > write `total`
            P0621 7:3 `whatever` `Purchase` has no field `whatever`
                ^ unknown field
                ? if it says whose event a row is, write `profile = …`; otherwise declare it in `Purchase` first
        "#]],
    );
    check(
        &purchases("total = column(\"x\")\n  total = column(\"y\")"),
        &expect![[r#"
            P0623 7:3 `total` `total` is filled twice
                ^ again
                6:3 first here
                > remove it
        "#]],
    );
    check(
        "source s of Customer {\n  from \"s.csv\"\n  address = column(\"x\")\n  profile = column(\"y\")\n}",
        &expect![[r#"
            P0621 6:3 `address` `address` is a record, whose fields are filled one by one
                ^ not a single value
                ? fill `address.city` and the others of `address`
            P0621 7:3 `profile` `Customer` has no field `profile`
                ^ this source fills the profile itself
                > fill the key: `id`
        "#]],
    );
    check_fix(&with(&purchases("totl = column(\"x\")")), "P0621");
    check_fix(
        &with(&purchases("total = column(\"x\")\n  total = column(\"y\")")),
        "P0623",
    );
    check_fix(
        &with("source s of Customer {\n  from \"s.csv\"\n  profile = column(\"y\")\n}"),
        "P0621",
    );
}

#[test]
fn each() {
    check(
        &purchases("group by column(\"i\")\n  total = each { sku = column(\"x\") }"),
        &expect![[r#"
            P0626 7:3 `total` `each` fills a list of records, and this is none
                ^ not a field of a type `List<{ … }>`
                ? give it one value, such as `column("Total")`, or an aggregate over the group
        "#]],
    );
    check(
        &purchases(
            "items = each { sku = column(\"x\"), skuu = column(\"y\"), sku = column(\"z\") }",
        ),
        &expect![[r#"
            P0621 6:37 `skuu` the elements of this list have no field `skuu`
                ^ unknown field
                > write `sku`
            P0623 6:57 `sku` `sku` is filled twice
                ^ again
                6:18 first here
                ? remove one of them
        "#]],
    );
    check(
        &purchases(
            "group by column(\"i\")\n  items = each { note = column(\"x\"), sku = sum(column(\"x\")) }",
        ),
        &expect![[r#"
            P0627 7:44 `sum` `sum` has no rows to run over
                ^ `each` looks at one row of the group
                ? aggregates run over the rows of a group: `group by column("InvoiceNo")`
        "#]],
    );
    check(
        &purchases("items = each { note = column(\"x\") }"),
        &expect![[r#"
            P0626 6:3 `items` each element needs a value for `sku`
                ^ never missing in the record, but not filled here
                ? fill it in `each { … }`, or make it optional in the record
        "#]],
    );
}

#[test]
fn aggregates() {
    check(
        &purchases("total = sum(column(\"x\"))"),
        &expect![[r#"
        P0627 6:11 `sum` `sum` has no rows to run over
            ^ there is no `group by`, so every row is on its own
            ? aggregates run over the rows of a group: `group by column("InvoiceNo")`
    "#]],
    );
    check(
        &purchases(
            "group by max(column(\"x\"))\n  where count(column(\"x\")) > 3\n  total = sum(max(column(\"x\")))",
        ),
        &expect![[r#"
            P0627 6:12 `max` `max` has no rows to run over
                ^ `group by` looks at one row
                ? aggregates run over the rows of a group: `group by column("InvoiceNo")`
            P0627 7:9 `count` `count` has no rows to run over
                ^ `where` looks at one row
                ? aggregates run over the rows of a group: `group by column("InvoiceNo")`
            P0627 8:15 `max` `max` has no rows to run over
                ^ it stands inside another aggregate
                ? aggregates run over the rows of a group: `group by column("InvoiceNo")`
        "#]],
    );
    check(
        &purchases("group by column(\"i\")\n  total = median(column(\"x\"))\n  at = min(Date)"),
        &expect![[r#"
            P0628 7:11 `median` a source cannot call `median`
                ^ not known in sources
                ? sources have `column("…")`, text, numbers, `+ - * /`, comparisons, `contains`, `starts with`, `ends with`, `matches`, `in [..]`, `between`, `is known`, `??`, `and`, `or`, `not`, `if`, `match`, `geo`, `.trim()`, `.lower()`, `.upper()`, `.split(",")`, `.replace("a", "b")`, `.empty_as_missing()`, `.as(Type)`, and aggregates over a group
            P0629 8:12 `Date` `Date` is not known in a source
                ^ a column of the file?
                = a source reads columns; the fields of the profile or event are what it fills
                > write `column("Date")`
        "#]],
    );
    check_fix(
        &with(&purchases("group by column(\"i\")\n  at = min(Date)")),
        "P0629",
    );
}

#[test]
fn what_raw_expressions_cannot_say() {
    check(
        &purchases("total = did Purchase"),
        &expect![[r#"
        P0628 6:11 `did Purchase` a source knows no history and no time: it only reads rows
            ? sources have `column("…")`, text, numbers, `+ - * /`, comparisons, `contains`, `starts with`, `ends with`, `matches`, `in [..]`, `between`, `is known`, `??`, `and`, `or`, `not`, `if`, `match`, `geo`, `.trim()`, `.lower()`, `.upper()`, `.split(",")`, `.replace("a", "b")`, `.empty_as_missing()`, `.as(Type)`, and aggregates over a group
    "#]],
    );
    check(
        &purchases("total = Total"),
        &expect![[r#"
        P0629 6:11 `Total` `Total` is not known in a source
            ^ a column of the file?
            = a source reads columns; the fields of the profile or event are what it fills
            > write `column("Total")`
    "#]],
    );
    check(
        &purchases("total = a.b"),
        &expect![[r#"
        P0629 6:11 `a.b` `a.b` is not known in a source
            ^ a column of the file?
            = a source reads columns; the fields of the profile or event are what it fills
            > write `column("a.b")`
    "#]],
    );
    check(
        &purchases("total = column(\"a\").b"),
        &expect![[r#"
        P0629 6:23 `b` a column has no fields of its own
            ^ part of the column's name
            > write `column("a.b")`
    "#]],
    );
    check(
        &purchases("total = col(\"a\")"),
        &expect![[r#"
        P0628 6:11 `col` a source cannot call `col`
            ^ not known in sources
            > write `column`
    "#]],
    );
    check(
        &purchases("total = 3 USD"),
        &expect![[r#"
        P0628 6:11 `3 USD` amounts of money are plain numbers in a source
            ? write the number alone; the field's type, or `.as(Money<USD>)`, gives the currency
    "#]],
    );
    check(
        &purchases("total = 3d"),
        &expect![[r#"
        P0628 6:11 `3d` durations and lengths cannot be used in a source
            ? sources have `column("…")`, text, numbers, `+ - * /`, comparisons, `contains`, `starts with`, `ends with`, `matches`, `in [..]`, `between`, `is known`, `??`, `and`, `or`, `not`, `if`, `match`, `geo`, `.trim()`, `.lower()`, `.upper()`, `.split(",")`, `.replace("a", "b")`, `.empty_as_missing()`, `.as(Type)`, and aggregates over a group
    "#]],
    );
    check(
        &purchases("total = column(\"a\").trimm()"),
        &expect![[r#"
        P0628 6:23 `trimm` values in a source have no method `trimm`
            ^ unknown method
            > write `trim`
    "#]],
    );
    check(
        &purchases("total = column(\"a\").split()"),
        &expect![[r#"
        P0628 6:22 `.split()` `.split` takes the text between the parts
            ? for example `.split(",")`
    "#]],
    );
    check(
        &purchases("total = column(\"a{x}\")"),
        &expect![[r#"
        P0628 6:18 `"a{x}"` text in a source does not interpolate
            ? join text with `+`: `column("First") + " " + column("Last")`
    "#]],
    );
    check(
        &purchases("where column(\"a\") =~ \"x\""),
        &expect![[r#"
        P0628 6:21 `=~` `=~` cannot be used in a source
            ? compare `.lower()` of both sides with `==`
    "#]],
    );
    check(
        &purchases("where in vip"),
        &expect![[r#"
        P0628 6:9 `in vip` a source cannot ask for segments
            ? sources have `column("…")`, text, numbers, `+ - * /`, comparisons, `contains`, `starts with`, `ends with`, `matches`, `in [..]`, `between`, `is known`, `??`, `and`, `or`, `not`, `if`, `match`, `geo`, `.trim()`, `.lower()`, `.upper()`, `.split(",")`, `.replace("a", "b")`, `.empty_as_missing()`, `.as(Type)`, and aggregates over a group
    "#]],
    );
    check(
        &purchases("where column(\"a\") in b"),
        &expect![[r#"
        P0628 6:24 `b` `in` needs a list in brackets here
            ? for example `in ["DE", "FR"]`
    "#]],
    );
    check(
        &purchases("where column(\"a\") matches r\"[\""),
        &expect![[r#"
            P0632 6:29 `r"["` this pattern cannot be read: unclosed character class
                ? write it as a raw string: `r"^[0-9]{6}$"`
        "#]],
    );
    check(
        &purchases("where now > column(\"a\")"),
        &expect![[r#"
        P0628 6:9 `now` a source cannot ask for the time
            ? what is read does not depend on when it is read
    "#]],
    );
    check(
        &purchases("total = match column(\"a\") { \"x\" => 1 }"),
        &expect![[r#"
            P0628 6:11 `match column("a") { "x" => 1 }` a `match` in a source needs `otherwise`
                ? data may say anything: add `otherwise => …`
        "#]],
    );
    check(
        &purchases("total = column(\"a\") mod 3"),
        &expect![[r#"
        P0628 6:23 `mod` `div` and `mod` cannot be used in a source
            ? sources have `column("…")`, text, numbers, `+ - * /`, comparisons, `contains`, `starts with`, `ends with`, `matches`, `in [..]`, `between`, `is known`, `??`, `and`, `or`, `not`, `if`, `match`, `geo`, `.trim()`, `.lower()`, `.upper()`, `.split(",")`, `.replace("a", "b")`, `.empty_as_missing()`, `.as(Type)`, and aggregates over a group
    "#]],
    );
}

#[test]
fn raw_fixes_work() {
    for (value, code) in [
        ("Total", "P0629"),
        ("a.b", "P0629"),
        ("column(\"a\").b", "P0629"),
        ("col(\"a\")", "P0628"),
        ("column(\"a\").trimm()", "P0628"),
        ("column(\"a\").as(Flot)", "P0227"),
        ("column(\"a\").as(Timestamp, \"London\")", "P0630"),
        ("column(\"a\").as(Money<USD>?)", "P0630"),
    ] {
        check_fix(&with(&purchases(&format!("total = {value}"))), code);
    }
}

#[test]
fn conversions() {
    check(
        &purchases("total = column(\"a\").as(Purchase)"),
        &expect![[r#"
            P0227 6:26 `Purchase` `Purchase` is an event, not a type
                ^ a type is expected here
                ? a type is built in, such as `String`, or an enum of the package
        "#]],
    );
    check(
        &purchases("total = column(\"a\").as(List<Int>)"),
        &expect![[r#"
            P0630 6:26 `List<Int>` `.as` reads a single value
                ? for example `.as(Money<GBP>)`, `.as(Date)`; a list comes from `.split(",")`, a place from `geo(…)`
        "#]],
    );
    check(
        &purchases("total = column(\"a\").as(3)"),
        &expect![[r#"
        P0630 6:26 `3` `.as` takes a type
            ? for example `.as(Date)`
    "#]],
    );
    check(
        &purchases("total = column(\"a\").as(Int, \"x\")"),
        &expect![[r#"
            P0630 6:31 `"x"` this type is read in one way only
                ? only dates and times have a zone or a format
        "#]],
    );
    check(
        &purchases("total = column(\"a\").as(Date, \"Europe/London\")"),
        &expect![[r#"
            P0630 6:32 `"Europe/London"` this is not a format
                ? a format says where its parts stand: `.as(Date, "%d.%m.%Y")`
        "#]],
    );
    check(
        &purchases("total = column(\"a\").as(Timestamp, \"Europe/Londn\")"),
        &expect![[r#"
            P0630 6:37 `"Europe/Londn"` there is no time zone "Europe/Londn"
                ^ not in the IANA time zone database
                > write "Europe/London"
        "#]],
    );
}

#[test]
fn preferences() {
    let shop = "source shop of Customer { from \"a.csv\" }\nsource orders of Purchase { from \"b.csv\" }\n";
    check(
        &format!(
            "{shop}source crm of Customer {{\n  from \"c.csv\"\n  prefer crm over shp\n  prefer crm over orders\n  prefer crm over crm\n}}"
        ),
        &expect![[r#"
            P0631 8:19 `shp` there is no source `shp`
                ^ a source of the profile is expected
                > write `shop`
            P0631 9:19 `orders` the source `orders` fills `Purchase`, not the profile
                ^ a source of the profile is expected
            P0631 10:3 `prefer crm over crm` `crm` cannot be preferred over itself
                ^ the same source twice
                ? name the two sources of the profile: `prefer crm over shop`
        "#]],
    );
    check(
        &format!("{shop}source x of Purchase {{\n  from \"c.csv\"\n  prefer shop over shop\n}}"),
        &expect![[r#"
            P0631 8:3 `prefer shop over shop` `prefer` is about sources of the profile
                ^ this source fills an event
                = events of several sources are all kept; only profiles are merged
                > remove it
        "#]],
    );
    check(
        &format!(
            "{shop}source crm of Customer {{\n  from \"c.csv\"\n  prefer crm over shop\n  prefer shop over crm\n}}"
        ),
        &expect![[r#"
            P0631 8:3 `prefer crm over shop` `crm` is preferred over `shop` here, and the other way round elsewhere
                ^ which of them wins?
                9:3 `shop` over `crm`
                ? take one of the preferences out
        "#]],
    );
    check_fix(
        &with(&format!(
            "{shop}source x of Purchase {{\n  from \"c.csv\"\n  prefer shop over shop\n}}"
        )),
        "P0631",
    );
    check_fix(
        &with(&format!(
            "{shop}source crm of Customer {{\n  from \"c.csv\"\n  prefer crm over shp\n}}"
        )),
        "P0631",
    );
}

#[test]
fn a_whole_source() {
    let program = with(
        "source lines of Purchase {\n  from csv \"lines.txt\" delimiter \"|\"\n  where column(\"c\") is known and column(\"i\") matches r\"^[0-9]+$\"\n\
         \x20 group by column(\"i\"), column(\"c\")\n  profile = column(\"c\")\n  at = min(column(\"d\")).as(Timestamp, \"Europe/London\")\n\
         \x20 id = column(\"i\")\n  total = sum(column(\"q\") * column(\"p\"))\n  items = each { sku = column(\"s\").trim() }\n}\n\
         source crm of Customer {\n  from \"data/*.ndjson\"\n  tier = match column(\"t\") { \"1\" => gold, missing => silver, otherwise => silver }\n\
         \x20 address.city = column(\"city\") ?? \"?\"\n  prefer crm over web\n}\nsource web of Customer { from \"web.tsv\" }",
    );
    assert_eq!(report(&program), "");
    let checked = database(&program).checked().expect("there is no error");
    let [crm, lines, web] = checked.sources.as_slice() else {
        panic!("three sources")
    };
    assert_eq!(
        (lines.format, &*lines.path),
        (SourceFormat::Csv(b'|'), "lines.txt")
    );
    assert_eq!(
        (crm.format, web.format),
        (SourceFormat::Ndjson, SourceFormat::Csv(b'\t'))
    );
    assert_eq!(lines.of, Some(persona_sema::EventId(0)));
    assert_eq!((lines.group_by.len(), lines.fields.len()), (2, 2));
    assert!(lines.profile.is_some() && lines.id.is_some() && lines.filter.is_some());
    assert_eq!(lines.path_place.span.of(&program), "\"lines.txt\"");
    assert_eq!(
        lines.fields[0].place.span.of(&program),
        "total = sum(column(\"q\") * column(\"p\"))"
    );
    expect![[r#"Some(As(Agg(Min, Some(Column("d"))), Timestamp, Some("Europe/London")))"#]]
        .assert_eq(&format!("{:?}", lines.at));
    expect![[r#"Some(Op(And, [Op(Known, [Column("c")]), Matches(Column("i"), "^[0-9]+$")]))"#]]
        .assert_eq(&format!("{:?}", lines.filter));
    expect![[r#"[SourceField { field: FieldId(1), value: Expr(If(Op(Known, [Column("t")]), Match(Column("t"), [(Text("1"), Text("gold"))], Text("silver")), Text("silver"))), place: Place { file: FileId(0), span: 582..662 } }, SourceField { field: FieldId(2), value: Expr(Op(Coalesce, [Column("city"), Text("?")])), place: Place { file: FileId(0), span: 665..701 } }]"#]].assert_eq(&format!("{:?}", crm.fields));
    let SourceValue::Each(each) = &lines.fields[1].value else {
        panic!("each")
    };
    assert!(matches!(each.as_slice(), [(0, RawExpr::Op(..))]));
    assert_eq!(checked.prefer, [("crm".into(), "web".into())]);
}

#[test]
fn long_expressions_are_bounded() {
    let chain = |part: &str, n: usize| vec![part; n].join(" + ");
    assert_eq!(
        report(&with(&purchases(&format!(
            "total = {}",
            chain("column(\"a\")", 900)
        )))),
        ""
    );
    let long = report(&with(&purchases(&format!(
        "total = {}",
        chain("column(\"a\")", 50_000)
    ))));
    assert!(long.starts_with("P0628"), "{}", &long[..100]);
    assert_eq!(long.matches("P0628").count(), 1);
    let many = vec!["column(\"a\") == \"b\""; 600].join(" or ");
    assert_eq!(report(&with(&purchases(&format!("where {many}")))), "");
}

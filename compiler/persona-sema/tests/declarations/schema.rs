//! Profiles, events, enums, groups: what is reported, and what they become.

use crate::support::{check_fix, database, report};
use expect_test::{Expect, expect};
use persona_sema::{Const, TypeKind};

fn check(program: &str, expected: &Expect) {
    expected.assert_eq(&report(program));
}

#[test]
fn keys() {
    check(
        "profile C { email: Email?, name: String }\n",
        &expect![[r#"
        P0602 1:9 `C` the profile `C` has no key
            ^ which field tells one person from another?
            = events find their person by the key
            > make `email` the key
    "#]],
    );
    check(
        "profile C { name: String }\n",
        &expect![[r#"
        P0602 1:9 `C` the profile `C` has no key
            ^ which field tells one person from another?
            = events find their person by the key
            ? add a field that is different for everybody: `id: String @key`
    "#]],
    );
    check(
        "profile C {\n  a: String @key\n  b: Int @key\n}\n",
        &expect![[r#"
            P0603 3:3 `b` a profile has one key
                ^ a second key
                2:3 the key of this profile
                ? where several values identify somebody, join them into one field in the source
                > remove this `@key`
        "#]],
    );
    check(
        "profile C { id: Float @key }\n",
        &expect![[r#"
        P0604 1:17 `Float` a key is a `String`, an `Email` or a `Phone`
            ^ this cannot identify a person
            > write `String`
    "#]],
    );
    check(
        "profile C { id: String = \"x\" @key }\n",
        &expect![[r#"
        P0604 1:26 `"x"` a key cannot have a default
            ^ everybody without a key would be the same person
            > remove the default
    "#]],
    );
    check(
        "profile C { inner: { id: String @key }? }\n",
        &expect![[r#"
        P0604 1:26 `String` the key `inner.id` cannot be missing
            ^ a key is there for everybody
            = a row without its key is set aside, and written to the rejects
    "#]],
    );
    check(
        "event E { id_: String @key, x: Int }\n",
        &expect![[r#"
        P0605 1:23 `@key` an event has no `@key`
            ^ only the profile has a key
            ? a source says what identifies an event: `id = column("…")`
            > remove `@key`
    "#]],
    );
}

#[test]
fn key_fixes_work() {
    check_fix("profile C { name: String, customer_id: String }\n", "P0602");
    check_fix("profile C { id: String? @key }\n", "P0604");
    check_fix("profile C { id: String = \"x\" @key }\n", "P0604");
    check_fix("profile C { id: Float @key }\n", "P0604");
    check_fix("event E { sku: String @key }\n", "P0605");
}

#[test]
fn zones() {
    check(
        "profile C { id: String @key, a: TimeZone?, b: TimeZone? }\n",
        &expect![[r#"
            P0606 1:47 `TimeZone?` a profile has at most one field of type `TimeZone`
                ^ a second time zone
                1:30 this is the zone in which the person's days begin and end
                > write `String`
        "#]],
    );
    check_fix(
        "profile C { id: String @key, a: TimeZone?, b: TimeZone? }\n",
        "P0606",
    );
    // An event may say in which zone it happened, as often as it likes.
    check("event E { a: TimeZone?, b: TimeZone? }\n", &expect![[""]]);
}

#[test]
fn types() {
    check(
        "event E { a: Intt, b: Text, c: Tier, d: Purchase }\nevent Purchase { x: Int }\n",
        &expect![[r#"
            P0227 1:14 `Intt` there is no type `Intt`
                ^ unknown type
                > write `Int`
            P0227 1:23 `Text` there is no type `Text`
                ^ unknown type
                > write `String`
            P0227 1:32 `Tier` there is no type `Tier`
                ^ unknown type
                ? declare it (`enum Tier { gold, silver }`), or use a built-in type such as `String`
            P0227 1:41 `Purchase` `Purchase` is an event, not a type
                ^ a type is expected here
                ? a type is built in, such as `String`, or an enum of the package
        "#]],
    );
    check(
        "event E { a: List, b: Set<>, c: Money, d: Int<String>, e: List<Int, Int> }\n",
        &expect![[r#"
            P0228 1:14 `List` `List` takes one type, that of its elements
                ? for example `List<String>`
            P0104 1:27 `` a type is missing
                ^ expected here
            P0228 1:33 `Money` `Money` takes one currency
                ^ in which currency?
                ? for example `Money<USD>`
            P0228 1:47 `String` `Int` takes nothing between `<` and `>`
                ^ too much
                > write `Int`
            P0228 1:59 `List<Int, Int>` `List` takes one type, that of its elements
                ? for example `List<String>`
        "#]],
    );
    check(
        "event E { a: Money<DOLLARS>, b: Money<usd>, c: Money<USDD>, d: Money<Int<X>> }\n",
        &expect![[r#"
            P0229 1:20 `DOLLARS` there is no currency `DOLLARS`
                ^ not a code of ISO 4217
                ? currencies are written by their three letters: `USD`, `EUR`, `JPY`
            P0229 1:39 `usd` there is no currency `usd`
                ^ not a code of ISO 4217
                > write `USD`
            P0229 1:54 `USDD` there is no currency `USDD`
                ^ not a code of ISO 4217
                > write `USD`
            P0228 1:70 `Int<X>` `Money` takes the code of a currency
                ? write the code alone, as in `Money<USD>`
        "#]],
    );
    check(
        "event E { a: List<String?>, b: List<List<Int>>, c: Set<{ x: Int }>, d: Set<Geo> }\n",
        &expect![[r#"
            P0228 1:25 `?` an element of a list or set is never missing
                ^ elements are there, or not in the list
                ? make the list itself optional where it may be missing
                > remove the `?`
            P0228 1:37 `List<Int>` a list or set cannot hold lists or sets
                ? a list holds plain values or records; give the inner list's values records of their own
            P0228 1:56 `{ x: Int }` a set cannot hold records
                ? a set holds values that can be compared; a list may hold records: `List<{ … }>`
            P0228 1:76 `Geo` a set cannot hold values of this type
                ? a set holds values that can be compared for equality; a `List` holds any
        "#]],
    );
    check(
        "event E { a: Event, b: Field<Int>, c: Period, d: Html?, e: List<Html> }\n",
        &expect![[r#"
            P0228 1:14 `Event` `Event` cannot be a type here
                ? `Event` and `Field<T>` are types of parameters of traits and segments only
            P0228 1:24 `Field<Int>` `Field` cannot be a type here
                ? `Event` and `Field<T>` are types of parameters of traits and segments only
            P0609 1:39 `Period` `Period` is not a type of data
                ? store the dates themselves, or a `Duration`; periods are written in rules: `in last 6 months`
            P0609 1:50 `Html?` `Html` is not a type of data
                ? store it as `String`; content turns it into `Html`
            P0609 1:60 `List<Html>` `Html` is not a type of data
                ? store it as `String`; content turns it into `Html`
        "#]],
    );
    check(
        "const c: { a: Int } = 3\n",
        &expect![[r#"
            P0228 1:10 `{ a: Int }` a record type cannot stand here
                ? a record is a type of data, not of a value by itself
        "#]],
    );
    check(
        "trait t(e: Event, f: Field<Money<USD>>): Int = 3\n",
        &expect![[r#"
            P0237? 1:7 `t` `t` is not used anywhere
                ^ never used
                = a trait with parameters is computed only where it is called
                ? use it, or remove it
            P0232? 1:9 `e` the parameter `e` is never used
                ^ it changes nothing
                ? use it, remove it, or let its name begin with `_`
                > remove it
            P0232? 1:19 `f` the parameter `f` is never used
                ^ it changes nothing
                ? use it, remove it, or let its name begin with `_`
                > remove it
        "#]],
    );
    check(
        "fn f(e: Event) -> Int = 3\n",
        &expect![[r#"
            P0228 1:9 `Event` `Event` cannot be a type here
                ? `Event` and `Field<T>` are types of parameters of traits and segments only
        "#]],
    );
}

#[test]
fn type_fixes_work() {
    for field in [
        "Intt",
        "Text",
        "string",
        "Boolean",
        "Money<usd>",
        "Int<String>",
        "List<String?>",
        "Array<Int>",
    ] {
        let program = format!("event E {{ a: {field} }}\n");
        let code = report(&program)[..5].to_owned();
        check_fix(&program, &code);
    }
}

#[test]
fn duplicates() {
    check(
        "event E {\n  a: Int\n  b: { c: Int, c: String }\n  a: String\n}\n",
        &expect![[r#"
            P0221 3:16 `c` the field `c` is declared twice
                ^ declared again
                3:8 first declared here
                ? remove one of them, or give it another name
            P0221 4:3 `a` the field `a` is declared twice
                ^ declared again
                2:3 first declared here
                ? remove one of them, or give it another name
        "#]],
    );
    check(
        "enum Tier { gold, silver, gold }\n",
        &expect![[r#"
            P0222 1:27 `gold` the value `gold` is there twice
                ^ again
                1:13 first here
                > remove it
        "#]],
    );
    check(
        "enum Plan { one \"One year\", two \"One year\", three \"one\" }\n",
        &expect![[r#"
            P0222 1:29 `two` "One year" stands for two values
                ^ data that says "One year" could mean this
                1:13 or this
                ? give each value a title of its own
            P0222 1:45 `three` "one" stands for two values
                ^ data that says "one" could mean this
                1:13 or this
                ? give each value a title of its own
        "#]],
    );
    check(
        "profile A { id: String @key }\nprofile B { id: String @key }\n",
        &expect![[r#"
            P0601 2:9 `B` a package describes one kind of person: it has one profile
                ^ a second profile
                1:9 the profile of this package
                ? move its fields into the first one
        "#]],
    );
    check(
        "//- b.persona\nevent E { a: Int }\n//- a.persona\nenum E { a }\n",
        &expect![[r#"
            P0220 b.persona:1:7 `E` `E` is declared twice
                ^ declared again, as an event
                a.persona:1:6 first declared here, as an enum
                = all files of a package share one set of names
                ? give one of them another name, or remove it
        "#]],
    );
}

#[test]
fn reserved_names() {
    check(
        "event E { at: Timestamp, id: String, profile: Int, event: Int, x: Int }\n",
        &expect![[r#"
            P0224 1:11 `at` a field cannot be named `at`
                ^ reserved
                = every event has `at`, the instant at which it happened; a source fills it with `at = …`
                > remove this field
            P0224 1:26 `id` a field cannot be named `id`
                ^ reserved
                = every event has `id`, its own identifier; a source fills it with `id = …`
                > remove this field
            P0224 1:38 `profile` a field cannot be named `profile`
                ^ reserved
                = `profile.` reaches the person whose event it is; a source says whose with `profile = …`
                > remove this field
            P0224 1:52 `event` a field cannot be named `event`
                ^ reserved
                = `event.` reaches the event from inside its lists
                > remove this field
        "#]],
    );
    check(
        "profile C { id: String @key, at: Timestamp?, event: Int }\n",
        &expect![[r#"
            P0224 1:30 `at` a field cannot be named `at`
                ^ reserved
                = `at` says from when on a row of the profile holds; a source fills it with `at = …`
                > remove this field
        "#]],
    );
    check(
        "enum Weekday { a }\nevent String { a: Int }\nfn age(d: Int) -> Int = d\ntrait now: Int = 3\n",
        &expect![[r#"
            P0224 1:6 `Weekday` an enum cannot be named `Weekday`
                ^ it is the name of a built-in type
                ? choose another name, for example `MyWeekday`
            P0224 2:7 `String` an event cannot be named `String`
                ^ it is the name of a built-in type
                ? choose another name, for example `MyString`
            P0224 3:4 `age` a function cannot be named `age`
                ^ it is a built-in function
                ? choose another name, for example `my_age`
            P0224 4:7 `now` a trait cannot be named `now`
                ^ it means something in every expression
                ? choose another name, for example `my_now`
        "#]],
    );
    check(
        "event E { today: Int }\n",
        &expect![[r#"
        P0224 1:11 `today` a field cannot be named `today`
            ^ it means the time of evaluation in every expression
            > rename it to `today_`
    "#]],
    );
    for name in ["at", "id", "profile", "event"] {
        check_fix(&format!("event E {{ {name}: String, x: Int }}\n"), "P0224");
        check_fix(
            &format!("event E {{\n  x: Int\n  {name}: String\n}}\n"),
            "P0224",
        );
    }
    check_fix("event E { today: Int }\n", "P0224");
}

#[test]
fn defaults() {
    check(
        "profile C { id: String @key, a: Int? = 3 }\n",
        &expect![[r#"
        P0607 1:36 `?` `a` has a default, so it is never missing
            ^ this says that it may be missing
            1:40 this is used where the data lacks it
            > remove the `?`
    "#]],
    );
    check_fix("profile C { id: String @key, a: Int? = 3 }\n", "P0607");
    check(
        "profile C { id: String @key, a: { b: Int } = 3 }\n",
        &expect![[r#"
            P0608 1:46 `3` a record takes its defaults inside
                ^ no default for the whole record
                ? give each field its own: `consent: { email: Bool = false }`
                > remove the default
        "#]],
    );
    check(
        "event E { items: List<{ a: Int = 3 }> }\n",
        &expect![[r#"
        P0608 1:34 `3` a field of a list's record cannot have a default
            ^ no default here
            ? make it optional, and say `?? …` where it is used
            > remove the default
    "#]],
    );
    check_fix("event E { items: List<{ a: Int = 3 }> }\n", "P0608");
    check(
        "trait t(a: Int = 3, b: Int): Int = a + b\ntrait u: Int = t(1, 2)\n",
        &expect![[r#"
            P0608 1:21 `b` `b` has no default, but stands after `a`, which has one
                ^ has to be given in every call
                1:9 may be left out
                ? parameters with defaults come last
        "#]],
    );
    check(
        "trait t(e: Event = Purchase): Int = count(e)\n",
        &expect![[r#"
            P0237? 1:7 `t` `t` is not used anywhere
                ^ never used
                = a trait with parameters is computed only where it is called
                ? use it, or remove it
            P0608 1:20 `Purchase` a parameter for an event has no default
                ^ every call says which one
                > remove the default
        "#]],
    );
}

#[test]
fn empty_declarations() {
    check(
        "enum Tier { }\n",
        &expect![[r#"
            P0237? 1:6 `Tier` `Tier` is not used anywhere
                ^ never used
                = an enum is the type of something, or nothing
                ? use it, or remove it
            P0610 1:6 `Tier` the enum `Tier` has no values
                ^ nothing can be of this type
                ? list its values: `enum Tier { bronze, silver, gold }`
        "#]],
    );
    check(
        "profile C { id: String @key, a: { } }\n",
        &expect![[r#"
        P0610 1:33 `{ }` the record `a` has no fields
            ? give it at least one field
    "#]],
    );
    check(
        "partition p { otherwise all_of_them }\n",
        &expect![[r#"
        P0610 1:11 `p` the partition `p` has only one stage
            ^ everybody would be in it
            ? add stages before `otherwise`: `active when did Purchase in last 90d`
    "#]],
    );
    check("", &expect![[""]]);
    check(
        "// only a comment\n",
        &expect![[r#"
        P0701? 1:1 `` this package declares nothing
            ^ no profile, event or segment here
            ? begin with who your people are: `profile Customer { id: String @key }`
    "#]],
    );
    check(
        "//- persona.toml\n[package]\nname = \"x\"\n",
        &expect![[r#"
        P0701? persona.toml:1:1 `` this package declares nothing
            ^ no profile, event or segment here
            ? begin with who your people are: `profile Customer { id: String @key }`
    "#]],
    );
}

#[test]
fn groups() {
    check(
        "event A { x: Int }\nevents G = A or B\n",
        &expect![[r#"
        P0236 2:17 `B` there is no event `B`
            ^ unknown event
            ? declare it: `event B { … }`
    "#]],
    );
    check(
        "event A { x: Int }\nevents G = A or A or H\nevents H = A\n",
        &expect![[r#"
            P0222 2:17 `A` `A` is in this group twice
                ^ again
                2:12 first here
                > remove it
            P0236 2:22 `H` `H` is a group itself
                ^ a group lists events, not groups
                > write `A`
        "#]],
    );
    check_fix("event A { x: Int }\nevents G = A or A\n", "P0222");
    check_fix(
        "event A { x: Int }\nevent B { x: Int }\nevents G = A or B or H\nevents H = A\n",
        "P0236",
    );
    check_fix("event Purchase { x: Int }\nevents G = Purchas\n", "P0236");
    check(
        "enum A { x }\nevents G = A\n",
        &expect![[r#"
        P0236 2:12 `A` `A` is an enum, not an event
            ^ an event is expected here
    "#]],
    );
}

#[test]
fn annotations() {
    check(
        "@key\nevent E { a: Int @owner(\"x\"), b: Int @unknown, c: Int @pii(3) }\n",
        &expect![[r#"
            P0231 1:1 `@key` `@key` says nothing about a declaration
                ^ it stands after a field's type
                > remove it
            P0231 2:18 `@owner("x")` `@owner` says nothing about a field
                ^ it stands before a declaration
                > remove it
            P0230 2:39 `unknown` there is no annotation `@unknown`
                ^ unknown annotation
                ? there are `@key`, `@pii`, `@owner("team")`, `@deprecated("use x")` and `@allow(lint)`
            P0231 2:59 `(3)` `@pii` takes nothing in parentheses
                ^ too much
                > write `@pii`
        "#]],
    );
    check(
        "@owner\n@deprecated(3)\n@allow\nevent E { a: Int @pii @pii }\n",
        &expect![[r#"
            P0231 1:1 `@owner` `@owner` takes one text
                ? for example `@owner("growth")`
            P0231 2:1 `@deprecated(3)` `@deprecated` takes one text
                ? for example `@deprecated("use x")`
            P0231 3:1 `@allow` `@allow` takes the names of lints
                ? for example `@allow(unused_parameter)`
            P0231 4:23 `@pii` `@pii` is there twice
                ^ again
                4:18 first here
                > remove it
        "#]],
    );
    check(
        "@allow(unknown_type)\n@allow(type_cas)\n@allow(P0226)\nevent E { a: Int }\n",
        &expect![[r#"
            P0709 1:8 `unknown_type` `unknown_type` is an error that cannot be allowed
                ^ not a lint
            P0708 2:8 `type_cas` there is no lint `type_cas`
                ^ unknown lint
                > write `type_case`
            P0708 3:8 `P0226` lints are named in words: `P0226` is `name_case`
                > write `name_case`
        "#]],
    );
    check_fix("event E { b: Int @sensitive }\n", "P0230");
    check_fix("profile C { id: String @primary_key }\n", "P0230");
    check_fix("event E { c: Int @pii(3) }\n", "P0231");
    check_fix("event E { c: Int @pii @pii }\n", "P0231");
    check_fix("@allow(type_cas)\nevent E { a: Int }\n", "P0708");
}

#[test]
fn allowed_lints_are_silent() {
    assert_eq!(
        report("@allow(name_case)\nevent E { camelCase: Int }\n"),
        ""
    );
    assert_eq!(report("event E { camelCase: Int @allow(name_case) }\n"), "");
    assert_ne!(
        report("event E { camelCase: Int, a: Int @allow(name_case) }\n"),
        ""
    );
}

#[test]
fn lints_between_declarations_are_allowed_at_the_declaration() {
    let program = "profile C { id: String @key, n: Int }\n@allow(unused_segment)\nsegment s(k: Int) { when n > k }\n";
    assert_eq!(report(program), "");
}

#[test]
fn checks() {
    check(
        "profile C { id: String @key, a: Int, check a > 0 \"bad {a}\" }\n",
        &expect![[r#"
            P0612 1:50 `"bad {a}"` the message of a `check` is plain text
                ^ it cannot show values
                ? the rejects show the row's values beside the message
        "#]],
    );
    check(
        "profile C {\n  id: String @key\n  a: Int\n  check a > 0 \"bad\" else clear a\n  check a > 0 else clear b\n}\n",
        &expect![[r#"
            P0614 4:32 `a` `a` cannot be cleared: it is never missing
                ^ only a field of a type `T?` can become missing
                ? say `else reject`, or make the field optional
                > set the row aside: `reject`
            P0613 5:26 `b` there is no field `b` to clear
                ^ not in `C`
        "#]],
    );
    check_fix(
        "profile C {\n  id: String @key\n  a: Int\n  check a > 0 \"bad\" else clear a\n}\n",
        "P0614",
    );
    check_fix(
        "profile C {\n  id: String @key\n  birthday: Date?\n  check id != \"\" else clear birthdy\n}\n",
        "P0613",
    );
    check(
        "profile C {\n  id: String @key\n  check did E\n}\nevent E {\n  a: Int\n  check a > 0\n  check profile.id == \"x\"\n}\n",
        &expect![[r#"
            P0611 3:9 `did E` a `check` looks at one row, not at history or segments
                ^ not known while the row is read
                ? compare the fields of the row; rules over history belong in a segment
            P0611 8:9 `profile.id` a `check` looks at one row, not at history or segments
                ^ not known while the row is read
                ? compare the fields of the row; rules over history belong in a segment
        "#]],
    );
}

#[test]
fn a_schema_is_flattened() {
    let db = database(
        "enum Country { US, other }\n\
         /// People.\nprofile Customer {\n  id: String @key\n  /// Where.\n  country: Country = other\n  zone: TimeZone = \"UTC\"\n\
         \x20 address: { city: String? @pii, place: { geo: Geo, since: Date } }?\n  consent: { email: Bool = false } @pii\n\
         \x20 tags: Set<String>\n}\n\
         event Purchase { total: Money<USD>, items: List<{ sku: String, size: { w: Int, h: Int? } }> }\n\
         event Click { day: Weekday? }\n\
         events All = Purchase or Click\n\
         trait clicks_and_buys: Int = count(All)\n\
         partition stage { a when country == US otherwise b }\n",
    );
    let found: Vec<String> = db
        .diagnostics()
        .iter()
        .map(|d| crate::support::render(&db, d))
        .collect();
    assert_eq!(found, Vec::<String>::new());
    let checked = db.checked().expect("there is no error");
    let enums: Vec<&str> = checked.enums.iter().map(|e| &*e.name).collect();
    assert_eq!(enums, ["Country", "Weekday", "stage"]);
    let fields: Vec<String> = checked
        .profile
        .fields
        .iter()
        .map(|field| {
            let optional = if field.ty.optional { "?" } else { "" };
            let pii = if field.pii { " pii" } else { "" };
            format!("{}{optional}{pii}", field.name)
        })
        .collect();
    assert_eq!(
        fields,
        [
            "id",
            "country",
            "zone",
            "address.city? pii",
            "address.place.geo?",
            "address.place.since?",
            "consent.email pii",
            "tags"
        ]
    );
    assert_eq!(
        checked.profile.fields[persona_sema::FieldId(1)].default,
        Some(Const::Enum(1))
    );
    assert_eq!(
        checked.profile.fields[persona_sema::FieldId(1)]
            .doc
            .as_deref()
            .map(str::trim),
        Some("Where.")
    );
    assert_eq!(checked.zone, Some(persona_sema::FieldId(2)));
    assert_eq!(checked.key, persona_sema::FieldId(0));
    let kinds: Vec<&str> = checked.events.iter().map(|e| &*e.name).collect();
    assert_eq!(kinds, ["Click", "Purchase"]);
    let purchase = &checked.events[persona_sema::EventId(1)];
    let names: Vec<&str> = purchase.fields.iter().map(|field| &*field.name).collect();
    assert_eq!(names, ["at", "id", "total", "items"]);
    let TypeKind::List(element) = &purchase.fields[persona_sema::FieldId(3)].ty.kind else {
        panic!("a list")
    };
    let TypeKind::Record(record) = &element.kind else {
        panic!("a record")
    };
    let inner: Vec<(&str, bool)> = record
        .fields
        .iter()
        .map(|field| (&*field.name, field.ty.optional))
        .collect();
    assert_eq!(inner, [("sku", false), ("size.w", false), ("size.h", true)]);
}

#[test]
fn a_package_without_a_profile_has_an_implicit_one() {
    let checked = database("event Click { a: Int }\nsegment s { when did Click }\n")
        .checked()
        .expect("there is no error");
    assert_eq!(&*checked.profile.name, "Profile");
    assert_eq!(&*checked.profile.fields[checked.key].name, "id");
    assert_eq!(checked.profile.fields.len(), 1);
}

#[test]
fn declarations_are_sorted_by_name_whatever_the_files() {
    let a = "//- a.persona\nprofile C { id: String @key, n: Int }\nsegment b { when n > 1 }\n//- b.persona\nsegment a { when n > 2 }\n";
    let b = "//- a.persona\nsegment a { when n > 2 }\nsegment b { when n > 1 }\n//- b.persona\nprofile C { id: String @key, n: Int }\n";
    let names = |program: &str| -> Vec<String> {
        let checked = database(program).checked().expect("there is no error");
        checked
            .segments
            .iter()
            .map(|segment| segment.name.to_string())
            .collect()
    };
    assert_eq!(names(a), ["a", "b"]);
    assert_eq!(names(a), names(b));
}

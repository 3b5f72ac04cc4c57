//! `persona doc`: what a site holds, that nothing in it leads nowhere, and what must never stand in it. How it looks and how it is
//! searched is tried in a browser (`.ci/site`).

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use serde_json::Value;

use super::Package;
use crate::support::binary::{Run, persona};
use crate::support::root;

const PROGRAM: &str = r#"/// People who <b>buy</b>. See [the docs](https://example.com/a?b=1&c=2) or `vip`.
profile Customer {
  id: String @key
  email: Email? @pii
  age: Int? @pii
  points: Int = 0
  tier: Tier = basic
  address: { city: String?, zip: String? }
  consent: Bool = true
  check points >= 0 "negative points"
}
enum Tier { basic "The <basic> one", gold }
event Bought { total: Money<EUR>, lines: List<{ sku: String, price: Money<EUR> }> }
source people of Customer { from "people.csv" points = column("score") }
trait years: Int? = age
trait own_key: String = id
trait doubled: Int = points * 2
/// Said </script><script>alert(1)</script> & "so".
@owner("growth <team>")
segment vip "<script>alert('x')</script>" { when points > 10 and tier == gold }
segment older(limit: Int = 40) "Older than {limit}" { when years > limit }
segment both { when in vip and in older(50) }
partition level "Level" { high when points >= 10 otherwise low }
exclusive { level.high, level.low }
purpose news { requires consent }
channel mail { to email requires consent quiet 21:00 to 08:00 limit 2 per 7d }
trigger thanks "Thanks" {
  on Bought as order where total > 5 EUR
  enter always
  stop on Bought where total > 100 EUR
  wait 1h
  if in vip { send letter(order, discount: 10%) via mail for news } else { stop }
  wait 2d
  send letter(order) via mail
}
experiment words "Which words?" { on letter arms { plain, warm } holdout 10% goal Bought within 7d }
content letter(order: Bought, discount: Float = 0%) "A letter" {
  subject: String
  body: Html
  skip when tier == basic and discount > 5% "no discount for <basic>"
  variant warm when arm(words) == warm {
    subject = "Dear you"
    body = "<p>{order.total}</p>"
  }
  otherwise {
    subject = "Hello"
    body = "<p>Hello</p>"
  }
}
test "gold is <i>gold</i>" {
  given { id: "1", points: 20, tier: gold }
  at 2026-01-01T00:00Z
  expect in vip
}
test "fails & says so" {
  given { id: "1" }
  at 2026-01-01T00:00Z
  expect in vip
}
"#;

/// Each personal value is one that nothing else in a site could be.
const PEOPLE: &str = "id,email,age,score,tier,city
k-mercury,ada.mercury@example.com,71234,20,gold,Bonn
k-venus,venus.at.nowhere,71235,3,basic,Ulm
k-mars,mars@example.com,nonsense-mars,-5,gold,Hof
k-earth,earth@example.com,71236,12,basic,Jena
k-earth,earth.again@example.com,71237,12,basic,Jena
";

fn package() -> Package {
    Package::new(PROGRAM).file("people.csv", PEOPLE.as_bytes())
}

fn made(package: &Package, arguments: &[&str]) -> Run {
    let mut call = vec!["doc", "--out", "site"];
    call.extend(arguments);
    package.call(&call)
}

/// The files of a site, by path from its folder.
fn files(folder: &Path) -> BTreeMap<String, String> {
    fn collect(folder: &Path, below: &str, files: &mut BTreeMap<String, String>) {
        for entry in fs::read_dir(folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            let name = path.file_name().expect("a name").to_string_lossy();
            let name = format!("{below}{name}");
            match path.is_dir() {
                true => collect(&path, &format!("{name}/"), files),
                false => {
                    let text = fs::read_to_string(&path).expect("text");
                    files.insert(name, text);
                }
            }
        }
    }
    let mut found = BTreeMap::new();
    collect(folder, "", &mut found);
    found
}

fn site(arguments: &[&str]) -> BTreeMap<String, String> {
    let package = package();
    made(&package, arguments).ends_with(0);
    files(&package.path().join("site"))
}

/// The values of an attribute in a page.
fn attribute<'p>(page: &'p str, name: &str) -> Vec<&'p str> {
    let mark = format!(" {name}=\"");
    let parts = page.split(mark.as_str()).skip(1);
    parts
        .filter_map(|part| part.split_once('"').map(|(value, _)| value))
        .collect()
}

/// Complaints about links that lead nowhere, and about places that stand twice.
fn dead_ends(files: &BTreeMap<String, String>) -> Vec<String> {
    let pages = files.iter().filter(|(path, _)| path.ends_with(".html"));
    let mut places: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    let mut wrong = Vec::new();
    for (path, page) in pages.clone() {
        let own = places.entry(path).or_default();
        for id in attribute(page, "id") {
            if !own.insert(id) {
                wrong.push(format!("{path}: `{id}` stands twice"));
            }
        }
    }
    for (path, page) in pages {
        let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
        let links = attribute(page, "href").into_iter();
        for link in links.chain(attribute(page, "src")) {
            if link.starts_with("https://") || link.starts_with("data:") {
                continue;
            }
            let (to, place) = link.split_once('#').unwrap_or((link, ""));
            let target = match (to, to.strip_prefix("../")) {
                ("", _) => path.clone(),
                (_, Some(up)) => up.to_owned(),
                (to, None) if folder.is_empty() => to.to_owned(),
                (to, None) => format!("{folder}/{to}"),
            };
            if !files.contains_key(&target) {
                wrong.push(format!("{path}: {link} is no file"));
            } else if !place.is_empty() && !places[&*target].contains(place) {
                wrong.push(format!("{path}: {link} is no place there"));
            }
        }
        for of in ["aria-labelledby", "aria-controls", "for"] {
            let named = attribute(page, of)
                .into_iter()
                .flat_map(str::split_whitespace);
            for id in named.filter(|id| !places[&**path].contains(id)) {
                wrong.push(format!("{path}: {of} names `{id}`, which is not there"));
            }
        }
    }
    wrong
}

/// What can be found by searching: name, kind, title, page.
fn searched(files: &BTreeMap<String, String>) -> Vec<[String; 4]> {
    let script = &files["search-index.js"];
    let list = script
        .strip_prefix("window.personaSearch = ")
        .and_then(|rest| rest.strip_suffix(";\n"))
        .expect("one list");
    let list: Vec<Vec<Value>> = serde_json::from_str(list).expect("JSON");
    let text = |value: &Value| value.as_str().expect("text").to_owned();
    list.iter()
        .map(|entry| [0, 1, 2, 3].map(|at| text(&entry[at])))
        .collect()
}

#[test]
fn a_site_has_a_page_for_every_declaration_and_no_dead_ends() {
    let files = site(&[]);
    for page in [
        "index.html",
        "segments.html",
        "d/profile-Customer.html",
        "d/event-Bought.html",
        "d/enum-Tier.html",
        "d/source-people.html",
        "d/trait-doubled.html",
        "d/segment-vip.html",
        "d/partition-level.html",
        "d/exclusive-never-both.html",
        "d/purpose-news.html",
        "d/channel-mail.html",
        "d/trigger-thanks.html",
        "d/experiment-words.html",
        "d/content-letter.html",
        "tests.html",
        "data.html",
        "map.html",
        "overlap.html",
    ] {
        assert!(files.contains_key(page), "{page} is missing");
    }
    let wrong = dead_ends(&files);
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_dead_end_is_found() {
    let page = "<a href=\"b.html#x\"></a><a href=\"c.html\"></a><i id=\"y\"></i><i id=\"y\"></i>";
    let files = [("a.html", page), ("b.html", "<i id=\"z\"></i>")];
    let files = files.map(|(path, text)| (path.to_owned(), text.to_owned()));
    assert_eq!(dead_ends(&files.into()).len(), 3);
}

#[test]
fn the_example_has_no_dead_ends_and_all_its_links_are_its_own() {
    let folder = tempfile::tempdir().expect("a folder");
    let out = folder.path().join("site");
    let out_text = out.to_string_lossy();
    persona(&root(), &["doc", "examples/shop", "--out", &out_text]).ends_with(0);
    let files = files(&out);
    let wrong = dead_ends(&files);
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    for (path, text) in &files {
        assert!(
            !text.contains("http://") && !text.contains("https://"),
            "{path}"
        );
    }
}

#[test]
fn the_same_package_gives_the_same_bytes() {
    let package = package();
    made(&package, &[]).ends_with(0);
    package
        .call(&["doc", "--out", "again", "--threads", "1"])
        .ends_with(0);
    let [first, again] = ["site", "again"].map(|folder| files(&package.path().join(folder)));
    assert!(first == again, "two sites of one package differ");
}

#[test]
fn what_people_write_is_text_and_never_markup() {
    let files = site(&[]);
    for (path, page) in files.iter().filter(|(path, _)| path.ends_with(".html")) {
        assert!(!page.contains("alert('x')</script>"), "{path}");
        assert!(!page.contains("<script>alert"), "{path}");
        assert!(
            !page.contains("<b>buy") && !page.contains("<i>gold") && !page.contains("<team>"),
            "{path}"
        );
        // Two scripts, both files of the site.
        assert_eq!(page.matches("<script").count(), 2, "{path}");
        assert!(
            !page.contains("javascript:") && !page.contains(" onclick="),
            "{path}"
        );
    }
    let vip = &files["d/segment-vip.html"];
    assert!(
        vip.contains("<h1>&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;</h1>"),
        "{vip}"
    );
    assert!(vip.contains("owned by growth &lt;team&gt;"), "{vip}");
    assert!(
        files["d/profile-Customer.html"].contains(
            "<a href=\"https://example.com/a?b=1&amp;c=2\" rel=\"noreferrer\">the docs</a>"
        )
    );
    assert!(
        !files["search-index.js"].contains('<'),
        "a script in the index"
    );
}

#[test]
fn messages_are_shown_in_frames_that_run_nothing() {
    let files = site(&[]);
    let letter = &files["d/content-letter.html"];
    let frames = letter.matches("<iframe ").count();
    assert!(frames >= 2, "both variants are shown");
    assert_eq!(
        letter.matches("<iframe sandbox title=").count(),
        frames,
        "{letter}"
    );
    for (path, page) in files.iter().filter(|(path, _)| path.ends_with(".html")) {
        assert!(
            page.contains("content=\"default-src 'none'; style-src 'self' 'unsafe-inline'; script-src 'self'; img-src 'self' data:\""),
            "{path} may load from elsewhere"
        );
    }
    for shown in ["Dear you", "Hello", "no discount for &lt;basic&gt;"] {
        assert!(letter.contains(shown), "{shown}");
    }
}

#[test]
fn no_value_of_a_personal_field_and_no_key_is_anywhere() {
    let files = site(&[]);
    let personal = [
        "mercury", "venus", "mars", "earth", "71234", "71235", "71236", "71237", "nonsense",
    ];
    for (path, text) in &files {
        for value in personal {
            assert!(!text.contains(value), "{path} shows {value}");
        }
    }
    let years = &files["d/trait-years.html"];
    assert!(years.contains("they rest on personal data"), "{years}");
    assert!(files["d/trait-own_key.html"].contains("they rest on personal data"));
    assert!(!years.contains("histogram"), "{years}");
    let doubled = &files["d/trait-doubled.html"];
    assert!(
        !doubled.contains("personal data") && doubled.contains("histogram"),
        "{doubled}"
    );
    let data = &files["data.html"];
    for said in [
        "bad value",
        "duplicate",
        "failed check: “negative points”",
        "<code>email</code>",
    ] {
        assert!(data.contains(said), "{said}: {data}");
    }
}

#[test]
fn pages_say_what_rules_mean_and_for_how_many_they_hold() {
    let files = site(&[]);
    let vip = &files["d/segment-vip.html"];
    for said in [
        "<b>1</b> <span>33.3 %</span>",
        "Everybody for whom all of this holds:",
        "<code>points</code> is above <code>10</code>",
        "Tests that speak of it",
        "main.persona:",
    ] {
        assert!(vip.contains(said), "{said}: {vip}");
    }
    let level = &files["d/partition-level.html"];
    assert!(
        level.contains("id=\"v-high\"") && level.contains("Everybody else."),
        "{level}"
    );
    let customer = &files["d/profile-Customer.html"];
    for said in [
        "id=\"f-address.city\"",
        "personal</span>",
        "may be missing",
        "negative points",
        "source-people.html",
    ] {
        assert!(customer.contains(said), "{said}: {customer}");
    }
    let thanks = &files["d/trigger-thanks.html"];
    for said in [
        ">Starts<",
        ">Wait<",
        ">Send<",
        ">Or else<",
        ">Stop<",
        "Stops at any time",
        "within",
    ] {
        assert!(
            said == "within" || thanks.contains(said),
            "{said}: {thanks}"
        );
    }
    let words = &files["d/experiment-words.html"];
    assert!(
        words.contains("45.0 %") && words.contains("10.0 %") && words.contains("within 7 days"),
        "{words}"
    );
    let mail = &files["d/channel-mail.html"];
    assert!(
        mail.contains("21:00 to 08:00") && mail.contains("2 in 7 days"),
        "{mail}"
    );
    let tests = &files["tests.html"];
    assert!(
        tests.contains("2 tests; 1 fail") && tests.contains("1 expectation does not hold of 1"),
        "{tests}"
    );
}

#[test]
fn a_field_is_not_taken_for_a_declaration_of_its_name() {
    let program = PROGRAM
        .replace("channel mail", "channel points")
        .replace("via mail", "via points");
    let package = Package::new(&program).file("people.csv", PEOPLE.as_bytes());
    made(&package, &[]).ends_with(0);
    let files = files(&package.path().join("site"));
    assert!(!files["d/segment-vip.html"].contains("channel-points.html"));
    assert!(files["d/trigger-thanks.html"].contains("channel-points.html"));
}

#[test]
fn everything_that_has_a_name_can_be_found() {
    let files = site(&[]);
    let found = searched(&files);
    for (name, kind) in [
        ("vip", "segment"),
        ("Customer", "profile"),
        ("Customer.address.city", "field"),
        ("Tier.gold", "value"),
        ("level.high", "stage"),
        ("letter.subject", "slot"),
        ("letter.warm", "variant"),
        ("words.plain", "arm"),
        ("gold is <i>gold</i>", "test"),
        ("Segments", "page"),
    ] {
        let entry = found.iter().find(|entry| entry[0] == name);
        assert_eq!(entry.map(|entry| entry[1].as_str()), Some(kind), "{name}");
    }
    let pages = found
        .iter()
        .map(|entry| format!("<a href=\"{}\"></a>", entry[3]));
    let mut all = files;
    all.insert("links.html".to_owned(), pages.collect());
    let wrong = dead_ends(&all);
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn without_data_there_are_rules_and_no_figures() {
    let package = Package::new(PROGRAM);
    let run = made(&package, &[]);
    run.ends_with(2);
    assert!(run.stderr.contains("--no-data"), "{}", run.stderr);
    assert!(!package.path().join("site").exists(), "nothing is written");
    made(&package, &["--no-data"]).ends_with(0);
    let files = files(&package.path().join("site"));
    assert!(dead_ends(&files).is_empty());
    assert!(!files.contains_key("overlap.html"));
    assert!(!files["d/segment-vip.html"].contains("class=\"bar\""));
    assert!(files["index.html"].contains("no data were read"));
    // Those who read messages are made up either way.
    assert!(files["d/content-letter.html"].contains("<iframe sandbox"));
}

#[test]
fn a_time_can_be_given_and_is_said() {
    let files = site(&["--now", "2026-02-03T04:05Z"]);
    assert!(
        files["index.html"].contains("2026-02-03 04:05:00 UTC"),
        "{}",
        files["index.html"]
    );
}

#[test]
fn of_a_broken_package_the_mistakes_are_said_and_nothing_is_written() {
    let package = Package::new("profile C { id: String @key }\nsegment s { when agee > 3 }\n");
    let run = made(&package, &[]);
    run.ends_with(1);
    assert!(run.stderr.contains("agee"), "{}", run.stderr);
    assert!(!package.path().join("site").exists());
}

#[test]
fn a_folder_of_somebody_else_stays_as_it_is() {
    let package = package();
    let out = package.path().join("site");
    fs::create_dir(&out).expect("a folder");
    fs::write(out.join("index.html"), "mine").expect("a file");
    let run = made(&package, &[]);
    run.ends_with(2);
    assert!(run.stderr.contains("did not write"), "{}", run.stderr);
    assert_eq!(
        fs::read_to_string(out.join("index.html")).expect("still there"),
        "mine"
    );
    assert_eq!(files(&out).len(), 1);
}

#[test]
fn an_earlier_site_is_renewed_and_what_others_put_there_stays() {
    let package = package();
    made(&package, &[]).ends_with(0);
    let out = package.path().join("site");
    fs::write(out.join("CNAME"), "example.com").expect("a file");
    let package = package.file(
        "main.persona",
        PROGRAM
            .replace("segment both { when in vip and in older(50) }\n", "")
            .as_bytes(),
    );
    assert!(out.join("d/segment-both.html").exists());
    made(&package, &[]).ends_with(0);
    assert!(
        !out.join("d/segment-both.html").exists(),
        "what is no more goes"
    );
    assert!(out.join("CNAME").exists() && out.join("d/segment-vip.html").exists());
    assert!(dead_ends(&files(&out)).is_empty());
}

#[test]
fn names_that_differ_in_capitals_alone_have_pages_of_their_own() {
    let program = "profile C { id: String @key, n: Int = 0 }\n\
        segment Big { when n > 10 }\nsegment big { when n > 5 }\n";
    let package = Package::new(program);
    made(&package, &[]).ends_with(0);
    let files = files(&package.path().join("site"));
    assert!(files.contains_key("d/segment-Big.html") && files.contains_key("d/segment-big-2.html"));
}

#[test]
fn a_package_of_hundreds_is_drawn_in_part_and_said_so() {
    let mut program =
        String::from("profile C { id: String @key, n: Int = 0 }\nsegment s0 { when n > 0 }\n");
    for number in 1..400 {
        program.push_str(&format!(
            "segment s{number} {{ when in s{} and n > {number} }}\n",
            number / 2
        ));
    }
    let package = Package::new(&program);
    made(&package, &[]).ends_with(0);
    let files = files(&package.path().join("site"));
    let map = &files["map.html"];
    assert!(
        map.contains("Of 401 declarations, the 160 that have most to do with others are drawn"),
        "{map:.2000}"
    );
    assert_eq!(map.matches("data-node=").count(), 160);
    assert!(files.contains_key("d/segment-s399.html"));
    assert!(
        files["d/profile-C.html"].contains("and 386 more, in the list below"),
        "{}",
        files["d/profile-C.html"]
    );
    assert!(dead_ends(&files).is_empty());
}

#[test]
fn an_empty_package_has_a_site_too() {
    let package = Package::new("");
    made(&package, &[]).ends_with(0);
    let files = files(&package.path().join("site"));
    assert!(files["index.html"].contains("Nothing is declared yet."));
    assert!(dead_ends(&files).is_empty());
}

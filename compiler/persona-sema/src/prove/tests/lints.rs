//! What is reported, and what is not.

use crate::Database;

const SHOP: &str = "profile Customer {\n  id: String @key\n  spend: Money<USD> = 0 USD\n  visits: Int = 0\n  score: Int?\n  country: Country = other\n  joined: Timestamp\n}\nenum Country { US, CA, other }\nevent Purchase { total: Money<USD>, pieces: Int? }\nsegment big { when spend > 1000 USD }\n";

/// The codes and messages, a line each, behind what they point at.
fn reports(rules: &str) -> String {
    let text = format!("{SHOP}{rules}\n");
    let mut db = Database::new();
    db.set_file("shop.persona", text.clone());
    let found = db.diagnostics();
    let line = |found: &persona_base::Diagnostic| {
        let secondary: Vec<&str> = found
            .secondary
            .iter()
            .map(|label| label.span.of(&text))
            .collect();
        format!(
            "{} {:?} {secondary:?} {}\n",
            found.code,
            found.primary.span.of(&text),
            found.message
        )
    };
    found.iter().map(line).collect()
}

#[test]
fn a_segment_of_nobody_is_reported_with_both_reasons() {
    assert_eq!(
        reports("segment vip { when spend > 1000 USD and visits > 3 and spend < 500 USD }"),
        "P1020 \"spend < 500 USD\" [\"spend > 1000 USD\"] nobody can ever be in `vip`: `spend` cannot be above 1000 USD and below 500 USD at once\n"
    );
}

#[test]
fn a_reason_in_another_segment_is_shown_there() {
    assert_eq!(
        reports("segment vip { when in big and spend < 500 USD }"),
        "P1020 \"spend < 500 USD\" [\"spend > 1000 USD\"] nobody can ever be in `vip`: `spend` cannot be above 1000 USD and below 500 USD at once\n"
    );
}

#[test]
fn what_rests_on_a_segment_of_nobody_is_not_reported_again() {
    let rules = "segment none { when spend > 5 USD and spend < 3 USD }\nsegment on_it { when in none and visits > 3 }\nsegment off_it { when not in none or visits > 3 }";
    assert_eq!(reports(rules).lines().count(), 1, "{}", reports(rules));
}

#[test]
fn everybody_is_reported() {
    assert_eq!(
        reports("segment all_of_them { when visits > 5 or visits <= 5 }"),
        "P1021 \"visits <= 5\" [\"visits > 5\"] everybody is in `all_of_them`: `visits` is always above 5 or at most 5\n"
    );
    assert_eq!(
        reports("segment placed { when country in [US, CA, other] }"),
        "P1021 \"country in [US, CA, other]\" [] everybody is in `placed`\n"
    );
}

#[test]
fn a_part_that_changes_nothing_is_reported() {
    assert_eq!(
        reports("segment s { when visits > 5 and visits > 3 }"),
        "P1022 \"visits > 3\" [\"visits > 5\"] this says nothing new: it holds wherever `visits > 5` holds\n"
    );
    assert_eq!(
        reports("segment s { when did Purchase in last 7d or did Purchase in last 30d }"),
        "P1022 \"did Purchase in last 7d\" [\"did Purchase in last 30d\"] this adds nobody: wherever it holds, `did Purchase in last 30d` holds too\n"
    );
}

#[test]
fn what_is_written_to_settle_missing_values_is_not_reported() {
    for rules in [
        "segment s { when score is known and score > 3 }",
        "segment s { when score is missing or score != 3 }",
        "segment s { when score is known and score != 3 and visits > 3 }",
        "segment s { when score is missing or not (score > 3) }",
        "segment s { when did Purchase where pieces is known and pieces > 3 }",
        "segment s { when did Purchase and did not Purchase in last 30d }",
        "segment s { when in big and spend > 500 USD }",
        "segment s { when count(Purchase) >= 1 and count(Purchase in last 30d) < 3 }",
        "partition p {\n  none when score is missing\n  low when score < 3\n  high when score >= 3\n  otherwise rest\n}",
    ] {
        assert_eq!(reports(rules), "", "{rules}");
    }
}

#[test]
fn filters_that_match_nothing_are_reported() {
    assert_eq!(
        reports("segment s { when did Purchase where total > 50 USD and total < 20 USD }"),
        "P1020 \"total < 20 USD\" [\"total > 50 USD\"] nothing can ever match this: `total` cannot be above 50 USD and below 20 USD at once\n"
    );
    assert_eq!(
        reports("trait t: Int = count(Purchase where total > 50 USD and total < 20 USD)")
            .lines()
            .count(),
        1
    );
}

#[test]
fn a_stage_that_is_covered_is_an_error() {
    assert_eq!(
        reports(
            "partition p {\n  late when did Purchase in last 180d\n  active when did Purchase in last 90d\n  otherwise lapsed\n}"
        ),
        "P1023 \"did Purchase in last 90d\" [\"did Purchase in last 180d\"] this stage is never reached\n"
    );
}

#[test]
fn stages_that_together_cover_another_are_shown() {
    assert_eq!(
        reports(
            "partition p {\n  a when visits > 5\n  b when visits < 3\n  c when visits != 4\n  d when visits == 3\n  otherwise e\n}"
        ),
        "P1023 \"visits == 3\" [\"visits != 4\"] this stage is never reached\n"
    );
    assert_eq!(
        reports(
            "partition p {\n  a when visits > 5\n  b when visits < 8\n  c when spend > 5 USD\n  otherwise e\n}"
        ),
        "P1023 \"spend > 5 USD\" [\"visits > 5\", \"visits < 8\"] this stage is never reached\n"
    );
}

#[test]
fn a_branch_that_contradicts_what_stands_beside_it_is_reported() {
    assert_eq!(
        reports("segment s { when visits > 5 and (visits < 3 or country == US) }"),
        "P1020 \"visits < 3\" [\"visits > 5\"] this can never be true: `visits` cannot be above 5 and below 3 at once\n"
    );
}

#[test]
fn exclusive_segments_are_proven_or_refuted() {
    let segments = "segment lapsed { when did not Purchase in last 90d }\nsegment active { when did Purchase in last 30d }\nsegment odd { when spend * 3 > 100 USD and spend * 7 < 10 USD }\n";
    assert_eq!(
        reports(&format!("{segments}exclusive {{ lapsed, active }}")),
        ""
    );
    let overlap = reports(&format!("{segments}exclusive {{ big, lapsed }}"));
    assert!(
        overlap.starts_with(
            "P1026 \"lapsed\" [\"big\", \"spend > 1000 USD\", \"did not Purchase in last 90d\"]"
        ),
        "{overlap}"
    );
    let unproven = reports(&format!("{segments}exclusive {{ lapsed, odd }}"));
    assert!(unproven.starts_with("P1027 \"odd\""), "{unproven}");
}

#[test]
fn exclusive_names_two_or_more_segments_once_each() {
    let codes = |rules: &str| -> Vec<String> {
        reports(rules)
            .lines()
            .map(|line| line.split(' ').take(2).collect::<Vec<_>>().join(" "))
            .collect()
    };
    assert_eq!(codes("exclusive { big }"), ["P1028 \"big\""]);
    assert_eq!(
        codes("segment tiny { when spend < 5 USD }\nexclusive { big, tiny, big }"),
        ["P1029 \"big\""]
    );
    assert_eq!(codes("exclusive { big, bigg }").len(), 1);
    assert_eq!(codes("exclusive { big, visits }").len(), 1);
}

#[test]
fn nothing_is_reported_about_the_shop() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../examples/shop");
    let mut db = Database::new();
    db.set_library(persona_std::MODULES.iter().copied());
    let mut files = 0;
    for entry in std::fs::read_dir(folder).expect("the shop is there") {
        let path = entry.expect("a readable folder").path();
        let text = || std::fs::read_to_string(&path).expect("a readable file");
        match path.extension().and_then(|ending| ending.to_str()) {
            Some("persona") => {
                db.set_file(&path.to_string_lossy(), text());
                files += 1;
            }
            Some("toml") => {
                let _ = db.set_config(&path.to_string_lossy(), Some(text()));
            }
            _ => {}
        }
    }
    let codes = persona_base::all_codes();
    let about = codes
        .iter()
        .filter(|code| ("P1020".."P1030").contains(&code.id()))
        .count();
    let found = db.diagnostics();
    let reported: Vec<&str> = found
        .iter()
        .filter(|found| ("P1020".."P1030").contains(&found.code.id()))
        .map(|found| found.message.as_str())
        .collect();
    assert_eq!((reported, about), (Vec::new(), 10));
    assert!(files >= 3 && db.checked().is_some(), "{found:#?}");
}

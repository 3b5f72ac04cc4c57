//! What files cannot say: very long chains, very deep nesting, searches that must not explode, given thresholds, and
//! single nodes.

use std::fmt::Write as _;
use std::sync::Arc;

use persona_base::IndexVec;
use persona_ir::{NodeId, RankKind};

use crate::filetest::FileTest;
use crate::{
    Calibration, Evaluation, Evaluator, RankTable, Value, calibrate, interpret, interpret_profile,
};

const HEAD: &str = "plan \"t\" zone \"UTC\" week monday\nprofile P key id { id: Str, n: Int = 1, tags: List(Int) = [] }\n\
    event E { at: Timestamp, id: Str?, n: Int = 1 }\n";

fn evaluation() -> Evaluation {
    Evaluation {
        now: 1_000_000,
        calibration: None,
    }
}

fn test(body: &str) -> FileTest {
    let test = FileTest::parse(&format!("{HEAD}{body}")).expect("a test file");
    assert_eq!(persona_ir::verify(&test.plan), Ok(()));
    test
}

/// `node + 1 + 1 + …`, so many times.
fn chain(text: &mut String, first: usize, one: usize, length: usize) {
    for id in first..first + length {
        writeln!(text, "%{id}: Int = add %{}, %{one}", id - 1).expect("text");
    }
}

#[test]
fn a_chain_of_100_000_nodes_is_no_recursion() {
    let mut text = String::from("%0: Int = const 1\n%1: Int = profile n\n");
    chain(&mut text, 2, 0, 100_000);
    text += "trait sum = %100001\ndata\nprofile { id = \"a\", n = 5 }";
    let test = test(&text);
    assert_eq!(
        interpret(&test.plan, &test.data, &evaluation()).value(0, 0),
        Value::Int(100_005)
    );
}

#[test]
fn a_chain_of_100_000_nodes_inside_a_filter_is_no_recursion() {
    let mut text = String::from("%0: Int = const 1\n%1: Int = event 0 (E n)\n");
    chain(&mut text, 2, 0, 100_000);
    text += "%100002: Int = agg sum of E value %100001\ntrait sum = %100002\ndata\nevent \"a\" E { at = 0 }\nevent \"a\" E { at = 1 }";
    let test = test(&text);
    assert_eq!(
        interpret(&test.plan, &test.data, &evaluation()).value(0, 0),
        Value::Int(200_002)
    );
}

#[test]
fn quantifiers_nest_as_deep_as_levels_go() {
    let mut text = String::from(
        "%0: List(Int) = profile tags\n%1: Int = elem 255 0\n%2: Int = elem 0 0\n%3: Bool = le %1, %2\n",
    );
    for (id, level) in (4..).zip((0..=255).rev()) {
        writeln!(text, "%{id}: Bool = any_elem {level} %0, %{}", id - 1).expect("text");
    }
    text += "segment deep = %259\ndata\nprofile { id = \"a\", tags = [7] }";
    let test = test(&text);
    assert_eq!(
        interpret(&test.plan, &test.data, &evaluation()).value(0, 0),
        Value::Bool(true)
    );
}

#[test]
fn long_sequences_over_many_events_end_in_time() {
    // Twelve steps over 60 events, none of which is followed by an event that is later than all: without memory of
    // failed choices this would try more combinations than there are atoms.
    let steps = " then E".repeat(12);
    let mut text = format!(
        "%0: Int = event 13 (E n)\n%1: Int = event 0 (E n)\n%2: Bool = lt %0, %1\n%3: Bool = sequence of E{steps} then E where %2\n"
    );
    text += "segment found = %3\ndata\n";
    for at in 0..60 {
        writeln!(text, "event \"a\" E {{ at = {at}, n = {at} }}").expect("text");
    }
    let test = test(&text);
    assert_eq!(
        interpret(&test.plan, &test.data, &evaluation()).value(0, 0),
        Value::Bool(false)
    );
}

#[test]
fn given_thresholds_also_rank_values_outside_of_their_population() {
    let test = test(
        "%0: Int = profile n\n%1: Int? = rank 0 %0\nrank \"n\" ntile 2 %0\ntrait tile = %1\ndata\nprofile { id = \"a\", n = 500 }",
    );
    let mut ranks = IndexVec::new();
    ranks.push(RankTable::ints(RankKind::Ntile(2), vec![1, 2, 3, 4]));
    let calibration = Some(Arc::new(Calibration { now: 0, ranks }));
    let given = Evaluation {
        now: 1,
        calibration,
    };
    assert_eq!(
        interpret(&test.plan, &test.data, &given).value(0, 0),
        Value::Int(2)
    );
    assert_eq!(
        interpret(&test.plan, &test.data, &evaluation()).value(0, 0),
        Value::Int(1)
    );
    let own = calibrate(&test.plan, &test.data, &given);
    assert_eq!(own.ranks[persona_ir::RankId(0)], RankTable::Int(vec![500]));
    // Thresholds of another plan's fewer ranks leave the rest missing.
    let none = Some(Arc::new(Calibration {
        now: 0,
        ranks: IndexVec::new(),
    }));
    let given = Evaluation {
        now: 1,
        calibration: none,
    };
    assert_eq!(
        interpret(&test.plan, &test.data, &given).value(0, 0),
        Value::Missing
    );
}

#[test]
fn single_nodes_can_be_asked_in_any_order() {
    let test = test(
        "%0: Int = profile n\n%1: Int = event 0 (E n)\n%2: Int = agg sum of E value %1\n%3: Int = add %0, %2\n\
         trait all = %3\ndata\nevent \"a\" E { at = 0, n = 3 }\nprofile { id = \"a\" }\nprofile { id = \"b\", n = 7 }",
    );
    assert_eq!(
        interpret_profile(&test.plan, &test.data, &evaluation(), 0, NodeId(3)),
        Value::Int(4)
    );
    let calibration = Arc::new(Calibration {
        now: 0,
        ranks: IndexVec::new(),
    });
    let evaluator = Evaluator::new(&test.plan, &test.data, 1_000_000, calibration);
    let mut profile = evaluator.profile(0);
    assert_eq!(profile.value(NodeId(2)), Value::Int(3));
    assert_eq!(profile.value(NodeId(3)), Value::Int(4));
    profile.move_to(1);
    assert_eq!(
        (profile.value(NodeId(3)), profile.value(NodeId(0))),
        (Value::Int(7), Value::Int(7))
    );
}

#[test]
fn no_profiles_give_no_answers() {
    let test = test(
        "%0: Bool = const true\n%1: Int = profile n\n%2: Int? = rank 0 %1\nrank \"n\" ntile 2 %1\nsegment a = %0\ntrait b = %2",
    );
    let answers = interpret(&test.plan, &test.data, &evaluation());
    assert_eq!(answers.columns.len(), 2);
    assert_eq!(
        answers.calibration.ranks[persona_ir::RankId(0)],
        RankTable::Int(Vec::new())
    );
}

#[test]
fn computed_texts_are_found_in_the_answers_strings() {
    let test = test(
        "%0: Str = profile id\n%1: Str = upper %0\ntrait name = %1\ndata\nprofile { id = \"ß\" }\nprofile { id = \"X\" }",
    );
    let answers = interpret(&test.plan, &test.data, &evaluation());
    assert_eq!(
        (answers.value(0, 0), answers.value(0, 1)),
        (Value::from("X"), Value::from("SS"))
    );
    assert_eq!(test.data.strings.find("SS"), None);
}

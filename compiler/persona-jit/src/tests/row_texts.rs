//! Texts and lists in rows at every length where code changes its way: words, slots, addresses, blocks.

use persona_ir::{Builder, Const, NodeId, Op, Ty};
use persona_runtime::Value;

use super::fixture::{self, NOW, Rng};
use super::plans;
use crate::{RowBuf, RowProgram};

/// Texts of these lengths, made of few letters and zeros so that parts of them are found often.
const LENGTHS: [usize; 16] = [0, 1, 2, 3, 4, 5, 7, 8, 9, 11, 12, 13, 16, 17, 33, 70];

fn text(rng: &mut Rng, length: usize) -> String {
    let letters = ['a', 'b', '\0', 'é'];
    let mut text = String::new();
    while text.len() < length {
        let letter = *rng.pick(&letters);
        text.push(if text.len() + letter.len_utf8() > length {
            'a'
        } else {
            letter
        });
    }
    text
}

/// A part of a text, or a text of its own.
fn sought(rng: &mut Rng, texts: &[String]) -> String {
    let whole: Vec<char> = rng.pick(texts).chars().collect();
    let from = rng.below(whole.len() + 1);
    let to = from + rng.below(whole.len() - from + 1);
    whole[from..to].iter().collect()
}

type Test = (fn(NodeId, NodeId) -> Op, fn(&str, &str) -> bool);

const TESTS: [Test; 4] = [
    (Op::Eq, |a, b| a == b),
    (Op::StartsWith, |a, b| a.starts_with(b)),
    (Op::EndsWith, |a, b| a.ends_with(b)),
    (Op::Contains, |a, b| a.contains(b)),
];

#[test]
fn texts_of_all_lengths_are_tested_as_the_library_tests_them() {
    let mut rng = Rng(11);
    let texts: Vec<String> = (0..160)
        .map(|index| text(&mut rng, LENGTHS[index % LENGTHS.len()]))
        .collect();
    let constants: Vec<String> = (0..120)
        .map(|index| match index % 3 {
            0 => text(&mut rng, LENGTHS[index / 3 % LENGTHS.len()]),
            _ => sought(&mut rng, &texts),
        })
        .collect();
    let mut b = Builder::new();
    let column = plans::profile(&mut b, "s");
    let mut nodes = Vec::new();
    for constant in &constants {
        let constant = b.constant(Const::Str(constant.as_str().into()), Ty::Str);
        nodes.extend(TESTS.map(|(op, _)| b.node(op(column, constant), Ty::Bool, false)));
    }
    let mut plan = plans::traits(b, &nodes);
    plan = super::rows::with_segments(&plan);
    let names: Vec<&str> = plan.outputs.iter().map(|output| &*output.name).collect();
    let program = RowProgram::new(&plan, &names).unwrap();
    let mut session = program.at(NOW, None);
    let mut row = RowBuf::new(program.layout());
    let col = program.layout().column("s").unwrap();
    for text in texts.iter().map(Some).chain([None]) {
        row.clear();
        row.set(col, text.map(String::as_str)).unwrap();
        let words = session.matches(row.row()).to_vec();
        for (index, constant) in constants.iter().enumerate() {
            for (which, (_, test)) in TESTS.iter().enumerate() {
                let bit = index * TESTS.len() + which;
                let found = words[bit / 64] >> (bit % 64) & 1 == 1;
                let expected = text.is_some_and(|text| test(text, constant));
                assert_eq!(found, expected, "test {which} of {text:?} and {constant:?}");
            }
        }
    }
}

#[test]
fn lists_of_any_number_of_elements_are_searched() {
    let mut b = Builder::new();
    let schema = fixture::schema();
    let is_texts = |ty: &Ty| ty.element() == Some(&Ty::Str);
    let mut columns = schema.profile.columns.iter_enumerated();
    let (col, column) = columns
        .find(|(_, column)| is_texts(&column.ty))
        .expect("the fixture has a list of texts");
    let list = plans::profile(&mut b, &column.name);
    let wanted = ["x3", "x20"].map(|text| Const::Str(text.into()));
    let any = b.node(Op::HasAny(list, wanted.clone().into()), Ty::Bool, false);
    let all = b.node(Op::HasAll(list, wanted.into()), Ty::Bool, false);
    let plan = super::rows::with_segments(&plans::traits(b, &[any, all]));
    let program = RowProgram::new(&plan, &["out0000", "out0001"]).unwrap();
    let mut session = program.at(NOW, None);
    let mut row = RowBuf::new(program.layout());
    for length in 0..40 {
        for first in 0..3 {
            let elements: Vec<Value> = (first..first + length)
                .map(|number| Value::text(format!("x{number}")))
                .collect();
            row.clear();
            row.set(col, elements.as_slice()).unwrap();
            let has = |number| (first..first + length).contains(&number);
            let expected = u64::from(has(3) || has(20)) | u64::from(has(3) && has(20)) << 1;
            assert_eq!(
                session.matches(row.row()),
                [expected],
                "{length} from {first}"
            );
        }
    }
}

#[test]
fn what_a_column_does_not_take_is_refused_in_words() {
    let plan = plans::traits(Builder::new(), &[]);
    let program = RowProgram::new(&plan, &[]).unwrap();
    let layout = program.layout();
    let mut row = RowBuf::new(layout);
    let mut refused = |name: &str, value: crate::RowValue<'_>| {
        let col = layout.column(name).unwrap();
        row.set(col, value).unwrap_err().to_string()
    };
    assert_eq!(
        refused("n", "many".into()),
        "`n` is a whole number (Int) and was given a text"
    );
    assert_eq!(refused("x", f64::NAN.into()), "`x` is a finite number");
    assert_eq!(
        refused("born", i64::MAX.into()),
        format!("`born` was given {}, beyond the range of dates", i64::MAX)
    );
    let error = RowProgram::new(&plan, &["nothing"]).unwrap_err();
    assert_eq!(error.to_string(), "there is no answer `nothing`");
}

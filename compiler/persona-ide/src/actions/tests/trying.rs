//! Conditions that the prover says nothing about, asked about many made-up people: a small reading of the checked form, of its own.

use persona_sema::{Checked, Const, Expr, ExprKind, FieldId, Op};

/// What a profile holds: its fields by name; what is not among them is missing.
type Person = Vec<(&'static str, Const)>;

/// People with all combinations of a few values.
fn people() -> Vec<Person> {
    let mut people = Vec::new();
    for country in 0..3 {
        for tier in [None, Some(0), Some(1), Some(2)] {
            for visits in 0..6 {
                let mut person = vec![
                    ("country", Const::Enum(country)),
                    ("visits", Const::Int(visits)),
                ];
                person.extend(tier.map(|tier| ("tier", Const::Enum(tier))));
                people.push(person);
            }
        }
    }
    people
}

/// Whether two conditions hold for the same people.
pub(super) fn same((old, a): (&Checked, &Expr), (new, b): (&Checked, &Expr)) -> bool {
    let mut both = [false, false];
    let agree = people().iter().all(|person| {
        let (was, is) = (yes(old, person, a), yes(new, person, b));
        both[usize::from(was)] = true;
        was == is
    });
    assert!(both == [true, true], "the condition tells nobody apart");
    agree
}

fn yes(package: &Checked, person: &Person, expr: &Expr) -> bool {
    match value(package, person, expr) {
        Const::Bool(yes) => yes,
        other => unreachable!("a condition is {other:?}"),
    }
}

fn value(package: &Checked, person: &Person, expr: &Expr) -> Const {
    let of = |expr: &Expr| value(package, person, expr);
    match &expr.kind {
        ExprKind::Const(value) => value.clone(),
        ExprKind::Profile(field) => field_of(package, person, *field),
        ExprKind::If(arms, otherwise) => {
            let taken = arms
                .iter()
                .find(|(condition, _)| yes(package, person, condition));
            of(taken.map_or(&**otherwise, |(_, result)| result))
        }
        ExprKind::Match(subject, arms, otherwise) => {
            let subject = of(subject);
            let taken = arms.iter().find(|(values, _)| values.contains(&subject));
            let result = taken.map(|(_, result)| result).or(otherwise.as_deref());
            of(result.expect("a match is exhaustive"))
        }
        ExprKind::Op(op, operands) => {
            let known = |value: &Const| *value != Const::Missing;
            let values: Vec<Const> = operands.iter().map(of).collect();
            let all_known = values.iter().all(known);
            Const::Bool(match (op, &values[..]) {
                (Op::And, all) => all.iter().all(|one| *one == Const::Bool(true)),
                (Op::Or, all) => all.contains(&Const::Bool(true)),
                (Op::Not, [one]) => *one == Const::Bool(false),
                (Op::Known, [one]) => known(one),
                (Op::Eq, [a, b]) => all_known && a == b,
                (Op::Lt, [Const::Int(a), Const::Int(b)]) => a < b,
                (Op::Le, [Const::Int(a), Const::Int(b)]) => a <= b,
                (op, values) => unreachable!("{op:?} of {values:?}"),
            })
        }
        other => unreachable!("{other:?}"),
    }
}

fn field_of(package: &Checked, person: &Person, field: FieldId) -> Const {
    let name = &*package.profile.fields[field].name;
    let found = person.iter().find(|(other, _)| *other == name);
    found.map_or(Const::Missing, |(_, value)| value.clone())
}

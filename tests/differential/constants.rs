//! Constant lists whose elements have fields: machine code reads them as the interpreter does.

use persona_runtime::filetest::FileTest;
use persona_runtime::{Evaluation, interpret};

#[test]
fn constant_lists_with_fields_are_the_same_to_machine_code() {
    let path = crate::support::root().join("compiler/persona-ir/filetests/lists.ir");
    let text = std::fs::read_to_string(path).expect("a file of plans");
    let test = FileTest::parse(&text).expect("a plan with data");
    persona_ir::verify(&test.plan).expect("a plan that is right");
    let code = persona_jit::Compiled::new(&test.plan).expect("a plan that fits");
    let evaluation = Evaluation {
        now: test.runs[0].now,
        calibration: None,
    };
    let (expected, found) = (
        interpret(&test.plan, &test.data, &evaluation),
        code.run(&test.data, &evaluation),
    );
    let constants = test.plan.outputs.iter().enumerate();
    let constants = constants.filter(|(_, output)| output.name.starts_with("const_"));
    let mut seen = Vec::new();
    for (at, output) in constants {
        let values = |of: &persona_runtime::Answers| -> Vec<_> {
            (0..test.data.profiles)
                .map(|profile| of.value(at, profile))
                .collect()
        };
        assert_eq!(values(&expected), values(&found), "{}", output.name);
        seen.push(
            values(&found)
                .iter()
                .map(|value| format!("{value:?}"))
                .collect::<Vec<_>>()
                .join(" "),
        );
    }
    let expected = [
        "Int(3) Int(3) Int(3)",
        "Bool(true) Bool(false) Bool(true)",
        "Bool(true) Bool(true) Bool(true)",
    ];
    assert_eq!(seen, expected);
}

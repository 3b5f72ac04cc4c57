//! The plan's own test files, asked of both engines' code.

use std::fs;
use std::path::Path;

use persona_runtime::filetest::FileTest;

use super::agree;
use crate::Compiled;

#[test]
fn machine_code_answers_the_plan_files() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../persona-ir/filetests");
    let mut files = 0;
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let test = FileTest::parse(&fs::read_to_string(&path).unwrap()).unwrap();
        let name = path.display();
        test.check(|plan, data, evaluation| {
            agree(plan, data, evaluation).unwrap_or_else(|error| panic!("{name}: {error}"))
        })
        .unwrap_or_else(|error| panic!("{name}: {error}"));
        let compiled = Compiled::new(&test.plan).unwrap();
        for run in &test.runs {
            let expected = persona_runtime::run_checks(&test.plan, &test.data, run.now);
            assert_eq!(compiled.run_checks(&test.data, run.now), expected, "{name}");
        }
        files += 1;
    }
    assert!(files > 10, "the files are there");
}

//! The pages of the codes of expressions: the wrong example has the diagnostic and no other error, the right one has
//! neither.

use persona_base::{Code, Severity, all_codes};

use crate::Database;

fn examples(code: Code) -> Vec<String> {
    let blocks = code.info().page.split("```persona\n").skip(1);
    blocks
        .map(|block| {
            block
                .split("\n```")
                .next()
                .expect("a block ends")
                .to_owned()
        })
        .collect()
}

fn codes(program: &str) -> Vec<(Code, Severity)> {
    let mut db = Database::new();
    db.set_file("main.persona", program.to_owned());
    db.diagnostics()
        .iter()
        .map(|diagnostic| (diagnostic.code, diagnostic.severity))
        .collect()
}

#[test]
fn examples_of_pages_are_as_they_say() {
    // Nothing gives P0259 any more.
    let own = |id: &str| ("P0250".."P0600").contains(&id) && id != "P0259";
    let codes_of_expressions: Vec<Code> = all_codes()
        .into_iter()
        .filter(|code| own(code.id()))
        .collect();
    assert!(codes_of_expressions.len() > 60);
    for code in codes_of_expressions {
        let examples = examples(code);
        assert_eq!(examples.len(), 2, "{code} has a wrong and a right example");
        let wrong = codes(&examples[0]);
        assert!(
            wrong.iter().any(|(found, _)| *found == code),
            "{code}: {wrong:?}\n{}",
            examples[0]
        );
        let others = wrong
            .iter()
            .filter(|(found, severity)| *found != code && *severity == Severity::Error);
        assert_eq!(others.count(), 0, "{code}: {wrong:?}\n{}", examples[0]);
        let right = codes(&examples[1]);
        assert!(
            right
                .iter()
                .all(|(found, severity)| *found != code && *severity != Severity::Error),
            "{code}: {right:?}\n{}",
            examples[1]
        );
    }
}

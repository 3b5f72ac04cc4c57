//! Blocks that this test cannot check, and why.

/// Pages, what stands after the backticks, and what else checks such blocks or why nothing does.
pub(super) const REASONS: &[(&str, &str, &str)] = &[
    (
        "README.md",
        "sh",
        ".ci/run runs both commands on every change",
    ),
    (
        "compiler/ARCHITECTURE.md",
        "text",
        "a drawing of the crates; the arrows are tested by tests/tidy",
    ),
    (
        "compiler/docs/bench.md",
        "json",
        "a shape whose figures differ from run to run; tests/cli/bench.rs reads the real one",
    ),
    (
        "compiler/docs/embedding.md",
        "rust",
        "documentation tests of the crate `persona` run them",
    ),
    (
        "compiler/docs/embedding.md",
        "toml",
        "a dependency as cargo reads it, of whoever embeds persona",
    ),
    (
        "compiler/docs/recommend.md",
        "liquid",
        "a line of a template; the suite's chapter on recommendations has it whole",
    ),
    (
        "compiler/docs/reference.md",
        "text",
        "the grammar, for people; the words and tables beside it are compared with the compiler's",
    ),
    (
        "compiler/docs/unsafe.md",
        "sh",
        "they need a nightly compiler and minutes; whoever touches unsafe code runs them",
    ),
];

/// Why a block is not checked here; `None` for one that nobody has given a reason for.
pub(super) fn reason(page: &str, info: &str) -> Option<&'static str> {
    let found = REASONS
        .iter()
        .find(|(of, kind, ..)| *of == page && *kind == info);
    found.map(|(.., why)| *why)
}

#[test]
fn reasons_are_given_for_blocks_that_exist() {
    use crate::suite::document::Document;
    use crate::support::root;
    for (page, info, why) in REASONS {
        let text = super::read(&root().join(page));
        let document = Document::read(&text);
        let there = document.blocks().any(|block| block.info == *info);
        assert!(
            there,
            "{page} has no block `{info}`, which is excused because: {why}"
        );
        assert!(why.len() > 20, "a reason, not `{why}`");
    }
}

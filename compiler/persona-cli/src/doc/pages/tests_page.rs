//! What the tests state, which of them pass, and what they speak of.

use super::head;
use crate::columns::{counted, grouped};
use crate::doc::html::View;
use crate::doc::markdown;
use crate::markup::escaped;

/// The page of tests.
pub(super) fn tests(view: View<'_>) -> Option<String> {
    let tests = &view.model.tests;
    if tests.is_empty() {
        return None;
    }
    let failed = tests.iter().filter(|test| test.failed > 0).count();
    let lead = match failed {
        0 => format!("{}; all pass.", counted(tests.len(), "test", "tests")),
        some => format!(
            "{}; {} fail.",
            counted(tests.len(), "test", "tests"),
            grouped(some)
        ),
    };
    let mut html = head("Tests", &lead);
    for (place, test) in tests.iter().enumerate() {
        let (mark, word) = match test.failed {
            0 => ("good", "passes"),
            _ => ("bad", "fails"),
        };
        let doc = test.doc.as_deref().map_or_else(String::new, markdown::html);
        let expected = match test.failed {
            0 => counted(test.expectations, "expectation", "expectations"),
            some => format!(
                "{} of {}",
                counted(
                    some,
                    "expectation does not hold",
                    "expectations do not hold"
                ),
                grouped(test.expectations)
            ),
        };
        html.push_str(&format!(
            "<section class=\"test\" id=\"test-{place}\" aria-labelledby=\"test-{place}-h\">\n\
             <h2 id=\"test-{place}-h\"><span class=\"badge {mark}\">{word}</span> {}</h2>\n\
             <p class=\"dim\"><code>{}:{}</code> · {expected}</p>\n{doc}{}\
             <details><summary>What it says</summary>{}</details>\n</section>\n",
            escaped(&test.title),
            escaped(&test.place.0),
            test.place.1,
            match test.uses.is_empty() {
                true => String::new(),
                false => view.chips(&test.uses),
            },
            view.source(&test.source)
        ));
    }
    Some(html)
}

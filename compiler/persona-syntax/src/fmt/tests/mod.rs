//! Tests of the formatter.

use crate::format;

#[test]
#[expect(clippy::disallowed_methods, reason = "a look at files")]
fn look() {
    let Ok(path) = std::env::var("LOOK") else { return };
    let text = std::fs::read_to_string(path).unwrap();
    let formatted = format(&text);
    println!("{}", formatted.text);
    for refused in formatted.refused {
        println!("## {refused:?}");
    }
}

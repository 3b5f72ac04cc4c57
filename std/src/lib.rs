//! The standard library of persona: modules of rules that hold for any package, written in persona itself.
//!
//! This crate holds their texts and nothing else. A module is one `.persona` file; `use std.rfm` brings it in. Modules
//! speak of the package that uses them only through parameters, so that they fit every schema.

/// A module: its name and its text.
pub type Module = (&'static str, &'static str);

/// The modules, by name.
pub const MODULES: &[Module] = &[
    ("commerce", include_str!("../commerce.persona")),
    ("consent", include_str!("../consent.persona")),
    ("engagement", include_str!("../engagement.persona")),
    ("geo", include_str!("../geo.persona")),
    ("lifecycle", include_str!("../lifecycle.persona")),
    ("media", include_str!("../media.persona")),
    ("rfm", include_str!("../rfm.persona")),
    ("saas", include_str!("../saas.persona")),
    ("time", include_str!("../time.persona")),
];

#[cfg(test)]
mod tests {
    use super::MODULES;

    #[test]
    fn modules_are_sorted_and_documented() {
        assert!(MODULES.is_sorted_by_key(|(name, _)| name));
        for (name, text) in MODULES {
            assert!(text.starts_with("// "), "{name} does not say what it is");
            let declared = text.lines().filter(|line| is_declaration(line)).count();
            let documented = text.lines().zip(text.lines().skip(1));
            let documented =
                documented.filter(|(doc, line)| doc.starts_with("/// ") && is_declaration(line));
            assert_eq!(
                documented.count(),
                declared,
                "{name}: each declaration is documented"
            );
            assert!(declared > 3, "{name} declares something");
        }
    }

    fn is_declaration(line: &str) -> bool {
        [
            "trait ",
            "segment ",
            "partition ",
            "fn ",
            "const ",
            "enum ",
            "ordered enum ",
        ]
        .iter()
        .any(|keyword| line.starts_with(keyword))
    }
}

//! Files of many kinds, right and broken, that the properties are tested on.

/// Name and text of each file.
pub(super) const FILES: &[(&str, &str)] = &[
    ("shop", include_str!("corpus/shop.persona")),
    ("missing", include_str!("corpus/missing.persona")),
    ("history", include_str!("corpus/history.persona")),
    ("texts", include_str!("corpus/texts.persona")),
    ("docs", include_str!("corpus/docs.persona")),
    ("sources", include_str!("corpus/sources.persona")),
    ("arithmetic", include_str!("corpus/arithmetic.persona")),
    ("campaign", include_str!("corpus/campaign.persona")),
    ("glance", include_str!("corpus/glance.persona")),
    ("words", include_str!("corpus/words.persona")),
    ("ugly", include_str!("corpus/ugly.persona")),
    ("oneline", include_str!("corpus/oneline.persona")),
    ("broken", include_str!("corpus/broken.persona")),
];

/// The files that are right as they stand.
pub(super) fn right() -> impl Iterator<Item = (&'static str, &'static str)> {
    FILES
        .iter()
        .copied()
        .filter(|(name, _)| !matches!(*name, "broken" | "oneline"))
}

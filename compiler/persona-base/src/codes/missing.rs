//! Codes about missing values (P03xx).

codes! {
    MISSING_BECOMES_YES = "P0301" "missing_becomes_yes" since "0.1.0" Error;
    OPEN_SEGMENT_NEGATED = "P0303" "open_segment_negated" since "0.1.0" Warn;
}

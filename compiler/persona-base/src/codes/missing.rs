//! Codes about missing values (P03xx).

codes! {
    MISSING_BECOMES_YES = "P0301" "missing_becomes_yes" since "0.1.0" Error;
    MAYBE_IS_NO_CONDITION = "P0302" "maybe_is_no_condition" since "0.1.0" Error;
    OPEN_SEGMENT_NEGATED = "P0303" "open_segment_negated" since "0.1.0" Warn;
    NEVER_MISSING = "P0304" "never_missing" since "0.1.0" Warn;
    MAY_BE_MISSING = "P0305" "may_be_missing" since "0.1.0" Error;
    PRINTS_NOTHING = "P0306" "prints_nothing" since "0.1.0" Error;
    AGGREGATE_OF_MISSING = "P0307" "aggregate_of_missing" since "0.1.0" Error;
    MATCH_WITHOUT_MISSING = "P0308" "match_without_missing" since "0.1.0" Error;
    USELESS_DEFAULT = "P0309" "useless_default" since "0.1.0" Warn;
}

//! Codes about tests (P1000–P1019).

codes! {
    NO_EXPECTATION = "P1000" "no_expectation" since "0.1.0" Error;
    DUPLICATE_TEST = "P1001" "duplicate_test" since "0.1.0" Error;
    NO_INSTANT = "P1002" "no_instant" since "0.1.0" Error;
    TEST_ORDER = "P1003" "test_order" since "0.1.0" Error;
    BACK_IN_TIME = "P1004" "back_in_time" since "0.1.0" Error;
    UNKNOWN_REASON = "P1005" "unknown_reason" since "0.1.0" Error;
    UNKNOWN_VARIANT = "P1006" "unknown_variant" since "0.1.0" Error;
    SAME_INSTANT = "P1007" "same_instant" since "0.1.0" Error;
    NOBODY_KEPT_OUT = "P1008" "nobody_kept_out" since "0.1.0" Error;
}

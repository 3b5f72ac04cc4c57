//! Codes about packages and their configuration (P07xx), and limits (P08xx).

codes! {
    EMPTY_PACKAGE = "P0701" "empty_package" since "0.1.0" Warn;
    INVALID_TOML = "P0703" "invalid_toml" since "0.1.0" Error;
    UNKNOWN_SETTING = "P0704" "unknown_setting" since "0.1.0" Warn;
    INVALID_SETTING = "P0705" "invalid_setting" since "0.1.0" Error;
    UNSUPPORTED_EDITION = "P0706" "unsupported_edition" since "0.1.0" Error;
    MISSING_SETTING = "P0707" "missing_setting" since "0.1.0" Error;
    UNKNOWN_LINT = "P0708" "unknown_lint" since "0.1.0" Error;
    FIXED_LEVEL = "P0709" "fixed_level" since "0.1.0" Error;
    UNSUPPORTED_DEPENDENCY = "P0710" "unsupported_dependency" since "0.1.0" Error;
    NESTED_TOO_DEEP = "P0801" "definitions_too_deep" since "0.1.0" Error;
    EXPANDS_TOO_FAR = "P0802" "expands_too_far" since "0.1.0" Error;
}

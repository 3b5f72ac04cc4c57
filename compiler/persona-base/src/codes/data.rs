//! Codes about schemas, sources and checks (P06xx).

codes! {
    SEVERAL_PROFILES = "P0601" "several_profiles" since "0.1.0" Error;
    MISSING_KEY = "P0602" "missing_key" since "0.1.0" Error;
    SEVERAL_KEYS = "P0603" "several_keys" since "0.1.0" Error;
    INVALID_KEY = "P0604" "invalid_key" since "0.1.0" Error;
    MISPLACED_KEY = "P0605" "misplaced_key" since "0.1.0" Error;
    SEVERAL_ZONES = "P0606" "several_zones" since "0.1.0" Error;
    OPTIONAL_DEFAULT = "P0607" "optional_default" since "0.1.0" Error;
    MISPLACED_DEFAULT = "P0608" "misplaced_default" since "0.1.0" Error;
    NOT_STORABLE = "P0609" "not_storable" since "0.1.0" Error;
    EMPTY_DECLARATION = "P0610" "empty_declaration" since "0.1.0" Error;
    CHECK_USES_HISTORY = "P0611" "check_uses_history" since "0.1.0" Error;
    CHECK_MESSAGE = "P0612" "check_message" since "0.1.0" Error;
    UNKNOWN_CHECK_FIELD = "P0613" "unknown_check_field" since "0.1.0" Error;
    CLEARED_FIELD_REQUIRED = "P0614" "cleared_field_required" since "0.1.0" Error;
    TITLE = "P0615" "title_interpolation" since "0.1.0" Error;
    UNKNOWN_TARGET = "P0620" "unknown_target" since "0.1.0" Error;
    UNKNOWN_SOURCE_FIELD = "P0621" "unknown_source_field" since "0.1.0" Error;
    MISSING_FROM = "P0622" "missing_from" since "0.1.0" Error;
    DUPLICATE_CLAUSE = "P0623" "duplicate_clause" since "0.1.0" Error;
    UNKNOWN_FORMAT = "P0624" "unknown_format" since "0.1.0" Error;
    INVALID_LOCATION = "P0625" "invalid_location" since "0.1.0" Error;
    MISPLACED_EACH = "P0626" "misplaced_each" since "0.1.0" Error;
    UNGROUPED_AGGREGATE = "P0627" "ungrouped_aggregate" since "0.1.0" Error;
    NOT_IN_SOURCES = "P0628" "not_in_sources" since "0.1.0" Error;
    BARE_COLUMN = "P0629" "bare_column" since "0.1.0" Error;
    INVALID_CONVERSION = "P0630" "invalid_conversion" since "0.1.0" Error;
    INVALID_PREFER = "P0631" "invalid_prefer" since "0.1.0" Error;
    INVALID_PATTERN = "P0632" "invalid_source_pattern" since "0.1.0" Error;
}

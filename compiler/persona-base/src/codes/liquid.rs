//! Codes about Liquid templates (P1200–P1229).

codes! {
    SYNTAX = "P1200" "liquid_syntax" since "0.1.0" Error;
    UNCLOSED = "P1201" "liquid_unclosed" since "0.1.0" Error;
    UNKNOWN_TAG = "P1202" "liquid_unknown_tag" since "0.1.0" Error;
    UNKNOWN_FILTER = "P1203" "liquid_unknown_filter" since "0.1.0" Error;
    UNKNOWN_VARIABLE = "P1204" "liquid_unknown_variable" since "0.1.0" Error;
    UNKNOWN_FIELD = "P1205" "liquid_unknown_field" since "0.1.0" Error;
    MAY_BE_MISSING = "P1206" "liquid_may_be_missing" since "0.1.0" Error;
    FILTER_INPUT = "P1207" "liquid_filter_input" since "0.1.0" Error;
    FILTER_ARGUMENTS = "P1208" "liquid_filter_arguments" since "0.1.0" Error;
    COMPARED = "P1209" "liquid_compared" since "0.1.0" Error;
    NOT_PRINTABLE = "P1210" "liquid_not_printable" since "0.1.0" Error;
    NOT_A_LIST = "P1211" "liquid_not_a_list" since "0.1.0" Error;
    PARTIAL = "P1212" "liquid_partial" since "0.1.0" Error;
    VARIABLE_TYPE = "P1213" "liquid_variable_type" since "0.1.0" Error;
    TOO_LARGE = "P1214" "liquid_too_large" since "0.1.0" Error;
    DYNAMIC = "P1215" "liquid_dynamic" since "0.1.0" Error;
    MISPLACED = "P1216" "liquid_misplaced" since "0.1.0" Error;
    ALWAYS = "P1217" "liquid_always" since "0.1.0" Deny;
    AND_OR = "P1218" "liquid_and_or" since "0.1.0" Deny;
    RAW = "P1219" "liquid_raw" since "0.1.0" Warn;
}

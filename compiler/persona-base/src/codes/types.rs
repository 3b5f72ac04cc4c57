//! Codes about types, units and currencies (P04xx).

codes! {
    TYPE_MISMATCH = "P0401" "type_mismatch" since "0.1.0" Error;
    NOT_COMPARABLE = "P0402" "not_comparable" since "0.1.0" Error;
    NO_UNIT = "P0403" "no_unit" since "0.1.0" Error;
    CURRENCIES_DIFFER = "P0404" "currencies_differ" since "0.1.0" Error;
    BAD_AMOUNT = "P0405" "bad_amount" since "0.1.0" Error;
    NO_ORDER = "P0406" "no_order" since "0.1.0" Error;
    NO_EQUALITY = "P0407" "no_equality" since "0.1.0" Error;
    DATE_AND_INSTANT = "P0408" "date_and_instant" since "0.1.0" Error;
    NO_SUCH_OPERATION = "P0409" "no_such_operation" since "0.1.0" Error;
    BAD_OPERAND = "P0410" "bad_operand" since "0.1.0" Error;
    DIVISION_BY_ZERO = "P0411" "division_by_zero" since "0.1.0" Error;
    NOT_A_CONDITION = "P0412" "not_a_condition" since "0.1.0" Error;
    BRANCHES_DIFFER = "P0413" "branches_differ" since "0.1.0" Error;
    NOT_EXHAUSTIVE = "P0414" "not_exhaustive" since "0.1.0" Error;
    UNREACHABLE = "P0415" "unreachable" since "0.1.0" Warn;
    CONSTANT_CONDITION = "P0416" "constant_condition" since "0.1.0" Warn;
    REPEATED_CONDITION = "P0417" "repeated_condition" since "0.1.0" Warn;
    NOT_CONSTANT = "P0418" "not_constant" since "0.1.0" Error;
    BAD_PATTERN = "P0419" "bad_pattern" since "0.1.0" Error;
    UNKNOWN_FORMAT = "P0420" "unknown_text_format" since "0.1.0" Error;
    NOT_PRINTABLE = "P0421" "not_printable" since "0.1.0" Error;
    WRONG_ARGUMENTS = "P0422" "wrong_arguments" since "0.1.0" Error;
    BAD_ARGUMENT = "P0423" "bad_argument" since "0.1.0" Error;
    OUT_OF_RANGE = "P0424" "out_of_range" since "0.1.0" Error;
    LIST_OF_NOTHING = "P0425" "list_of_nothing" since "0.1.0" Error;
    TOO_COMPLEX = "P0426" "too_complex" since "0.1.0" Error;
}

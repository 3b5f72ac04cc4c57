//! Codes about triggers (P0920–P0949).

codes! {
    NO_START = "P0920" "no_start" since "0.1.0" Error;
    CLAUSE_ORDER = "P0922" "clause_order" since "0.1.0" Error;
    NO_ENTRY = "P0923" "no_entry" since "0.1.0" Error;
    NO_STEPS = "P0924" "no_steps" since "0.1.0" Error;
    NO_EFFECT = "P0925" "no_effect" since "0.1.0" Warn;
    CALIBRATED_MEMBERSHIP = "P0926" "calibrated_membership" since "0.1.0" Error;
    UNKNOWN_DAY = "P0927" "unknown_day" since "0.1.0" Error;
    NO_TIME = "P0928" "no_time" since "0.1.0" Error;
    MISPLACED_CLAUSE = "P0929" "unfit_clause" since "0.1.0" Error;
    NOT_AN_ATTRIBUTE = "P0930" "not_an_attribute" since "0.1.0" Error;
    UNREACHABLE_STEP = "P0931" "unreachable_step" since "0.1.0" Warn;
    INCOMPLETE_ROW = "P0932" "incomplete_row" since "0.1.0" Error;
    NOT_SETTABLE = "P0933" "not_settable" since "0.1.0" Error;
    TRIGGER_LOOP = "P0934" "trigger_loop" since "0.1.0" Error;
    WINDOW_NOT_HERE = "P0935" "window_not_here" since "0.1.0" Error;
    ENDLESS_WAIT = "P0936" "endless_wait" since "0.1.0" Error;
}

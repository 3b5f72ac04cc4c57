//! Codes about what follows from conditions: always and never, unreachable, exclusive (P1020 to P1029).

codes! {
    NEVER_HOLDS = "P1020" "never_holds" since "0.1.0" Warn;
    ALWAYS_HOLDS = "P1021" "always_holds" since "0.1.0" Warn;
    SUPERFLUOUS = "P1022" "superfluous_condition" since "0.1.0" Warn;
    UNREACHABLE_STAGE = "P1023" "unreachable_stage" since "0.1.0" Deny;
    UNREACHABLE_VARIANT = "P1024" "unreachable_variant" since "0.1.0" Error;
    UNREACHABLE_BRANCH = "P1025" "unreachable_branch" since "0.1.0" Warn;
    EXCLUSIVE_OVERLAP = "P1026" "exclusive_overlap" since "0.1.0" Error;
    EXCLUSIVE_UNPROVEN = "P1027" "exclusive_unproven" since "0.1.0" Warn;
    EXCLUSIVE_TOO_FEW = "P1028" "exclusive_too_few" since "0.1.0" Error;
    EXCLUSIVE_REPEATED = "P1029" "exclusive_repeated" since "0.1.0" Error;
}

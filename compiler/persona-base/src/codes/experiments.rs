//! Codes about experiments (P0980–P0999).

codes! {
    INCOMPLETE_EXPERIMENT = "P0980" "incomplete_experiment" since "0.1.0" Error;
    TOO_FEW_ARMS = "P0981" "too_few_arms" since "0.1.0" Error;
    ARM_WEIGHTS = "P0982" "arm_weights" since "0.1.0" Error;
    TOO_FINE = "P0983" "too_fine_share" since "0.1.0" Error;
    BAD_SHARE = "P0984" "bad_share" since "0.1.0" Error;
    UNKNOWN_HASH = "P0985" "unknown_hash" since "0.1.0" Error;
    BAD_SALT = "P0986" "bad_salt" since "0.1.0" Error;
    LAYER_OVERLAP = "P0987" "layer_overlap" since "0.1.0" Error;
    LAYER_MIXED = "P0988" "layer_mixed" since "0.1.0" Error;
    NOT_AN_EXPERIMENT = "P0989" "not_an_experiment" since "0.1.0" Error;
    SAME_ARMS = "P0990" "same_arms" since "0.1.0" Warn;
}

//! Codes about catalogs, purposes, channels and recommendations (P0900 to P0919).

codes! {
    CATALOG_KEY = "P0900" "catalog_key" since "0.1.0" Error;
    NOT_A_CATALOG = "P0901" "not_a_catalog" since "0.1.0" Error;
    CHANNEL_ADDRESS = "P0902" "channel_address" since "0.1.0" Error;
    REQUIRES_LACKING = "P0903" "requires_lacking" since "0.1.0" Error;
    REPEATED_CLAUSE = "P0904" "second_clause" since "0.1.0" Error;
    QUIET_HOURS = "P0905" "quiet_hours" since "0.1.0" Error;
    BAD_LIMIT = "P0906" "bad_limit" since "0.1.0" Error;
    NOT_A_CHANNEL = "P0907" "not_a_channel" since "0.1.0" Error;
    POINTLESS_CLAUSE = "P0908" "pointless_clause" since "0.1.0" Warn;
    TRANSACTIONAL_CLAUSE = "P0909" "transactional_clause" since "0.1.0" Error;
    PLAIN_REASON = "P0910" "plain_reason" since "0.1.0" Error;
    RECOMMEND_TYPE = "P0911" "recommend_type" since "0.1.0" Error;
    CLAUSE_LACKING = "P0912" "clause_lacking" since "0.1.0" Error;
    EXCLUDED_KEY = "P0913" "excluded_key" since "0.1.0" Error;
    RANK_KEY = "P0914" "rank_key" since "0.1.0" Error;
    TAKE_COUNT = "P0915" "take_count" since "0.1.0" Error;
    FALLBACK = "P0916" "fallback" since "0.1.0" Error;
    FALLBACK_SHORT = "P0917" "fallback_short" since "0.1.0" Error;
    PURPOSE_REQUIRES_NOTHING = "P0918" "purpose_requires_nothing" since "0.1.0" Error;
}

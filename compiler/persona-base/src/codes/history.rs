//! Codes about time, windows and event queries (P05xx).

codes! {
    MISPLACED_NOW = "P0501" "misplaced_now" since "0.1.0" Error;
    BAD_LENGTH = "P0502" "bad_length" since "0.1.0" Error;
    EMPTY_WINDOW = "P0503" "empty_window" since "0.1.0" Error;
    FUTURE_EVENTS = "P0504" "future_events" since "0.1.0" Error;
    QUERY_IN_WHERE = "P0505" "query_in_where" since "0.1.0" Error;
    WHERE_TAKES_TOO_MUCH = "P0506" "where_takes_too_much" since "0.1.0" Error;
    QUERY_WITHOUT_DID = "P0507" "query_without_did" since "0.1.0" Error;
    NOT_AN_EVENT = "P0508" "not_an_event" since "0.1.0" Error;
    NOT_A_QUERY = "P0509" "not_a_query" since "0.1.0" Error;
    FIELD_LACKING = "P0510" "field_lacking" since "0.1.0" Error;
    FIELD_NOT_COUNTED = "P0511" "field_not_counted" since "0.1.0" Error;
    SHARE_OF_ALL = "P0512" "share_of_all" since "0.1.0" Error;
    WINDOW_OF_LIST = "P0513" "window_of_list" since "0.1.0" Error;
    NOT_IN_TIME = "P0514" "not_in_time" since "0.1.0" Error;
    LATEST_OF_ONE = "P0515" "latest_of_one" since "0.1.0" Error;
    BAD_PER = "P0516" "bad_per" since "0.1.0" Error;
    TWO_WINDOWS = "P0517" "two_windows" since "0.1.0" Error;
    NEVER_SO_OFTEN = "P0518" "never_so_often" since "0.1.0" Error;
    NEGATED_SEQUENCE = "P0519" "negated_sequence" since "0.1.0" Error;
    TIMES_OF_SEQUENCE = "P0520" "times_of_sequence" since "0.1.0" Error;
}

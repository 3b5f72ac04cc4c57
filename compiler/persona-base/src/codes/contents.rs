//! Codes about content (P0950–P0979).

codes! {
    NO_OTHERWISE = "P0950" "no_otherwise" since "0.1.0" Error;
    EMPTY_SLOT = "P0951" "empty_slot" since "0.1.0" Error;
    UNKNOWN_SLOT = "P0952" "unknown_slot" since "0.1.0" Error;
    REPEATED_SLOT = "P0953" "repeated_slot" since "0.1.0" Error;
    NO_SLOTS = "P0954" "no_slots" since "0.1.0" Error;
    TEMPLATE_NOT_FOUND = "P0956" "template_not_found" since "0.1.0" Error;
    TEMPLATE_PATH = "P0957" "template_path" since "0.1.0" Error;
    BAD_LOCALE = "P0958" "bad_locale" since "0.1.0" Error;
    NO_LOCALE_FIELD = "P0959" "no_locale_field" since "0.1.0" Warn;
    CONTENT_CYCLE = "P0960" "content_cycle" since "0.1.0" Error;
    CONTENT_WITH_PARAMETERS = "P0961" "content_with_parameters" since "0.1.0" Error;
    RAW_HTML = "P0962" "raw_html" since "0.1.0" Warn;
    UNUSED_CONTENT = "P0963" "unused_content" since "0.1.0" Warn;
    SLOT_TYPE = "P0964" "slot_type" since "0.1.0" Error;
    PII_EXPOSED = "P0965" "pii_exposed" since "0.1.0" Warn;
}

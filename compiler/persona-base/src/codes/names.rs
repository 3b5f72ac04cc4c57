//! Codes about names: what they mean, and what they must not collide with (P02xx).

codes! {
    DUPLICATE_DECLARATION = "P0220" "duplicate_declaration" since "0.1.0" Error;
    DUPLICATE_FIELD = "P0221" "duplicate_field" since "0.1.0" Error;
    DUPLICATE_VALUE = "P0222" "duplicate_value" since "0.1.0" Error;
    DUPLICATE_PARAMETER = "P0223" "duplicate_parameter" since "0.1.0" Error;
    RESERVED_NAME = "P0224" "taken_name" since "0.1.0" Error;
    TYPE_CASE = "P0225" "type_case" since "0.1.0" Warn;
    NAME_CASE = "P0226" "name_case" since "0.1.0" Warn;
    UNKNOWN_TYPE = "P0227" "unknown_type" since "0.1.0" Error;
    TYPE_ARGUMENTS = "P0228" "type_arguments" since "0.1.0" Error;
    UNKNOWN_CURRENCY = "P0229" "unknown_currency" since "0.1.0" Error;
    UNKNOWN_ANNOTATION = "P0230" "unknown_annotation" since "0.1.0" Error;
    MISPLACED_ANNOTATION = "P0231" "misplaced_annotation" since "0.1.0" Error;
    UNUSED_PARAMETER = "P0232" "unused_parameter" since "0.1.0" Warn;
    NAME_COLLISION = "P0233" "name_collision" since "0.1.0" Error;
    DEFINITION_CYCLE = "P0235" "definition_cycle" since "0.1.0" Error;
    UNKNOWN_MEMBER = "P0236" "unknown_member" since "0.1.0" Error;
    UNUSED_DECLARATION = "P0237" "unused_declaration" since "0.1.0" Warn;
    UNUSED_SEGMENT = "P0238" "unused_segment" since "0.1.0" Warn;
    DEPRECATED_USE = "P0239" "deprecated_use" since "0.1.0" Warn;
    UNKNOWN_NAME = "P0250" "unknown_name" since "0.1.0" Error;
    AMBIGUOUS_NAME = "P0251" "ambiguous_name" since "0.1.0" Error;
    UNKNOWN_FIELD = "P0252" "unknown_field" since "0.1.0" Error;
    UNKNOWN_VALUE = "P0253" "unknown_value" since "0.1.0" Error;
    UNKNOWN_FUNCTION = "P0254" "unknown_function" since "0.1.0" Error;
    NOT_A_VALUE = "P0255" "not_a_value" since "0.1.0" Error;
    FIELDS_DIFFER = "P0256" "fields_differ" since "0.1.0" Error;
    NOT_IN_FUNCTION = "P0257" "not_in_function" since "0.1.0" Error;
    REPEATED_NAME = "P0258" "repeated_name" since "0.1.0" Error;
    COMES_LATER = "P0259" "comes_later" since "0.1.0" Error;
    NOT_A_SEGMENT = "P0260" "not_a_segment" since "0.1.0" Error;
}

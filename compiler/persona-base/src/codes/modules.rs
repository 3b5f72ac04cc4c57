//! Codes about modules, dependencies, and the lints that look after a package as a whole (P1030 to P1049).

codes! {
    UNKNOWN_MODULE = "P1030" "unknown_module" since "0.1.0" Error;
    UNKNOWN_IMPORT = "P1031" "unknown_import" since "0.1.0" Error;
    NAME_TAKEN = "P1032" "name_taken" since "0.1.0" Error;
    MODULE_AS_VALUE = "P1033" "module_as_value" since "0.1.0" Error;
    MODULE_DOES_NOT_FIT = "P1034" "module_does_not_fit" since "0.1.0" Error;
    UNUSED_USE = "P1035" "unused_use" since "0.1.0" Warn;
    UNSUPPORTED_IN_MODULE = "P1036" "unsupported_in_module" since "0.1.0" Error;
    MISSING_DEPENDENCY = "P1037" "missing_dependency" since "0.1.0" Error;
    DEPENDENCY_CYCLE = "P1038" "dependency_cycle" since "0.1.0" Error;
    DEPENDENCY_VERSIONS = "P1039" "dependency_versions" since "0.1.0" Error;
    DEPENDENCY_NAME = "P1040" "dependency_name" since "0.1.0" Error;
    UNUSED_DEPENDENCY = "P1041" "unused_dependency" since "0.1.0" Warn;
    UNUSED_ALLOW = "P1042" "unused_allow" since "0.1.0" Warn;
    SHADOWED_NAME = "P1043" "shadowed_name" since "0.1.0" Warn;
}

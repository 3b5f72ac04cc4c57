; What is coloured how. Where several patterns match a node, the later one counts.

; ---- names
(identifier) @variable

((identifier) @variable.builtin
  (#any-of? @variable.builtin "now" "today" "profile" "event"))

(member name: (identifier) @property)
(field name: (identifier) @property)
(slot name: (identifier) @property)
(slot_value name: (identifier) @property)
(source_field name: (identifier) @property)
(each_field name: (identifier) @property)
(source_option name: (identifier) @property)
(entry name: (identifier) @property)
(set_step field: (identifier) @property)
(parameter name: (identifier) @variable.parameter)
(argument name: (identifier) @variable.parameter)
(interpolation format: (identifier) @function)

(named_type name: (identifier) @type)
((named_type name: (identifier) @type.builtin)
  (#any-of? @type.builtin
    "Bool" "Int" "Float" "String" "Date" "TimeOfDay" "Timestamp" "Duration" "Period" "Length" "Geo" "TimeZone" "Locale"
    "Email" "Phone" "Url" "Html" "Money" "List" "Set" "Event" "Field"))

(profile name: (identifier) @type)
(event name: (identifier) @type)
(events name: (identifier) @type)
(events member: (identifier) @type)
(catalog name: (identifier) @type)
(enum name: (identifier) @type)
(source of: (identifier) @type)
(from_clause catalog: (identifier) @type)
(event_kind (identifier) @type)
(emit_step event: (identifier) @type)
(event_step event: (identifier) @type)
((member . (identifier) @type)
  (#match? @type "^[A-Z]"))

(enum_value name: (identifier) @constant)
(arm name: (identifier) @constant)
(const name: (identifier) @constant)
(stage name: (identifier) @constant)
(last_stage name: (identifier) @constant)
(variant name: (identifier) @constant)
((identifier) @constant
  (#match? @constant "^[A-Z][A-Z0-9_]+$"))

(segment name: (identifier) @function)
(partition name: (identifier) @function)
(trait name: (identifier) @function)
(fn name: (identifier) @function)
(trigger name: (identifier) @function)
(content name: (identifier) @function)
(recommend name: (identifier) @function)
(experiment name: (identifier) @function)
(channel name: (identifier) @function)
(purpose name: (identifier) @function)
(source name: (identifier) @function)
(send_step content: (identifier) @function)
(call function: (identifier) @function)
(call function: (member name: (identifier) @function.method))
((call function: (identifier) @function.builtin)
  (#any-of? @function.builtin
    "count" "sum" "avg" "min" "max" "distinct" "most_common" "top_share" "share" "gap" "first" "last" "nth" "age"
    "days_since" "days_until" "anniversary" "local" "distance" "geo" "ntile" "percentile" "sample" "column" "arm"))
(use path: (identifier) @module)
(annotation "@" @punctuation.special name: (identifier) @attribute)

; ---- words of the language
[
  "segment" "trait" "fn" "partition" "exclusive" "profile" "event" "events" "enum" "ordered"
  "const" "catalog" "source" "purpose" "channel" "trigger" "content" "recommend" "experiment"
  "test" "use"
] @keyword

[
  "across" "again" "ago" "all" "always" "among" "anniversary" "any" "arm" "arms" "as" "asc" "at"
  "because" "by" "calendar" "change" "check" "clear" "current" "defer" "desc" "did" "drop"
  "dropped" "each" "emit" "enter" "every" "exactly" "exclude" "expect" "for" "from" "full" "given"
  "goal" "group" "hash" "holdout" "ignore" "inactivity" "including" "last" "latest" "layer" "leave"
  "limit" "locale" "next" "nothing" "of" "on" "once" "otherwise" "over" "per" "prefer" "priority"
  "quiet" "rank" "reject" "requires" "restart" "salt" "send" "sent" "set" "skip" "stop" "take"
  "template" "this" "time" "times" "to" "until" "variant" "via" "wait" "warn" "when" "where"
  "within"
] @keyword

[(stop_step) (transactional_clause) (bound) (calendar_unit) (from_now)] @keyword

[
  "and" "or" "not" "in" "is" "between" "contains" "starts" "ends" "with" "matches" "before" "after"
  "div" "mod"
] @keyword.operator

[
  "if" "then" "else" "match"
] @keyword.conditional

; ---- literals
[(number) (quantity) (percentage) (duration) (money) (date) (time) (timestamp)] @number
(locale_tag) @string.special
[(true) (false)] @boolean
(missing) @constant.builtin
"known" @constant.builtin

(string) @string
(raw_string) @string.regexp
(escape) @string.escape
(interpolation "{" @punctuation.special "}" @punctuation.special) @none
(interpolation ":" @punctuation.special)

; ---- signs
["==" "!=" "=~" "<" "<=" ">" ">=" "+" "-" "*" "/" "??" "=" "=>" "->" "?"] @operator
["(" ")" "[" "]" "{" "}"] @punctuation.bracket
["," "." ":"] @punctuation.delimiter
(type_arguments ["<" ">"] @punctuation.bracket)

(comment) @comment
(doc_comment) @comment.documentation

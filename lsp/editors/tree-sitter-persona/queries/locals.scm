; Names that hold inside of one declaration only: parameters, the names behind `as`, elements of lists.
[
  (trait) (fn) (segment) (content) (recommend) (trigger) (quantifier) (did_expression) (query_argument)
] @local.scope

(parameter name: (identifier) @local.definition.parameter)
(query alias: (identifier) @local.definition.var)
(query_argument alias: (identifier) @local.definition.var)
(on_clause alias: (identifier) @local.definition.var)
(send_step alias: (identifier) @local.definition.var)
(quantifier item: (identifier) @local.definition.var)

(identifier) @local.reference

[(trait) (fn) (segment) (content) (recommend) (trigger) (quantifier) (did_expression) (query_argument)] @local.scope

(parameter name: (identifier) @local.definition)
(query alias: (identifier) @local.definition)
(query_argument alias: (identifier) @local.definition)
(quantifier item: (identifier) @local.definition)

(identifier) @local.reference

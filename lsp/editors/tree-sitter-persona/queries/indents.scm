; One level inside of every pair of brackets.
[
  (table_body) (enum) (source) (each) (segment) (partition) (exclusive) (purpose) (channel) (trigger) (block) (content)
  (slots) (recommend) (experiment) (arms_clause) (test) (match_expression) (record) (record_type) (list) (arguments)
  (parameters) (parenthesized)
] @indent.begin
["}" "]" ")"] @indent.branch @indent.end
[(comment) (doc_comment)] @indent.auto
(string) @indent.ignore

; What can be folded: whatever has braces, brackets or several lines.
[
  (table_body) (enum) (source) (each) (segment) (partition) (exclusive) (purpose) (channel) (trigger) (block) (content)
  (slots) (recommend) (experiment) (arms_clause) (test) (match_expression) (record) (record_type) (list) (arguments)
  (parenthesized)
] @fold
(doc_comment)+ @fold
(comment)+ @fold

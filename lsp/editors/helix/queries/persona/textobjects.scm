; `]f` and `maf` go by whole declarations, `]a` and `mia` by arguments and parameters.
(declaration) @function.around
(parameter) @parameter.inside
(argument) @parameter.inside
(comment) @comment.inside
(comment)+ @comment.around
(doc_comment)+ @comment.around
(test) @test.around

"""Programs in scalars, vectors and matrices: what they compute line by line, and how a cotangent is pulled back.

    program   one operation a line, every line with its shape
    shapes    operation → the shape of its result, or why there is none
    values    operation → its value
    pullbacks operation → what reaches its arguments
    letters   the same in letters, entry by entry

How an operation is typed stands in ``core.grammar.tensors``, how torch writes it in ``core.code.tensors``.
"""

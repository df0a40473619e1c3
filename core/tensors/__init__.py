"""Programs in scalars, vectors and matrices: what they compute line by line, and how a cotangent is pulled back.

    program   one operation a line, every line with its shape
    shapes    operation → the shape of its result, or why there is none
    entries   entry by entry: a function of the tree over floats, rationals or letters
    matrices  products, determinants and inverses of each of them
    values    operation → its value
    slopes    what goes entry by entry → its derivative, as a formula
    pullbacks operation → what reaches its arguments
    symbols   arithmetic on trees, as entries of arrays
    letters   derivatives in letters, by the rules of values and pullbacks

How an operation is typed stands in ``core.grammar.tensors``, how torch writes it in ``core.code.tensors``.
"""

"""c = a·b as any other map: its outputs are the c_ij, its inputs the entries of a or b, both row by row.

SymPy derives it and its rows are weighted as everywhere. The closed form of ``explanation`` is the fast path to the
same rows, and is tested equal to them.
"""

from __future__ import annotations

from dataclasses import replace
from functools import reduce

from core.expression.tree import Node
from core.kinds.derived import derive
from core.kinds.matmul.explanation import MatmulExplanation, constants
from core.kinds.matmul.matrices import flat
from core.maps import Map, Pullback, pull_back

Nodes = list[list[Node]]


def general(e: MatmulExplanation) -> tuple[Map, Pullback]:
    """The map by e's ``wrt``, the other matrix being constant, and v pulled back through it. Raises as ``derive``."""
    wrt = e.problem.wrt
    known = dict(zip("abv", constants(e.problem), strict=True))
    letters = [[Node("name", text=f"{wrt}{p + 1}{q + 1}") for q in range(len(row))] for p, row in enumerate(known[wrt])]
    a, b = (letters if letter == wrt else known[letter] for letter in "ab")
    point = tuple(flat(e.b if wrt == "b" else e.a))
    at = derive(_product(a, b), tuple(node.text for node in flat(letters)), point, tuple(flat(known[wrt])), wrt)
    shaped = replace(at, input_shape=(len(letters), len(letters[0])), output_shape=(len(e.c), len(e.c[0])))
    return shaped, pull_back(tuple(flat(e.v)), shaped)


def _product(a: Nodes, b: Nodes) -> tuple[Node, ...]:
    """Every c_ij as the sum of its terms."""
    columns = list(zip(*b, strict=True))
    return tuple(
        reduce(lambda sum_, term: Node("+", (sum_, term)), [Node("*", pair) for pair in zip(row, column, strict=True)])
        for row in a
        for column in columns
    )

"""The notebook of y = x²."""

from __future__ import annotations

from core.kinds.square import equations
from core.kinds.square.explanation import SquareExplanation

from core.code.sympy import vector_source
from core.export.cells import Cells, again, derivation, expected
from core.kinds.constants import constant
from core.maps import floats


def cells(e: SquareExplanation, lang: str) -> Cells:
    x, one = constant(e.problem.x, "x").node, constant("1", "v").node
    listing = vector_source(e.map.outputs, e.map.inputs, [x], [one])
    derive = derivation(lang, e.verdict, listing, "derived = list(vJ.subs(at).subs(at_v))\n")
    asserted = expected(lang, e.verdict, floats(e.pullback.total), *again("f(x)", e.torch.depends))
    return Cells("y = x^2", list(equations.shown(e)), derive, e.torch.source, asserted)

"""The notebook of y = f(x)."""

from __future__ import annotations

from core.code.sympy import vector_source
from core.export.cells import Cells, again, asserted_jacobian, derivation, expected
from core.kinds.vector import equations
from core.kinds.vector.explanation import VectorExplanation, constants
from core.maps import floats
from core.notation import pieces
from core.wording import say


def cells(e: VectorExplanation, lang: str) -> Cells:
    """Its parts in a language."""
    here, pulled = e.map, e.pullback
    jacobian = asserted_jacobian("f", "x", "J.subs(at)", [n.value for row in here.jacobian_at for n in row])
    listing = vector_source(here.outputs, here.inputs, *constants(e.problem.point, e.problem.cotangent))
    return Cells(
        say(lang, "export.title.vjp"),
        [
            *pieces.outputs(here),
            equations.jacobian(here, pulled.weights),
            equations.weighted_sum(here, pulled),
        ],
        derivation(lang, e.verdict, listing, "derived = list(vJ.subs(at).subs(at_v))\n"),
        e.torch.source,
        expected(lang, e.verdict, floats(pulled.total), *again("f(x)", e.torch.depends), jacobian),
    )

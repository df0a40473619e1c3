"""The notebook of y = f(x)."""

from __future__ import annotations

from core.code.sympy import vector_source
from core.export.cells import Cells, again, asserted_jacobian, expected, guarded
from core.kinds.vector import equations
from core.kinds.vector.explanation import VectorExplanation, constants
from core.maps import floats
from core.notation import pieces
from core.wording import explain_note, say


def cells(e: VectorExplanation, lang: str) -> Cells:
    """Its parts in a language."""
    here, pulled = e.map, e.pullback
    calm = e.verdict.torch.agrees and not e.verdict.notes
    wanted = floats(pulled.total) if calm else e.torch.vjp
    reasons = [explain_note(lang, note.code, note.facts, note.place) for note in e.verdict.notes]
    jacobian = asserted_jacobian("f", "x", "J.subs(at)", [n.value for row in here.jacobian_at for n in row])
    listing = vector_source(here.outputs, here.inputs, *constants(e.problem.point, e.problem.cotangent))
    return Cells(
        say(lang, "export.title.vjp"),
        [
            *(pieces.output(i, node) for i, node in enumerate(here.outputs)),
            equations.jacobian(here, pulled.weights),
            equations.weighted_sum(here, pulled),
        ],
        listing + "derived = list(vJ.subs(at).subs(v))\n" if calm else guarded(lang, listing),
        e.torch.source,
        expected(lang, *again("f(x)", e.torch.depends), wanted, wanted if calm else None, reasons, jacobian),
    )

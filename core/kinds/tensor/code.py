"""The notebook of an expression in matrices."""

from __future__ import annotations

from core.code.tensors import identifiers
from core.export.cells import Cells, expected
from core.kinds.tensor import equations
from core.kinds.tensor.arrays import floats
from core.kinds.tensor.explanation import TensorExplanation
from core.kinds.tensor.slides import title


def cells(e: TensorExplanation, lang: str) -> Cells:
    """Its parts in a language."""
    names = identifiers(e.program)
    wrt = names[e.at]
    given = ", ".join(names[at] for at in range(len(e.program.inputs)))
    total = floats(e.total).ravel().tolist()
    if e.torch.grads[e.at] is None:
        again, found = "", f"torch.zeros_like({wrt}).flatten().tolist()"
    else:
        again, found = f"{wrt}.grad = None\nf({given}).backward(v)\n", f"{wrt}.grad.flatten().tolist()"
    cards = f"cards = torch.func.jacrev(f, argnums={e.at})({given}).reshape(v.numel(), -1).detach()\n"
    added = "derived = (v.reshape(-1, 1) * cards).sum(dim=0).tolist()\n"
    return Cells(
        title(e, lang),
        equations.shown(e),
        "",
        e.torch.source,
        expected(lang, e.verdict, total, again + cards + added, found, agreed="cards"),
    )

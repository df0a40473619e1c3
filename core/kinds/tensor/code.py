"""The notebook of an expression in matrices: SymPy derives it where its entries can be written out."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from core.code.sympy import vector_source
from core.code.tensors import identifiers
from core.export.cells import Cells, derivation, expected
from core.expression.text import to_text
from core.expression.tree import Node
from core.kinds.constants import constant
from core.kinds.tensor import equations
from core.kinds.tensor.arrays import floats
from core.kinds.tensor.explanation import TensorExplanation, entry_names
from core.kinds.tensor.slides import title
from core.problem import ProblemError, Tensor
from core.tensors.letters import full

MOST_CHARACTERS = 6000  # of all entries; SymPy differentiates them in a few seconds


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
    listing = _listing(e)
    if not listing:
        again += f"cards = torch.func.jacrev(f, argnums={e.at})({given}).reshape(v.numel(), -1).detach()\n"
        again += "derived = (v.reshape(-1, 1) * cards).sum(dim=0).tolist()\n"
    return Cells(
        title(e, lang),
        equations.shown(e),
        listing and derivation(lang, e.verdict, listing, "derived = list(vJ.subs(at).subs(at_v))\n"),
        e.torch.source,
        expected(lang, e.verdict, total, again, found, agreed="same" if listing else "cards"),
    )


def _listing(e: TensorExplanation) -> str:
    """Every output as a formula in the entries of wrt, for SymPy; nothing where those are too long."""
    numbers = {
        name: constant(text, "").node
        for one, (_, typed) in zip(e.program.inputs, e.problem.inputs, strict=True)
        for name, text in zip(entry_names(one.name, one.shape), _flat(typed), strict=True)
    }
    letters = entry_names(e.wrt, e.wrt_shape)
    known = {name: node for name, node in numbers.items() if name not in letters}
    try:
        outputs = [_filled(full(e.program, k), known) for k in range(len(e.places))]
    except ProblemError:
        return ""
    if sum(len(to_text(node)) for node in outputs) > MOST_CHARACTERS:
        return ""
    weights = [constant(text, "").node for text in _flat(e.problem.v or ())]
    return vector_source(outputs, letters, [numbers[name] for name in letters], weights)


def _flat(typed: Tensor) -> list[str]:
    """The entries of a tensor, row by row."""
    return [str(text) for text in np.ravel(np.array(typed, dtype=object))]


def _filled(node: Node, known: dict[str, Node]) -> Node:
    """A formula with numbers for the letters that are known."""
    if node.op == "name":
        return known.get(node.text, node)
    return replace(node, args=tuple(_filled(arg, known) for arg in node.args)) if node.args else node

"""The notebook of x → y → z, or longer."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from core.code.sympy import constant_list, coordinates, expression
from core.code.torch import CHAIN_FUNCTIONS
from core.export.cells import Cells, again, asserted_jacobian, derivation, expected, number_list
from core.kinds.chain import equations
from core.kinds.chain.explanation import ChainExplanation
from core.kinds.vector.explanation import constants
from core.maps import Map, floats
from core.wording import say


def cells(e: ChainExplanation, lang: str) -> Cells:
    """Its parts in a language."""
    return Cells(
        say(lang, "export.title.chain"),
        [*equations.outputs(e), equations.chain_backward(e)],
        derivation(lang, e.verdict, _listing(e), "derived = list(x_grad)\n"),
        e.torch.source,
        expected(lang, e.verdict, floats(e.pullback.total), *_again(e), _asserted_stages(e)),
    )


def _again(e: ChainExplanation) -> tuple[str, str]:
    """One more backward pass that keeps the .grad of every stage, and what it leaves at x."""
    _, found = again("", e.torch.depends)
    return _again_through(e) if e.torch.depends else "", found


def _again_through(e: ChainExplanation) -> str:
    """One more backward pass that keeps the .grad of every stage."""
    lines = ["x.grad = None\n"]
    for function, (lower, upper) in zip(CHAIN_FUNCTIONS, pairwise(e.letters), strict=False):
        lines.append(f"{upper} = {function}({lower})\n{upper}.retain_grad()\n")
    return "".join([*lines, f"{e.letters[-1]}.backward(v)\n"])


def _asserted_stages(e: ChainExplanation) -> list[str]:
    """y.grad and its like (x.grad is asserted already), and the Jacobian of every stage."""
    asserted = []
    for s, at in enumerate(e.maps if e.torch.depends else ()):
        lower, upper = e.letters[s], e.letters[s + 1]
        total = number_list(floats(e.pullbacks[s].total))
        for found in (f"{lower}.grad.tolist()", f"{lower}_grad") if s else ():
            asserted.append(f"assert close({found}, {total}), {found}\n")
        derived, entries = f"J_{lower}{upper}.subs(here_{lower})", [n.value for row in at.jacobian_at for n in row]
        asserted += asserted_jacobian(CHAIN_FUNCTIONS[s], lower, derived, entries)
    return asserted


def _listing(e: ChainExplanation) -> str:
    """Forward through the stages, keeping the values; backward with one Jacobian at a time."""
    point, weights = constants(e.problem.point, e.problem.cotangent)
    at_x = coordinates(e.whole.outputs, e.inner.inputs, point)
    start = f"import sympy as sp\n{_symbols('x', e.inner.inputs)}at_x = {at_x}\n"
    stages = [*zip(e.maps, pairwise(e.letters), strict=True)]
    forward = [
        ("" if lower == "x" else _symbols(lower, at.inputs)) + _forward(at, lower, upper)
        for at, (lower, upper) in stages
    ]
    cotangents = [*(f"{upper}_grad" for _, (_, upper) in stages[:-1]), "v"]
    backward = [
        f"{lower}_grad = {cotangent} * J_{lower}{upper}.subs(here_{lower})\nprint({lower}_grad)\n"
        for (_, (lower, upper)), cotangent in zip(stages, cotangents, strict=True)
    ]
    return "".join([start, *forward, f"v = sp.Matrix([{constant_list(weights)}])\n", *reversed(backward)])


def _forward(at: Map, lower: str, upper: str) -> str:
    """One stage, its values and its Jacobian."""
    places = {name: f"{lower}[{k}]" for k, name in enumerate(at.inputs)}
    rows = "".join(f"    {expression(node, places)},\n" for node in at.outputs)
    return f"""\
{upper}_of_{lower} = sp.Matrix([
{rows}])
here_{lower} = dict(zip({lower}, at_{lower}))
at_{upper} = list({upper}_of_{lower}.subs(here_{lower}))
J_{lower}{upper} = {upper}_of_{lower}.jacobian({lower})
print(J_{lower}{upper})

"""


def _symbols(letter: str, names: Sequence[str]) -> str:
    quoted = ", ".join(f'"{name}"' for name in names)
    return f"{letter} = sp.symbols([{quoted}], real=True)\n"

"""What a notebook and a script hold: SymPy derives, PyTorch checks, and the numbers of the slide are asserted."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from core import grammar
from core.code import sympy as derivation
from core.code.sympy import expression
from core.code.torch import CHAIN_FUNCTIONS, literal
from core.expression.tree import Node
from core.kinds.chain import equations as chain_equations
from core.kinds.explain import ChainExplanation, Explanation, Map, VectorExplanation
from core.kinds.matmul import equations as matmul_equations
from core.kinds.matmul.explanation import MatmulExplanation
from core.kinds.vector import equations as vector_equations
from core.notation.tree import Line
from core.numbers.exact import Number
from core.problem import Matrix
from core.slides.words import matmul_title
from core.wording import explain_note, say


@dataclass(frozen=True)
class Part:
    """One cell. ``kind`` is "heading", "words", "equation" (a Line of the document tree) or "code"."""

    kind: str
    text: str = ""
    equation: Line | None = None


def parts(explanation: Explanation, lang: str, link: str) -> tuple[Part, ...]:
    """The cells in their order; run one after the other in one namespace they reproduce the numbers or fail."""
    title, equations_, derive, torch, expected = SOURCES[type(explanation)](explanation, lang)
    asserted = say(lang, "export.script.assert")
    return (
        Part("heading", title),
        Part("words", say(lang, "export.script.open", link=link)),
        *(Part("equation", equation=equation) for equation in equations_),
        Part("heading", say(lang, "export.script.derive")),
        *derive,
        Part("heading", say(lang, "export.script.torch")),
        Part("code", torch),
        Part("heading", asserted),
        *expected,
    )


Told = tuple[str, Sequence[Line], Sequence[Part], str, Sequence[Part]]

CLOSE = '''\
def close(found, wanted):
    """Equal but for rounding; nan equals nan."""
    pairs = zip(map(float, found), wanted, strict=True)
    return all(p == q or (p != p and q != q) or abs(p - q) <= 1e-9 * max(1, abs(p), abs(q)) for p, q in pairs)

'''


def _numbers(values: Sequence[float]) -> str:
    """A list that Python reads, also of nan and infinities."""
    return f"[{', '.join(map(literal, values))}]"


def _constants(texts: Sequence[str], field: str) -> list[Node]:
    return [grammar.constant(text, field=field, index=k) for k, text in enumerate(texts)]


def _expected(
    lang: str,
    again: str,
    found: str,
    wanted: Sequence[float],
    derived: Sequence[float] | None,
    reasons: Sequence[str],
    further: Sequence[str] = (),
) -> tuple[Part, ...]:
    """The cell that asserts: ``again`` is one more backward pass, ``found`` what it left, ``wanted`` its numbers.

    ``derived`` is what SymPy's numbers are compared with; None: they are not, for ``reasons``. ``further`` asserts
    what else stands on the slide.
    """
    checks = [again, f"assert close({found}, {_numbers(wanted)}), {found}\n"]
    if derived is not None:
        checks += [f"assert close(derived, {_numbers(derived)}), derived\n", *further]
    said = say(lang, "export.script.same" if derived is not None else "export.script.torch_only")
    code = Part("code", CLOSE + "".join(checks) + f'print("{said}")\n')
    if derived is not None:
        return (code,)
    return (Part("words", " ".join([say(lang, "export.script.differ"), *reasons])), code)


# ── y = f(x) ─────────────────────────────────────────────────────────────────────────────────────────────


def _vector(e: VectorExplanation, lang: str) -> Told:
    here, pulled = e.map, e.pullback
    point = _constants([text for _, text in e.problem.point or ()], "at")
    weights = _constants(e.problem.cotangent or (), "v")
    listing = derivation.vector_source(here.outputs, here.inputs, point, weights)
    calm = e.verdict.torch.agrees and not e.verdict.notes
    derive = [Part("code", listing + ("derived = list(vJ.subs(at).subs(v))\n" if calm else ""))]
    wanted = _floats(pulled.total) if calm else e.torch.vjp
    reasons = [explain_note(lang, note.code, note.facts, note.place) for note in e.verdict.notes]
    again, grad = _again("f(x)", e.torch.depends)
    jacobian = _asserted_jacobian("f", "x", "J.subs(at)", here)
    return (
        say(lang, "export.title.vjp"),
        [
            *(vector_equations.output(i, node) for i, node in enumerate(here.outputs)),
            vector_equations.jacobian(here, pulled.weights),
            vector_equations.weighted_sum(here, pulled),
        ],
        derive,
        e.torch.source,
        _expected(lang, again, grad, wanted, wanted if calm else None, reasons, jacobian),
    )


def _asserted_jacobian(function: str, letter: str, derived: str, at: Map) -> list[str]:
    """The Jacobian of a function at its point, by PyTorch and by SymPy."""
    entries = _numbers([n.value for row in at.jacobian_at for n in row])
    theirs = f"torch.func.jacrev({function})({letter}.detach()).flatten().tolist()"
    return [f"assert close({found}, {entries}), {found}\n" for found in (theirs, derived)]


def _again(output: str, depends: bool) -> tuple[str, str]:
    """One more backward pass and what it leaves; .grad stays None, which means zero, where there is no graph."""
    if not depends:
        return "", "torch.zeros_like(x).tolist()"
    return f"x.grad = None\n{output}.backward(v)\n", "x.grad.tolist()"


def _floats(values: Sequence[Number]) -> tuple[float, ...]:
    return tuple(n.value for n in values)


# ── x → y → z ────────────────────────────────────────────────────────────────────────────────────────────


def _chain(e: ChainExplanation, lang: str) -> Told:
    calm = e.verdict.torch.agrees and not e.verdict.notes
    derived = "derived = list(x_grad)\n" if calm else ""
    reasons = [explain_note(lang, note.code, note.facts, note.place) for note in e.verdict.notes]
    composed = "x"
    for function in CHAIN_FUNCTIONS[: len(e.maps)]:
        composed = f"{function}({composed})"
    again, grad = _again(composed, e.torch.depends)
    further = []
    if e.torch.depends:
        again, further = _again_through(e), _asserted_stages(e)
    wanted = _floats(e.pullback.total) if calm else e.torch.vjp
    outputs = [
        vector_equations.output(i, node, e.letters[s + 1])
        for s, at in enumerate(e.maps)
        for i, node in enumerate(at.outputs)
    ]
    return (
        say(lang, "export.title.chain"),
        [*outputs, chain_equations.chain_backward(e)],
        [Part("code", _chain_listing(e) + derived)],
        e.torch.source,
        _expected(lang, again, grad, wanted, wanted if calm else None, reasons, further),
    )


def _again_through(e: ChainExplanation) -> str:
    """One more backward pass that keeps the .grad of every stage."""
    lines = ["x.grad = None\n"]
    for function, (lower, upper) in zip(CHAIN_FUNCTIONS, pairwise(e.letters), strict=False):
        lines.append(f"{upper} = {function}({lower})\n{upper}.retain_grad()\n")
    return "".join([*lines, f"{e.letters[-1]}.backward(v)\n"])


def _asserted_stages(e: ChainExplanation) -> list[str]:
    """y.grad and its like (x.grad is asserted already), and the Jacobian of every stage."""
    asserted = []
    for s, at in enumerate(e.maps):
        lower, upper = e.letters[s], e.letters[s + 1]
        total = _numbers(_floats(e.pullbacks[s].total))
        for found in (f"{lower}.grad.tolist()", f"{lower}_grad") if s else ():
            asserted.append(f"assert close({found}, {total}), {found}\n")
        asserted += _asserted_jacobian(CHAIN_FUNCTIONS[s], lower, f"J_{lower}{upper}.subs(here_{lower})", at)
    return asserted


def _chain_listing(e: ChainExplanation) -> str:
    """Forward through the stages, keeping the values; backward with one Jacobian at a time."""
    point = _constants([text for _, text in e.problem.point or ()], "at")
    weights = _constants(e.problem.cotangent or (), "v")
    lines = ["import sympy as sp\n", _symbols(e.letters[0], e.inner.inputs), f"at_{e.letters[0]} = {_list(point)}\n"]
    for s, at in enumerate(e.maps):
        lower, upper = e.letters[s], e.letters[s + 1]
        places = {name: f"{lower}[{k}]" for k, name in enumerate(at.inputs)}
        rows = "".join(f"    {expression(node, places)},\n" for node in at.outputs)
        if s:
            lines.append(_symbols(lower, at.inputs))
        lines += [
            f"{upper}_of_{lower} = sp.Matrix([\n{rows}])\n",
            f"here_{lower} = dict(zip({lower}, at_{lower}))\n",
            f"at_{upper} = list({upper}_of_{lower}.subs(here_{lower}))\n",
            f"J_{lower}{upper} = {upper}_of_{lower}.jacobian({lower})\n",
            f"print(J_{lower}{upper})\n\n",
        ]
    cotangent = "v"
    lines.append(f"{cotangent} = sp.Matrix([{_list(weights)}])\n")
    for s in reversed(range(len(e.maps))):
        lower, upper = e.letters[s], e.letters[s + 1]
        lines.append(f"{lower}_grad = {cotangent} * J_{lower}{upper}.subs(here_{lower})\nprint({lower}_grad)\n")
        cotangent = f"{lower}_grad"
    return "".join(lines)


def _symbols(letter: str, names: Sequence[str]) -> str:
    quoted = ", ".join(f'"{name}"' for name in names)
    return f"{letter} = sp.symbols([{quoted}], real=True)\n"


def _list(numbers: Sequence[Node]) -> str:
    return f"[{', '.join(expression(node, {}) for node in numbers)}]"


# ── c = a·b ──────────────────────────────────────────────────────────────────────────────────────────────


def _matmul(e: MatmulExplanation, lang: str) -> Told:
    wrt, problem = e.problem.wrt, e.problem
    grad = e.grad(wrt)
    listing = derivation.matmul_source(_rows(problem.a, "a"), _rows(problem.b, "b"), _rows(problem.v or (), "v"))
    other = "a" if wrt == "b" else "b"  # what the derivative by wrt is made of
    derived = f"derived = list({wrt}_grad.subs(at_{other}).subs(at_v))\n"
    flat = [n.value for row in grad for n in row]
    again = "a.grad = b.grad = None\n(a @ b).backward(v)\n"  # the listing may have gone on to other weights
    return (
        matmul_title(e, lang),
        [
            matmul_equations.product(e),
            matmul_equations.upstream(e),
            matmul_equations.gradient_sum_symbols(e, wrt),
            matmul_equations.gradient(e, wrt),
        ],
        [Part("code", listing + derived)],
        e.torch.source,
        _expected(lang, again, f"{wrt}.grad.flatten().tolist()", flat, flat, ()),
    )


def _rows(matrix: Matrix, field: str) -> list[list[Node]]:
    return [_constants(row, field) for row in matrix]


SOURCES: dict[type[Explanation], Callable[..., Told]] = {
    VectorExplanation: _vector,
    ChainExplanation: _chain,
    MatmulExplanation: _matmul,
}

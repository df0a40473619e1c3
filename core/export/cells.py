"""What a notebook and a script hold: SymPy derives, PyTorch checks, and the numbers of the slide are asserted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from textwrap import indent

from core.code.torch import literal
from core.notation.tree import Line
from core.wording import say


@dataclass(frozen=True)
class Part:
    """One cell. ``kind`` is "heading", "words", "equation" (a Line of the document tree) or "code"."""

    kind: str
    text: str = ""
    equation: Line | None = None


@dataclass(frozen=True)
class Cells:
    """What a kind has for a notebook: a title, equations, code that derives, torch's listing, and what is asserted."""

    title: str
    equations: Sequence[Line]
    derive: str
    torch: str
    expected: Sequence[Part]


def notebook_cells(cells: Cells, lang: str, link: str) -> tuple[Part, ...]:
    """The cells in their order; run one after the other in one namespace they reproduce the numbers or fail."""
    return (
        Part("heading", cells.title),
        Part("words", say(lang, "export.script.open", link=link)),
        *(Part("equation", equation=equation) for equation in cells.equations),
        Part("heading", say(lang, "export.script.derive")),
        Part("code", cells.derive),
        Part("heading", say(lang, "export.script.torch")),
        Part("code", cells.torch),
        Part("heading", say(lang, "export.script.assert")),
        *cells.expected,
    )


CLOSE = '''\
def close(found, wanted):
    """Equal but for rounding; nan equals nan."""
    pairs = zip(map(float, found), wanted, strict=True)
    return all(p == q or (p != p and q != q) or abs(p - q) <= 1e-9 * max(1, abs(p), abs(q)) for p, q in pairs)

'''


def number_list(values: Sequence[float]) -> str:
    """A list that Python reads, also of nan and infinities."""
    return f"[{', '.join(map(literal, values))}]"


def expected(
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
    checks = [again, f"assert close({found}, {number_list(wanted)}), {found}\n"]
    if derived is not None:
        checks += [f"assert close(derived, {number_list(derived)}), derived\n", *further]
    said = say(lang, "export.script.same" if derived is not None else "export.script.torch_only")
    code = Part("code", CLOSE + "".join(checks) + f'print("{said}")\n')
    if derived is not None:
        return (code,)
    return (Part("words", " ".join([say(lang, "export.script.differ"), *reasons])), code)


def asserted_jacobian(function: str, letter: str, derived: str, entries: Sequence[float]) -> list[str]:
    """The Jacobian of a function at its point, by PyTorch and by SymPy; ``entries`` row by row."""
    theirs = f"torch.func.jacrev({function})({letter}.detach()).flatten().tolist()"
    return [f"assert close({found}, {number_list(entries)}), {found}\n" for found in (theirs, derived)]


def guarded(lang: str, listing: str) -> str:
    """A listing that may meet numbers SymPy cannot compare or divide by: then it says so instead of ending there."""
    said = say(lang, "export.script.no_number")
    return (
        f"try:\n{indent(listing, '    ')}"
        f'except (ArithmeticError, AttributeError, TypeError, ValueError) as reason:\n    print("{said}", reason)\n'
    )


def again(output: str, depends: bool) -> tuple[str, str]:
    """One more backward pass and what it leaves; .grad stays None, which means zero, where there is no graph."""
    if not depends:
        return "", "torch.zeros_like(x).tolist()"
    return f"x.grad = None\n{output}.backward(v)\n", "x.grad.tolist()"

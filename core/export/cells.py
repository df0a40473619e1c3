"""What a notebook and a script hold: SymPy derives, PyTorch checks, and the numbers of the slide are asserted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from textwrap import indent

from core.code.torch import literal
from core.engines.verdict import Verdict
from core.notation.tree import Line
from core.slides.words import reasons_of, said_of
from core.wording import comments, say


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
        Part("code", comments(lang, cells.derive)),
        Part("heading", say(lang, "export.script.torch")),
        Part("code", comments(lang, cells.torch)),
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


def derivation(lang: str, verdict: Verdict, listing: str, derived: str) -> str:
    """SymPy's listing, and its numbers under the name ``derived`` where they are compared."""
    if is_compared(verdict):
        return listing + derived
    steps = any(name in listing for name in ("sp.Max(", "sp.Min("))
    return (f"# {say(lang, 'check.heaviside')}\n" if steps else "") + guarded(lang, listing)


def is_compared(verdict: Verdict) -> bool:
    """Whether SymPy's numbers are PyTorch's, and nothing stands in the way of saying so."""
    return verdict.torch.agrees and not verdict.notes


def expected(
    lang: str,
    verdict: Verdict,
    total: Sequence[float],
    again: str,
    found: str,
    further: Sequence[str] = (),
    agreed: str = "same",
) -> tuple[Part, ...]:
    """The verdict, and the cell that asserts: ``again`` is one more backward pass, ``found`` what it left.

    ``total`` is the gradient of the slide, and with it ``derived``, SymPy's, is compared as well; ``further`` asserts
    what else stands on the slide. Where a difference has its reasons only PyTorch's own numbers are asserted.
    ``agreed`` is the key of what is said where all of them agree.
    """
    said = Part("words", said_of(verdict, lang))
    if not is_compared(verdict):
        words = " ".join([say(lang, "export.script.differ"), *reasons_of(verdict, lang)])
        checks = [again, f"assert close({found}, {number_list(verdict.torch.vjp)}), {found}\n"]
        return said, Part("words", words), _asserting(checks, say(lang, "export.script.torch_only"))
    numbers = number_list(total)
    checks = [again, *(f"assert close({one}, {numbers}), {one}\n" for one in (found, "derived")), *further]
    return said, _asserting(checks, say(lang, f"export.script.{agreed}"))


def _asserting(checks: Sequence[str], said: str) -> Part:
    return Part("code", CLOSE + "".join(checks) + f'print("{said}")\n')


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

"""Document tree → LaTeX that KaTeX accepts without trust: no HTML, no links, no macros, nothing typed."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from core.expression.operations import FUNCTIONS
from core.expression.tree import Node
from core.notation.palette import Palette
from core.notation.tree import (
    Band,
    Boxed,
    Expression,
    Hidden,
    Hued,
    Line,
    Matrix,
    Piece,
    Symbol,
    Under,
    Value,
)
from core.numbers.exact import Number
from core.numbers.notation import decimal, exact_node

# ── Expressions ──────────────────────────────────────────────────────────────────────────────────────────

GREEK = frozenset(
    "alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi rho sigma tau upsilon phi chi psi "
    "omega Gamma Delta Theta Lambda Xi Sigma Upsilon Phi Psi Omega".split()
)
SPELLINGS = {"lam": "lambda"}  # what Python lets one write for a keyword
POWERED = frozenset("sin cos tan sinh cosh tanh log".split())  # sin²(x) rather than (sin x)²
CONSTANTS = {"pi": r"\pi"}
SIGNS = {"<": "<", "<=": r"\le", ">": ">", ">=": r"\ge", "==": "=", "!=": r"\ne"}
OPPOSITE = {"<": ">=", "<=": ">", ">": "<=", ">=": "<", "==": "!=", "!=": "=="}

SUM, PRODUCT, POWER, ATOM = 1, 2, 3, 4  # how tightly a piece of LaTeX holds together


def name(text: str) -> str:
    """A variable: x1 → x_{1}, alpha2 → \\alpha_{2}, loss → \\mathrm{loss}, x_n_1 → x_{n,1}, Deltat → \\Delta t."""
    first, *below = text.split("_")
    letters = first.rstrip("0123456789")
    index = ",".join(filter(None, (first[len(letters) :], *map(_letters, below))))
    if letters.startswith("Delta") and len(letters) > len("Delta"):
        base = rf"\Delta {_letters(letters.removeprefix('Delta'))}"
    else:
        base = _letters(letters)
    return f"{base}_{{{index}}}" if index else base


def _letters(letters: str) -> str:
    spelled = SPELLINGS.get(letters, letters)
    if spelled in GREEK:
        return rf"\{spelled}"
    return letters if len(letters) == 1 or letters.isdigit() else rf"\mathrm{{{letters}}}"


def expression(node: Node) -> str:
    """An expression in the order in which the tree has it."""
    return _print(node)[0]


def _print(node: Node) -> tuple[str, int]:
    return PRINTERS.get(node.op, _call)(node)


def _at_least(node: Node, level: int) -> str:
    text, own = _print(node)
    return text if own >= level else rf"\left({text}\right)"


def _number(node: Node) -> tuple[str, int]:
    mantissa, e, exponent = node.text.lower().partition("e")
    if not e:
        return node.text, ATOM
    power = rf"10^{{{int(exponent)}}}"
    return (power, POWER) if mantissa == "1" else (rf"{mantissa}\times {power}", PRODUCT)


def _sum(node: Node) -> tuple[str, int]:
    left, right = node.args
    return f"{_at_least(left, SUM)} {node.op} {_at_least(right, PRODUCT)}", SUM


def _negative(node: Node) -> tuple[str, int]:
    return f"-{_at_least(node.args[0], PRODUCT)}", SUM


def _product(node: Node) -> tuple[str, int]:
    left, right = (_at_least(arg, PRODUCT) for arg in node.args)
    if right[0].isdigit() or right[0] == "." or _reads_as_mixed(node.args[0], right):
        return rf"{left} \cdot {right}", PRODUCT
    return (f"{left} {right}" if left[-1].isdigit() else rf"{left}\,{right}"), PRODUCT


def _reads_as_mixed(left: Node, right: str) -> bool:
    """Whether a fraction of numbers would follow a number: 2½ is not 2·½."""
    return left.op == "number" and right.startswith(r"\frac{") and right[6].isdigit()


def _fraction(node: Node) -> tuple[str, int]:
    top, bottom = (expression(arg) for arg in node.args)
    return rf"\frac{{{top}}}{{{bottom}}}", PRODUCT


def _power(node: Node) -> tuple[str, int]:
    base, exponent = node.args
    raised = expression(exponent)
    if base.op in POWERED:
        return _function(base, f"^{{{raised}}}"), ATOM
    return f"{_at_least(base, ATOM)}^{{{raised}}}", POWER


def _exponential(node: Node) -> tuple[str, int]:
    if node.args[0] == Node("number", text="1"):
        return r"\mathrm{e}", ATOM  # upright: a variable may be called e
    return f"e^{{{expression(node.args[0])}}}", POWER


def _root(node: Node) -> tuple[str, int]:
    return rf"\sqrt{{{expression(node.args[0])}}}", ATOM


def _between(opening: str, closing: str) -> Callable[[Node], tuple[str, int]]:
    """⌊x⌋, ⌈x⌉"""
    return lambda node: (rf"\left\{opening} {expression(node.args[0])} \right\{closing}", ATOM)


def _cube_root(node: Node) -> tuple[str, int]:
    return rf"\sqrt[3]{{{expression(node.args[0])}}}", ATOM


def _absolute(node: Node) -> tuple[str, int]:
    return rf"\left|{expression(node.args[0])}\right|", ATOM


def _cases(node: Node) -> tuple[str, int]:
    condition, yes, no = node.args
    left, right = (expression(arg) for arg in condition.args)
    holds, fails = SIGNS[condition.op], SIGNS[OPPOSITE[condition.op]]
    rows = rf"{expression(yes)} & {left} {holds} {right} \\ {expression(no)} & {left} {fails} {right}"
    return rf"\begin{{cases}} {rows} \end{{cases}}", SUM


def _call(node: Node) -> tuple[str, int]:
    return _function(node), ATOM


def _function(node: Node, power: str = "") -> str:
    arguments = ", ".join(map(expression, node.args))
    return rf"{FUNCTIONS[node.op].latex}{power}\left({arguments}\right)"


PRINTERS: dict[str, Callable[[Node], tuple[str, int]]] = {
    "number": _number,
    "name": lambda node: (name(node.text), ATOM),
    "constant": lambda node: (CONSTANTS[node.text], ATOM),
    "neg": _negative,
    "+": _sum,
    "-": _sum,
    "*": _product,
    "/": _fraction,
    "^": _power,
    "exp": _exponential,
    "sqrt": _root,
    "abs": _absolute,
    "floor": _between("lfloor", "rfloor"),
    "ceil": _between("lceil", "rceil"),
    "cbrt": _cube_root,
    "where": _cases,
}


# ── Numbers ──────────────────────────────────────────────────────────────────────────────────────────────

NOT_FINITE = {"nan": r"\mathrm{nan}", "inf": r"\infty", "-inf": r"-\infty"}


def approximate(value: float) -> str:
    """A float at no more than four significant digits: 0.3704, 1.235\\times 10^{8}."""
    text = decimal(value)
    if text in NOT_FINITE:
        return NOT_FINITE[text]
    mantissa, e, exponent = text.partition("e")
    return rf"{mantissa}\times 10^{{{int(exponent)}}}" if e else text


def value(n: Number) -> str:
    """A number, exactly where that is known and short."""
    node = exact_node(n)
    return approximate(n.value) if node is None else expression(node)


# ── The document tree ────────────────────────────────────────────────────────────────────────────────────


def latex(piece: Piece, palette: Palette) -> str:
    """The LaTeX of a piece in the colours of a theme."""
    match piece:
        case Symbol(text):
            return text
        case Expression(node):
            return expression(node)
        case Value(number, rough):
            return approximate(number.value) if rough else value(number)
        case Hued(inner, row):
            colour = palette.faint if row is None else palette.hue(row)
            return rf"\textcolor{{{colour}}}{{{latex(inner, palette)}}}"
        case Hidden(inner):
            return rf"\phantom{{{latex(inner, palette)}}}"
        case Matrix():
            return _matrix(piece, palette)
        case Line(pieces):
            return " ".join(latex(inner, palette) for inner in pieces)
        case Boxed(inner):
            return rf"\boxed{{{latex(inner, palette)}}}"
        case Under(inner, label):
            return rf"\underbrace{{{latex(inner, palette)}}}_{{{latex(label, palette)}}}"
    raise TypeError(piece)


def _matrix(matrix: Matrix, palette: Palette) -> str:
    cells = [[latex(cell, palette) for cell in row] for row in matrix.rows]
    if matrix.bands:
        rows = (_band(cells, i, band, palette) for i, band in enumerate(matrix.bands))
        body = "{}" + BRIM + r"\\[0.25em]".join(rows) + BRIM + "{}"
    else:
        gap = r"\\[0.6em]" if any(r"\frac" in cell for row in cells for cell in row) else r"\\[0.25em]"
        body = gap.join(" & ".join(row) for row in cells)
    text = rf"\left[\begin{{matrix}}{body}\end{{matrix}}\right]"
    return rf"\underset{{{matrix.label}}}{{{text}}}" if matrix.label else text


BRIM = r"\\[-0.9em]"  # TeX's brackets end up to 5 pt inside what they hold: room above and below keeps the bands inside
STRUT = r"\vphantom{\dfrac{1}{1}}"  # no row lower than a fraction, so that bands are even
COMMAND = re.compile(r"\\[A-Za-z]+|[{}_^\s\\]")
CANDIDATES = 2  # entries of a column tried as its widest; all of them would cost the browser m²n layouts


def _band(cells: Sequence[Sequence[str]], i: int, band: Band | None, palette: Palette) -> str:
    """One row in one \\colorbox. Phantoms of no height hold the columns as wide as they are in the other rows."""
    widths = [
        r"\hphantom{\begin{matrix}" + r"\\".join(_widest([row[j] for row in cells])) + r"\end{matrix}}"
        for j in range(len(cells[i]))
    ]
    spacer = " & ".join(widths)
    colour = f"{palette.hue(band.row)}{round(band.opacity * 255):02X}" if band and band.opacity else "#00000000"
    row = rf"{spacer}\\[-1.2em]{' & '.join(cells[i])}\\[-1.2em]{spacer}"
    return rf"\colorbox{{{colour}}}{{${STRUT}\begin{{matrix}}{row}\end{{matrix}}$}}"


def _widest(column: Sequence[str]) -> list[str]:
    """The entries of a column that look widest, a command counting as one character."""
    return sorted(column, key=lambda text: len(COMMAND.sub("", text)), reverse=True)[:CANDIDATES]

"""SymPy's part: expression trees → Jacobian → expression trees.

SymPy sees only what this module builds, and only *inert* functions and powers: subclasses that know their
derivative and nothing else, so that no constructor can start work of its own (SymPy's own ``cosh``, ``Max``
or a non-integer ``Pow`` may query assumptions or expand for seconds). What remains is Add, Mul, integer
powers and the chain rule. ``core.calculus.worker`` runs this in a process that can be killed.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from fractions import Fraction
from functools import reduce
from typing import Any

import sympy as sp

from core.expression.operations import STEPS
from core.expression.text import to_text
from core.expression.tree import COMPARISONS, Node, names, natural, number, walk
from core.grammar.limits import MAX_DECIMAL_EXPONENT, MAX_DIGITS
from core.numbers import precise
from core.problem import ProblemError

MAX_ENTRY = 600  # nodes of one entry of J; more could not be read, and typesetting it would freeze the browser
MAX_TOTAL = 6000  # nodes of the whole Jacobian
MAX_BITS = 512  # of a coefficient: (10^70·x)^60 builds numbers nobody typed

Expr = Any  # a sympy.Expr; SymPy is untyped
Jacobian = tuple[tuple[Node, ...], ...]
ZERO, ONE = sp.Integer(0), sp.Integer(1)


# ── Functions that know only their derivative ────────────────────────────────────────────────────────────


class Inert(sp.Function):  # type: ignore[misc]  # sympy is untyped
    """A function that is never evaluated; ``op`` is its name in the expression tree."""

    op = ""
    is_commutative = True  # said here, SymPy need not ask the arguments
    partials: Callable[..., tuple[Expr, ...]]

    @classmethod
    def eval(cls, *args: Expr) -> None:
        """Never evaluate."""

    def chain(self, inner: Sequence[Expr]) -> Expr:
        """The derivative, given those of the arguments."""
        outer = type(self).partials(*self.args)
        return sp.Add(*(p * d for p, d in zip(outer, inner, strict=True) if d != 0))


def _inert(op: str, *partials: Callable[..., Expr]) -> type[Inert]:
    def all_partials(*args: Expr) -> tuple[Expr, ...]:
        return tuple(partial(*args) for partial in partials)

    return type(f"inert_{op}", (Inert,), {"op": op, "nargs": len(partials), "partials": staticmethod(all_partials)})


class Chosen(Inert):
    """where(condition, a, b): differentiated branch by branch."""

    op, nargs = "where", 3

    def chain(self, inner: Sequence[Expr]) -> Expr:
        return where(self.args[0], inner[1], inner[2])


class Extreme(Inert):
    """max or min of two: the derivative of the one that is chosen; of the second on a tie."""

    nargs = 2
    comparison = ""

    def chain(self, inner: Sequence[Expr]) -> Expr:
        (a, b), (da, db) = self.args, inner
        if a.is_Rational:  # max(0, x) reads better as x > 0 than as 0 > x
            a, b, da, db = b, a, db, da
        return where(COMPARE[self.comparison](a, b), da, db)


def where(condition: Expr, a: Expr, b: Expr) -> Expr:
    """The choice between two expressions; no choice at all if they are the same."""
    return a if a == b else Chosen(condition, a, b)


def power(a: Expr, b: Expr) -> Expr:
    """a^b; SymPy's own Pow only where it is bookkeeping (integer exponents)."""
    if b.is_Integer:
        return sp.Pow(a, b)
    return INERT["^"](a, b)


def _d(op: str) -> Callable[..., Expr]:
    """The inert function ``op``, looked up when it is needed: derivatives refer to one another."""
    return lambda *args: INERT[op](*args)


sin, cos, tan, exp, log, sqrt = map(_d, ("sin", "cos", "tan", "exp", "log", "sqrt"))
sinh, cosh, tanh, sign, sigmoid = map(_d, ("sinh", "cosh", "tanh", "sign", "sigmoid"))
erf, cbrt, sinc, floor, trunc, xlogy = map(_d, ("erf", "cbrt", "sinc", "floor", "trunc", "xlogy"))
COMPARE = {op: _inert(op, lambda a, b: ZERO, lambda a, b: ZERO) for op in COMPARISONS}

SELU = sp.Rational("1.0507009873554805"), sp.Rational("1.7580993408473766")  # its slope above 0, and just below it


def _is(op: str, a: Expr, b: Expr, yes: Expr, no: Expr) -> Expr:
    return where(COMPARE[op](a, b), yes, no)


def _bell(u: Expr) -> Expr:
    """exp(-u²/2)/√(2π), the slope of (1 + erf(u/√2))/2."""
    return exp(-(u**2) / 2) / sqrt(2 * sp.pi)


def _is_forbidden(w: Expr) -> bool:
    """Whether log(w) is a constant without a value, which nobody can type."""
    return not w.free_symbols and precise.value(read(w)) <= 0


def _times_log(u: Expr, w: Expr) -> Expr:
    """u·log(w), told as xlogy where log(w) cannot be typed: the slope of (-2)^x."""
    return xlogy(u, w) if _is_forbidden(w) else log(w) * u


def _open(low: int, high: int) -> Callable[[Expr], Expr]:
    """1 between two numbers; 0 on them too, as torch has it for relu6 and hardtanh."""
    return lambda u: _is("<=", u, sp.Integer(low), ZERO, _is(">=", u, sp.Integer(high), ZERO, ONE))


def _of_clamp(below: Expr, inside: Expr, above: Expr) -> Callable[..., Expr]:
    """Of min(max(u, low), high): on its bounds, which torch counts as inside, everything belongs to u."""

    def partial(u: Expr, low: Expr, high: Expr) -> Expr:
        beyond = _is("<", low, high, below, above) if below != above else below
        return _is("<", u, low, beyond, _is(">", u, high, above, inside))

    return partial


INERT: dict[str, type[Inert]] = {
    "sin": _inert("sin", lambda u: cos(u)),
    "cos": _inert("cos", lambda u: -sin(u)),
    "tan": _inert("tan", lambda u: 1 + tan(u) ** 2),
    "asin": _inert("asin", lambda u: 1 / sqrt(1 - u**2)),
    "acos": _inert("acos", lambda u: -1 / sqrt(1 - u**2)),
    "atan": _inert("atan", lambda u: 1 / (1 + u**2)),
    "sinh": _inert("sinh", lambda u: cosh(u)),
    "cosh": _inert("cosh", lambda u: sinh(u)),
    "tanh": _inert("tanh", lambda u: 1 - tanh(u) ** 2),
    "asinh": _inert("asinh", lambda u: 1 / sqrt(u**2 + 1)),
    "acosh": _inert("acosh", lambda u: 1 / sqrt(u**2 - 1)),
    "atanh": _inert("atanh", lambda u: 1 / (1 - u**2)),
    "exp": _inert("exp", lambda u: exp(u)),
    "expm1": _inert("expm1", lambda u: exp(u)),
    "log": _inert("log", lambda u: 1 / u),
    "log1p": _inert("log1p", lambda u: 1 / (1 + u)),
    "logaddexp": _inert("logaddexp", lambda a, b: sigmoid(a - b), lambda a, b: sigmoid(b - a)),
    "xlogy": _inert("xlogy", lambda u, w: xlogy(u, w) / u if _is_forbidden(w) else log(w), lambda u, w: u / w),
    "cbrt": _inert("cbrt", lambda u: 1 / (3 * cbrt(u) ** 2)),
    "erf": _inert("erf", lambda u: 2 * exp(-(u**2)) / sqrt(sp.pi)),
    "erfc": _inert("erfc", lambda u: -2 * exp(-(u**2)) / sqrt(sp.pi)),
    "sinc": _inert("sinc", lambda u: _is("==", u, ZERO, ZERO, (cos(sp.pi * u) - sinc(u)) / u)),
    "sqrt": _inert("sqrt", lambda u: 1 / (2 * sqrt(u))),
    "abs": _inert("abs", lambda u: sign(u)),
    "relu": _inert("relu", lambda u: where(COMPARE[">"](u, ZERO), ONE, ZERO)),
    "relu6": _inert("relu6", _open(0, 6)),
    "leaky_relu": _inert("leaky_relu", lambda u, a: _is(">", u, ZERO, ONE, a), lambda u, a: _is(">", u, ZERO, ZERO, u)),
    "elu": _inert("elu", lambda u: _is(">", u, ZERO, ONE, exp(u))),
    "selu": _inert("selu", lambda u: _is(">", u, ZERO, SELU[0], SELU[1] * exp(u))),
    "gelu": _inert("gelu", lambda u: (1 + erf(u / sqrt(sp.Integer(2)))) / 2 + u * _bell(u)),
    "silu": _inert("silu", lambda u: sigmoid(u) * (1 + u * (1 - sigmoid(u)))),
    "logsigmoid": _inert("logsigmoid", lambda u: sigmoid(-u)),
    "hardtanh": _inert("hardtanh", _open(-1, 1)),
    "clamp": _inert("clamp", _of_clamp(ZERO, ONE, ZERO), _of_clamp(ONE, ZERO, ZERO), _of_clamp(ZERO, ZERO, ONE)),
    "clamp_min": _inert(
        "clamp_min", lambda u, low: _is("<", u, low, ZERO, ONE), lambda u, low: _is("<", u, low, ONE, ZERO)
    ),
    "clamp_max": _inert(
        "clamp_max", lambda u, high: _is(">", u, high, ZERO, ONE), lambda u, high: _is(">", u, high, ONE, ZERO)
    ),
    **{op: _inert(op, lambda u: ZERO) for op in STEPS},
    "frac": _inert("frac", lambda u: ONE),
    "fmod": _inert("fmod", lambda a, b: ONE, lambda a, b: -trunc(a / b)),
    "remainder": _inert("remainder", lambda a, b: ONE, lambda a, b: -floor(a / b)),
    "sigmoid": _inert("sigmoid", lambda u: sigmoid(u) * (1 - sigmoid(u))),
    "softplus": _inert("softplus", lambda u: sigmoid(u)),
    "atan2": _inert("atan2", lambda y, x: x / (x**2 + y**2), lambda y, x: -y / (x**2 + y**2)),
    # 0^b is 0 for every b > 0, so its derivative is as well; log(0) would be no number
    "^": _inert("^", lambda a, b: b * power(a, b - 1), lambda a, b: _times_log(power(a, b), a) if a != 0 else ZERO),
    "max": type("inert_max", (Extreme,), {"op": "max", "comparison": ">"}),
    "min": type("inert_min", (Extreme,), {"op": "min", "comparison": "<"}),
    "where": Chosen,
    **COMPARE,
}

# values that save a reader from sin(0) and log(1) in a derivative; everything else stays as it is
SPECIAL = {
    **{(op, ZERO): ZERO for op in "sin tan asin atan sinh tanh asinh atanh expm1 log1p erf".split()},
    **{(op, ZERO): ZERO for op in "sqrt cbrt abs sign relu floor ceil round trunc frac".split()},
    **{(op, ZERO): ONE for op in ("cos", "cosh", "exp")},
    ("log", ONE): ZERO,
    ("log", exp(ONE)): ONE,
    ("sqrt", ONE): ONE,
    ("abs", ONE): ONE,
}

ARITHMETIC: dict[str, Callable[..., Expr]] = {
    "neg": lambda a: -a,
    "+": lambda a, b: a + b,
    "-": lambda a, b: a - b,
    "*": lambda a, b: a * b,
    "/": lambda a, b: a / b,
    "^": power,
    "max": lambda *args: reduce(INERT["max"], args),
    "min": lambda *args: reduce(INERT["min"], args),
    "where": where,
}
CONSTANTS = {"pi": sp.pi}


# ── Tree → SymPy ─────────────────────────────────────────────────────────────────────────────────────────


def build(node: Node, symbols: dict[str, sp.Symbol]) -> Expr:
    """The SymPy expression of a tree.

    Raises ProblemError: ``division_by_zero`` where algebra finds one (1/(x-x)), ``number_too_large`` where
    a coefficient grows beyond MAX_BITS; the span is that of the operation at fault.
    """
    if node.op == "number":
        return sp.Rational(Fraction(node.text))
    if node.op == "constant":
        return CONSTANTS[node.text]
    if node.op == "name":
        return symbols[node.text]
    args = [build(arg, symbols) for arg in node.args]
    if len(args) == 1 and (node.op, args[0]) in SPECIAL:
        return SPECIAL[node.op, args[0]]
    result = (ARITHMETIC.get(node.op) or INERT[node.op])(*args)
    if result.has(sp.zoo, sp.nan, sp.oo, -sp.oo):
        raise ProblemError("division_by_zero", span=node.span, expression=to_text(node)[:24])
    if _bits(result) > MAX_BITS:
        raise ProblemError("number_too_large", span=node.span, limit=int(MAX_BITS * math.log10(2)))
    return result


def _bits(expression: Expr) -> int:
    """The bits of the longest number at the top of an expression (its parts were looked at when built)."""
    numbers = [a for a in (expression, *expression.args) if a.is_Rational]
    return max((abs(int(n.p)).bit_length() + int(n.q).bit_length() for n in numbers), default=0)


# ── SymPy → tree ─────────────────────────────────────────────────────────────────────────────────────────


def read(expression: Expr, decimals: bool = False) -> Node:
    """The tree of a SymPy expression, in the order a person would write it.

    ``decimals``: rationals that end are written 0.5 rather than 1/2 (for readers who typed decimals).
    """
    if expression.is_Rational:
        return _rational(Fraction(int(expression.p), int(expression.q)), decimals)
    if expression is sp.pi:
        return Node("constant", text="pi")
    if expression.is_Symbol:
        return Node("name", text=expression.name)
    if expression.is_Add:
        return _sum([read(term, decimals) for term in expression.args])
    if expression.is_Mul:
        return _product(expression, decimals)
    if expression.is_Pow:
        return (
            _over([], [_raised(expression.base, -expression.exp, decimals)])
            if expression.exp.is_negative
            else (_raised(expression.base, expression.exp, decimals))
        )
    return Node(expression.op, tuple(read(arg, decimals) for arg in expression.args))


def _raised(base: Expr, exponent: Expr, decimals: bool) -> Node:
    node = read(base, decimals)
    return node if exponent == 1 else Node("^", (node, read(exponent, decimals)))


def _rational(q: Fraction, decimals: bool) -> Node:
    if q < 0:
        return Node("neg", (_rational(-q, decimals),))
    if q.denominator == 1:
        return _whole(q.numerator)
    if decimals and Fraction(text := repr(float(q))) == q and "e" not in text:
        return number(text)
    return Node("/", (_whole(q.numerator), _whole(q.denominator)))


def _whole(n: int) -> Node:
    """A positive integer as it can be typed: 2e40, and what has too many digits for that in pieces."""
    digits = str(n)
    zeros = len(digits) - len(digits.rstrip("0"))
    if len(digits) <= MAX_DIGITS:
        return number(digits)
    if len(digits) - zeros <= MAX_DIGITS and zeros <= MAX_DECIMAL_EXPONENT:
        return number(f"{digits[:-zeros]}e{zeros}")
    high, low = divmod(n, 10**MAX_DIGITS)
    product = Node("*", (_whole(high), number(f"1e{MAX_DIGITS}")))
    return Node("+", (product, _whole(low))) if low else product


def _product(expression: Expr, decimals: bool) -> Node:
    """A product as one fraction: sign, number, factors over factors."""
    above: list[Node] = []
    below: list[Node] = []
    coefficient = Fraction(1)
    for factor in expression.args:
        if factor.is_Rational:
            coefficient *= Fraction(int(factor.p), int(factor.q))
        elif factor.is_Pow and factor.exp.is_negative:
            below.append(_raised(factor.base, -factor.exp, decimals))
        else:
            above.append(read(factor, decimals))
    above.sort(key=_factor_key)
    below.sort(key=_factor_key)
    size = _rational(abs(coefficient), decimals)
    if size.op == "/":
        below.insert(0, size.args[1])
        size = size.args[0]
    if size.text != "1":
        above.insert(0, size)
    node = _over(above, below)
    return Node("neg", (node,)) if coefficient < 0 else node


def _over(above: list[Node], below: list[Node]) -> Node:
    top = reduce(lambda a, b: Node("*", (a, b)), above) if above else number(1)
    return Node("/", (top, reduce(lambda a, b: Node("*", (a, b)), below))) if below else top


def _sum(terms: list[Node]) -> Node:
    """Terms in falling powers of the variables, constants last, and no leading minus if it can be helped."""
    terms = sorted(terms, key=_term_key)
    lead = next((i for i, term in enumerate(terms) if term.op != "neg"), 0)
    terms.insert(0, terms.pop(lead))
    return reduce(lambda a, b: Node("-", (a, b.args[0])) if b.op == "neg" else Node("+", (a, b)), terms[1:], terms[0])


def _factors(node: Node) -> list[Node]:
    if node.op in ("*", "neg"):
        return [factor for arg in node.args for factor in _factors(arg)]
    return _factors(node.args[0]) if node.op == "/" else [node]


def _factor_key(node: Node) -> tuple[object, ...]:
    """Constants, then powers of variables in natural order, then functions, then sums."""
    used = names([node])
    if not used:
        return 0, natural("")
    base = node.args[0] if node.op == "^" else node
    return (1 if base.op == "name" else 3 if base.op in "+-" else 2), natural(used[0])


def _term_key(node: Node) -> tuple[object, ...]:
    """Polynomial terms by falling powers; terms with functions after them; constants last."""
    used = names([node])
    degrees: dict[str, int] = {}
    for factor in _factors(node):
        base, exponent = (factor.args[0], factor.args[1].text) if factor.op == "^" else (factor, "1")
        if base.op == "name":
            degrees[base.text] = int(exponent) if exponent.isdigit() else 1
    polynomial = used and len(degrees) == len(used)
    first = natural(used[0]) if used else natural("")
    return 0 if polynomial else 1 if used else 2, first, [-degrees.get(name, 0) for name in used], _size(node)


def _size(node: Node) -> int:
    return sum(1 for _ in walk(node))


# ── Differentiating ──────────────────────────────────────────────────────────────────────────────────────────


def derivative(expression: Expr, symbol: sp.Symbol, known: dict[Expr, Expr] | None = None) -> Expr:
    """∂ expression / ∂ symbol by the sum, product, power and chain rules.

    Not ``expression.diff``: SymPy's own rule for powers builds log(base) even where the exponent is constant, with
    its real logarithm, which then asks every part for its assumptions. ``known`` holds what was derived already.
    """
    known = {} if known is None else known
    if expression not in known:
        known[expression] = _derivative(expression, symbol, known)
    return known[expression]


def _derivative(expression: Expr, symbol: sp.Symbol, known: dict[Expr, Expr]) -> Expr:
    if not expression.args:
        return ONE if expression == symbol else ZERO
    inner = [derivative(arg, symbol, known) for arg in expression.args]
    if not any(inner):
        return ZERO
    if expression.is_Add:
        return sp.Add(*inner)
    if expression.is_Mul:
        factors = expression.args
        return sp.Add(*(sp.Mul(*factors[:i], d, *factors[i + 1 :]) for i, d in enumerate(inner) if d != 0))
    if expression.is_Pow:
        base, exponent = expression.args
        return exponent * sp.Pow(base, exponent - 1) * inner[0]
    return expression.chain(inner)


# ── The Jacobian ─────────────────────────────────────────────────────────────────────────────────────────


def jacobian(outputs: Sequence[Node], inputs: Sequence[str]) -> Jacobian:
    """J[i][j] = ∂ output_i / ∂ input_j, shape (outputs, inputs): numerator layout, row i the gradient of output i.

    Names that are no inputs are constants.

    Raises ProblemError: those of ``build``, told of the output's index, and ``result_too_large`` when an entry
    or the whole has more nodes than anybody could read.
    """
    symbols = {name: sp.Symbol(name) for name in (*inputs, *names(outputs))}
    rows = []
    total = 0
    for i, output in enumerate(outputs):
        decimals = any(n.op == "selu" or (n.op == "number" and not n.text.isdigit()) for n in walk(output))
        try:
            expression = build(output, symbols)
        except ProblemError as error:
            raise error.at("f", i) from None
        row = tuple(read(_guarded(derivative(expression, symbols[name]), i), decimals) for name in inputs)
        total += sum(map(_size, row))
        if total > MAX_TOTAL or any(_size(entry) > MAX_ENTRY for entry in row):
            raise ProblemError("result_too_large", field="f", index=i, limit=MAX_ENTRY)
        rows.append(row)
    return tuple(rows)


def _guarded(expression: Expr, i: int) -> Expr:
    """A derivative small enough to be turned into a tree (SymPy shares subtrees, a tree does not)."""
    count, stack = 0, [expression]
    while stack:
        stack.extend(stack.pop().args)
        count += 1
        if count > 4 * MAX_ENTRY:
            raise ProblemError("result_too_large", field="f", index=i, limit=MAX_ENTRY)
    return expression

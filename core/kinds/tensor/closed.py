"""Closed forms: W.grad read off from the expression, line by line: z.grad = (z > 0) ⊙ v, W.grad = xᵀ z.grad.

Each operation has a rule, in letters and in floats; whether the last line is the sum of the cards is checked. What only
passes the adjoint on, such as the + before a bias, has no line of its own.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from math import prod
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from core.kinds.tensor.arrays import floats
from core.kinds.tensor.explanation import TensorExplanation
from core.kinds.tensor.formulas import formula
from core.maps import Sentence, sentence
from core.notation.tree import (
    THIN,
    Bracketed,
    Call,
    Expression,
    Fraction,
    Line,
    Name,
    Negative,
    Numeral,
    Piece,
    Power,
    Sign,
    Sum,
    Text,
    Transpose,
    code,
    line,
    name,
)
from core.tensors.program import Line as Computed
from core.tensors.program import Program

Floats = NDArray[np.float64]
MOST_LINES = 6  # of a closed form; longer ones are told by the tape alone
CLOSE = 1e-9
PLAIN = frozenset("left_factor right_factor factor elementwise sum".split())  # rules that most expressions have
ONES = Text("1", "bold")
LETTERS = {"softmax": "p", "matmul": "z", "+": "z", "layer_norm": "n", "inverse": "B"}  # for what has no name
MORE_LETTERS = "hsrqumwackde"


@dataclass(frozen=True)
class Closed:
    """``lines`` end in wrt.grad; ``letters`` say what is called by a letter of ours; ``said`` is a sentence a rule.

    ``holds``: the last line is, in this example, the sum of all cards.
    """

    lines: tuple[Line, ...]
    letters: tuple[Line, ...]
    said: tuple[Sentence, ...]
    holds: bool

    @property
    def point(self) -> Sentence:
        """The sentence that says most: what is particular to this expression, if anything is."""
        return next((one for one in self.said if one[0].rpartition(".")[2] not in PLAIN), self.said[0])


class Sent(NamedTuple):
    """What an argument is sent: in letters, in floats, and the key of the words that say why ("" if that is plain)."""

    piece: Piece
    value: Floats
    rule: str = ""


@dataclass(frozen=True)
class Use:
    """Argument ``k`` of a line; in letters and floats what arrives at the line (``g``), its arguments, its result.

    ``called`` says what a value is called: whatever is asked for gets a letter, if it has no name.
    """

    line: Computed
    k: int
    g: Piece
    arrives: Floats
    args: tuple[Floats, ...]
    result: Floats
    at: int
    called: Callable[[int], Piece]

    def letter_of(self, k: int) -> Piece:
        """What an argument is called."""
        return self.called(self.line.args[k])

    @property
    def letter(self) -> Piece:
        """What the result is called."""
        return self.called(self.at)

    @property
    def x(self) -> Floats:
        """The argument that is asked for."""
        return self.args[self.k]

    @property
    def other(self) -> Floats:
        """The other one of two."""
        return self.args[1 - self.k]


def closed(e: TensorExplanation) -> Closed | None:
    """The closed form of e's gradient; None where an operation has no rule, or too many lines would be needed."""
    with np.errstate(all="ignore"):
        found = _quadratic(e) or _Lines(e).read()
    if found is None or len(found.lines) > MOST_LINES:
        return None
    return found if found.said else replace(found, said=(sentence("tensor.closed.passed"),))


class _Lines:
    """Reads a program from its end, and names what arrives at each line on the way to wrt."""

    def __init__(self, e: TensorExplanation) -> None:
        self.e, self.program = e, e.program
        self.first, self.last = len(e.program.inputs), len(e.program.shapes) - 1
        self.values = [floats(value) for value in e.values]
        self.led = _depending(e.program, e.at)
        self.called: dict[int, Piece] = {}
        self.ours: dict[int, Piece] = {}  # letters that the reader does not know

    def read(self) -> Closed | None:
        arriving: dict[int, list[Sent]] = {self.last: [Sent(name("v"), floats(self.e.v))]}
        lines: list[Line] = []
        rules: dict[str, None] = {}
        for at in range(self.last, self.e.at, -1):
            if at not in self.led or at not in arriving or at < self.first:
                continue
            piece, value = self.named(at, *_summed(arriving.pop(at)), lines)
            sent = self.sent(at, piece, value)
            if sent is None:
                return None
            for to, one in sent:
                arriving.setdefault(to, []).append(one)
                rules |= {one.rule: None} if one.rule else {}
        if self.e.at not in arriving:
            return None
        piece, value = _summed(arriving[self.e.at])
        lines.append(line(code(f"{self.e.wrt}.grad"), "=", piece))
        if len(arriving[self.e.at]) > 1:
            rules["twice"] = None
        keys = sorted(rules, key=lambda rule: rule != "twice")
        said = tuple(sentence(f"tensor.closed.{rule}", wrt=self.e.wrt) for rule in keys)
        letters = tuple(line(own, "=", formula(self.program, at, self.ours)) for at, own in sorted(self.ours.items()))
        return Closed(tuple(lines), letters, said, _close(value, floats(self.e.total)))

    def named(self, at: int, piece: Piece, value: Floats, lines: list[Line]) -> tuple[Piece, Floats]:
        """What arrives at a line, by a name of its own if it is more than one; a transpose only turns it."""
        if isinstance(piece, (Name, Text)) or self.program.lines[at - self.first].op == "transpose":
            return piece, value
        own = self.letter(at)
        assert isinstance(own, Name)
        grad = code("".join([own.letters, *own.indices]) + ".grad")
        lines.append(line(grad, "=", piece))
        return grad, value

    def sent(self, at: int, g: Piece, value: Floats) -> list[tuple[int, Sent]] | None:
        """What every argument on the way to wrt is sent; None where an operation has no rule."""
        computed = self.program.lines[at - self.first]
        found = []
        for k, arg in enumerate(computed.args):
            if arg not in self.led:
                continue
            rule = RULES.get(computed.op)
            use = Use(
                computed,
                k,
                g,
                value,
                tuple(self.values[one] for one in computed.args),
                self.values[at],
                at,
                self.letter,
            )
            answer = rule and rule(use)
            if not answer:
                return None
            found.append((arg, answer))
        return found

    def letter(self, at: int) -> Piece:
        """What a value is called: by its name, as a number, or by a letter of ours, which is said."""
        if at not in self.called:
            self.called[at] = self._letter(at)
        return self.called[at]

    def _letter(self, at: int) -> Piece:
        if at < self.first:
            return name(self.program.inputs[at].name)
        computed = self.program.lines[at - self.first]
        if at == self.last or computed.name:
            return name(self.e.letter if at == self.last else computed.name)
        if computed.op in ("constant", "transpose"):
            return formula(self.program, at)
        taken = {one.name for one in self.program.inputs} | {one.name for one in self.program.lines}
        taken |= {self.e.letter, *(piece.letters for piece in self.called.values() if isinstance(piece, Name))}
        pool = LETTERS.get(computed.op, "") + MORE_LETTERS
        own = name(next(letter for letter in (*pool, *(f"t{k}" for k in range(99))) if letter not in taken))
        self.ours[at] = own
        return own


def _quadratic(e: TensorExplanation) -> Closed | None:
    """xᵀ A x by x, where both of its rules come to one line."""
    program, first = e.program, len(e.program.inputs)
    *_, last = program.lines or (None,)
    if not last or last.op not in ("matmul", "dot") or e.shape or e.at not in last.args:
        return None
    left, right = last.args
    inner = program.lines[max(left, right) - first] if max(left, right) >= first else None
    around = (left, right) if inner and inner.args[1:] == (e.at,) else (right, left)
    if not inner or inner.op != "matmul" or around[0] != e.at or e.at not in inner.args:
        return None
    matrix = inner.args[0] if around == (left, right) else inner.args[1]
    if matrix >= first:
        return None
    a, x = name(program.inputs[matrix].name), name(e.wrt)
    both, point = floats(e.values[matrix]), floats(e.values[e.at])
    value = floats(e.v) * ((both + both.T) @ point)
    piece = _times(name("v"), Bracketed(line(a, "+", Transpose(a))), x)
    said = sentence("tensor.closed.quadratic", wrt=e.wrt)
    return Closed((line(code(f"{e.wrt}.grad"), "=", piece),), (), (said,), _close(value, floats(e.total)))


def _depending(program: Program, at: int) -> set[int]:
    """The values that a value goes into, itself included."""
    found = {at}
    for place, computed in enumerate(program.lines, len(program.inputs)):
        if found.intersection(computed.args):
            found.add(place)
    return found


def _summed(sent: list[Sent]) -> tuple[Piece, Floats]:
    """What arrives from every use, added."""
    piece, value = sent[0].piece, sent[0].value
    for one in sent[1:]:
        piece, value = line(piece, "+", one.piece), value + one.value
    return piece, value


def _close(ours: Floats, total: Floats) -> bool:
    """Whether a closed form's numbers are those of the sum."""
    with np.errstate(all="ignore"):
        return bool(np.all(np.abs(np.asarray(ours) - total) <= CLOSE * max(1.0, float(np.abs(total).max()))))


# ── In letters ───────────────────────────────────────────────────────────────────────────────────────────


HELD = (Name, Numeral, Text, Transpose, Bracketed, Call, Expression, Fraction)


def _held(piece: Piece) -> Piece:
    """A factor, in brackets where it is no single thing."""
    return piece if isinstance(piece, HELD) else Bracketed(piece)


def _times(*factors: Piece) -> Piece:
    parts: list[Piece] = []
    for factor in factors:
        parts += [_held(factor), THIN]
    return Line(tuple(parts[:-1]))


def _entrywise(*factors: Piece) -> Piece:
    parts: list[Piece] = []
    for factor in factors:
        parts += [_held(factor), Sign("⊙")]
    return Line(tuple(parts[:-1]))


def _call(function: str, *args: Piece) -> Piece:
    return Call(Text(function, "operator"), args)


def _t(piece: Piece) -> Piece:
    """The transpose; of a product, the transposed factors from the last to the first."""
    if isinstance(piece, Transpose):
        return piece.piece
    if isinstance(piece, Line) and set(piece.pieces[1::2]) == {THIN}:
        return _times(*map(_t, reversed(piece.pieces[::2])))
    return Transpose(_held(piece))


def _scaled(by: Floats) -> Callable[..., Piece]:
    """Entry by entry; a number stands side by side."""
    return _times if by.ndim == 0 else _entrywise


# ── Rules ────────────────────────────────────────────────────────────────────────────────────────────────


def _gathered(use: Use, piece: Piece, value: Floats, rule: str = "") -> Sent:
    """Summed over the copies that broadcasting made of the argument."""
    shape, value = use.x.shape, np.asarray(value)
    if value.shape == shape:
        return Sent(piece, value, rule)
    front = value.ndim - len(shape)
    axes = (*range(front), *(front + k for k, size in enumerate(shape) if size == 1 != value.shape[front + k]))
    total = value.sum(axis=axes).reshape(shape)
    if prod(shape) == 1:
        return Sent(Sum(_held(piece), line("i", ",", "j") if value.ndim == 2 else name("i")), total, "all_summed")
    if axes == (0,):
        return Sent(_times(_t(ONES), piece), total, "columns_summed")
    return Sent(_times(piece, ONES), total, "rows_summed")


def _add(use: Use) -> Sent:
    return _gathered(use, use.g, use.arrives)


def _subtract(use: Use) -> Sent:
    return _add(use) if use.k == 0 else _gathered(use, Negative(_held(use.g)), -use.arrives)


def _multiply(use: Use) -> Sent:
    piece = _scaled(use.other)(use.letter_of(1 - use.k), use.g)
    return _gathered(use, piece, use.other * use.arrives, "factor")


def _divide(use: Use) -> Sent:
    bottom = use.letter_of(1)
    if use.k == 0:
        return _gathered(use, Fraction(use.g, bottom), use.arrives / use.args[1])
    piece = Negative(Fraction(_entrywise(use.g, use.letter_of(0)), Power(_held(bottom), Numeral("2"))))
    return _gathered(use, piece, -use.arrives * use.args[0] / use.args[1] ** 2)


def _power(use: Use) -> Sent | None:
    if use.k == 1 or use.args[1].ndim:
        return None
    n = float(use.args[1])
    base = use.letter_of(0)
    lowered = base if n == 2 else Power(_held(base), line(use.letter_of(1), "-", Numeral("1")))
    piece = _entrywise(_times(use.letter_of(1), lowered), use.g)
    return Sent(piece, n * use.args[0] ** (n - 1) * use.arrives, "elementwise")


def _matmul(use: Use) -> Sent:
    a, b = use.args
    left, right = a.reshape(-1, a.shape[-1]), b.reshape(b.shape[0], -1)
    g = use.arrives.reshape(left.shape[0], right.shape[1])
    number = use.arrives.ndim == 0
    if use.k == 0:
        piece = _times(use.g, use.letter_of(1) if number else _t(use.letter_of(1)))
        return Sent(piece, (g @ right.T).reshape(a.shape), "" if number else "left_factor")
    piece = _times(use.g, use.letter_of(0)) if number else _times(_t(use.letter_of(0)), use.g)
    return Sent(piece, (left.T @ g).reshape(b.shape), "" if number else "right_factor")


def _sum(use: Use) -> Sent:
    return Sent(_times(use.g, ONES), _spread(use), "sum")


def _mean(use: Use) -> Sent:
    count = use.x.size // max(1, use.result.size)
    return Sent(_times(Fraction(use.g, Numeral(str(count))), ONES), _spread(use) / count, "mean")


def _dim(use: Use) -> int | None:
    dim = use.line.told["dim"]
    return dim if isinstance(dim, int) else None


def _spread(use: Use, value: Floats | None = None) -> Floats:
    """What belongs to a sum along a dimension, beside every entry that went into it."""
    value = use.arrives if value is None else value
    dim = _dim(use)
    if dim is not None and value.ndim < use.x.ndim:
        value = np.expand_dims(value, dim)
    return np.broadcast_to(value, use.x.shape)


def _softmax(use: Use) -> Sent:
    p, dim = use.result, _dim(use)
    value = p * (use.arrives - (p * use.arrives).sum(axis=dim, keepdims=True))
    letter = use.letter
    if use.x.ndim == 1:
        piece = _times(Bracketed(line(_call("diag", letter), "-", _times(letter, _t(letter)))), use.g)
    else:
        piece = _entrywise(letter, Bracketed(line(use.g, "-", Sum(_entrywise(letter, use.g), _index(use)))))
    return Sent(piece, value, "softmax")


def _index(use: Use) -> Piece:
    """Along which a row or a column is summed."""
    return name("i" if use.x.ndim == 2 and _dim(use) == 0 else "j")


def _exponentials(x: Floats, dim: int | None) -> Floats:
    powers = np.exp(x - x.max(axis=dim, keepdims=True))
    shares: Floats = powers / powers.sum(axis=dim, keepdims=True)
    return shares


def _log_softmax(use: Use) -> Sent:
    p = np.exp(use.result)
    piece = line(use.g, "-", _entrywise(_call("exp", use.letter), Sum(use.g, _index(use))))
    return Sent(piece, use.arrives - p * use.arrives.sum(axis=_dim(use), keepdims=True), "log_softmax")


def _logsumexp(use: Use) -> Sent:
    p = _exponentials(use.x, _dim(use))
    return Sent(_times(use.g, _call("softmax", use.letter_of(0))), _spread(use) * p, "logsumexp")


def _cross_entropy(use: Use) -> Sent:
    x = use.x.reshape(-1, use.x.shape[-1])
    targets = use.line.told["targets"]
    assert isinstance(targets, tuple)
    y = np.eye(x.shape[1])[[int(t) for t in targets]]  # type: ignore[arg-type]
    value = ((_exponentials(x, 1) - y) / len(x) * use.arrives).reshape(use.x.shape)
    difference = line(_call("softmax", use.letter_of(0)), "-", _call("onehot", name("t")))
    piece = Bracketed(difference) if len(x) == 1 else Fraction(difference, Numeral(str(len(x))))
    return Sent(Line((_held(use.g), THIN, piece)), value, "cross_entropy" if len(x) == 1 else "cross_entropy_mean")


def _layer_norm(use: Use) -> Sent:
    x, y, g = use.x, use.result, use.arrives
    deviation = np.sqrt(x.var(axis=-1, keepdims=True) + 1e-5)
    value = (g - g.mean(axis=-1, keepdims=True) - y * (g * y).mean(axis=-1, keepdims=True)) / deviation
    taken = _entrywise(use.letter, _call("mean", _entrywise(use.g, use.letter)))
    inner = Bracketed(line(use.g, "-", _call("mean", use.g), "-", taken))
    return Sent(Line((Fraction(Numeral("1"), name("sigma")), inner)), value, "layer_norm")


def _outer(use: Use) -> Sent:
    if use.k == 0:
        return Sent(_times(use.g, use.letter_of(1)), use.arrives @ use.args[1], "outer")
    return Sent(_times(_t(use.g), use.letter_of(0)), use.arrives.T @ use.args[0], "outer")


def _dot(use: Use) -> Sent:
    return Sent(_times(use.g, use.letter_of(1 - use.k)), use.arrives * use.other)


def _mse(use: Use) -> Sent:
    left, right = (use.letter_of(k) for k in (use.k, 1 - use.k))
    count = np.broadcast(use.x, use.other).size
    piece = Line((_held(use.g), THIN, Fraction(Numeral("2"), Numeral(str(count))), Bracketed(line(left, "-", right))))
    return _gathered(use, piece, np.asarray(use.arrives * 2 / count * (use.x - use.other)), "mse")


def _trace(use: Use) -> Sent:
    return Sent(_times(use.g, name("I")), use.arrives * np.eye(*use.x.shape), "trace")


def _det(use: Use) -> Sent | None:
    if not use.result:  # there is no inverse
        return None
    inverse = Power(_held(use.letter_of(0)), line(Negative(Numeral("1"))))
    piece = Line((_held(use.g), THIN, use.letter, THIN, Transpose(Bracketed(inverse))))
    return Sent(piece, use.arrives * use.result * np.linalg.inv(use.x).T, "det")


def _inverse(use: Use) -> Sent:
    y = use.result.T
    piece = Negative(_times(_t(use.letter), use.g, _t(use.letter)))
    return Sent(piece, -(y @ use.arrives @ y), "inverse")


def _norm(use: Use) -> Sent | None:
    if use.line.told.get("p", 2) != 2 or not np.all(use.result):
        return None
    piece = Line((_held(use.g), THIN, Fraction(use.letter_of(0), use.letter)))
    return Sent(piece, _spread(use) * use.x / _spread(use, use.result), "norm")


def _conv(use: Use) -> Sent | None:
    """The kernel is sent what x and v make of one another; x is sent v under the flipped kernel."""
    x, kernel = use.args
    sides = tuple(one.shape for one in (x, kernel, use.result))
    if use.line.told.get("padding", "valid") != "valid":
        return None
    values = np.zeros_like(use.x)
    for place in np.ndindex(sides[2]):
        for at in np.ndindex(sides[1]):
            there = tuple(p + q for p, q in zip(place, at, strict=True))
            here, factor = (there, kernel[at]) if use.k == 0 else (at, x[there])
            values[here] += use.arrives[place] * factor
    letter = use.letter_of(1 - use.k)
    if use.k == 1:
        return Sent(_call("correlate", letter, use.g), values, "kernel")
    return Sent(_call("correlate", _call("pad", use.g), _call("flip", letter)), values, "flipped")


def _transpose(use: Use) -> Sent:
    return Sent(_t(use.g), use.arrives.T)


def _folded(use: Use) -> Sent:
    return Sent(use.g, use.arrives.reshape(use.x.shape))


Slope = tuple[Callable[[Use], Piece], Callable[[Floats, Floats], Floats]]


def _one_minus(piece: Piece) -> Piece:
    return Bracketed(line(Numeral("1"), "-", piece))


def _over(top: str, bottom: Piece) -> Piece:
    return Fraction(Numeral(top), bottom)


# f → f' in letters and in floats, both of the argument and of the result
SLOPES: dict[str, Slope] = {
    "relu": (lambda use: Bracketed(line(use.letter_of(0), ">", Numeral("0"))), lambda x, y: (x > 0).astype(float)),
    "tanh": (lambda use: _one_minus(Power(_held(use.letter), Numeral("2"))), lambda x, y: 1 - y**2),
    "sigmoid": (lambda use: _entrywise(use.letter, _one_minus(use.letter)), lambda x, y: y * (1 - y)),
    "exp": (lambda use: use.letter, lambda x, y: y),
    "log": (lambda use: _over("1", use.letter_of(0)), lambda x, y: 1 / x),
    "sqrt": (lambda use: _over("1", _times(Numeral("2"), use.letter)), lambda x, y: 0.5 / y),
    "sin": (lambda use: _call("cos", use.letter_of(0)), lambda x, y: np.cos(x)),
    "cos": (lambda use: Negative(_call("sin", use.letter_of(0))), lambda x, y: -np.sin(x)),
    "abs": (lambda use: _call("sign", use.letter_of(0)), lambda x, y: np.sign(x)),
}


def _elementwise(slope: Slope) -> Callable[[Use], Sent]:
    letters, numbers = slope

    def rule(use: Use) -> Sent:
        piece = _scaled(use.result)(letters(use), use.g)
        return Sent(piece, numbers(use.x, use.result) * use.arrives, "mask" if use.line.op == "relu" else "elementwise")

    return rule


RULES: dict[str, Callable[[Use], Sent | None]] = {
    "+": _add,
    "-": _subtract,
    "*": _multiply,
    "/": _divide,
    "^": _power,
    "neg": lambda use: Sent(Negative(_held(use.g)), -use.arrives),
    "matmul": _matmul,
    "dot": _dot,
    "outer": _outer,
    "transpose": _transpose,
    "reshape": _folded,
    "sum": _sum,
    "mean": _mean,
    "softmax": _softmax,
    "log_softmax": _log_softmax,
    "logsumexp": _logsumexp,
    "cross_entropy": _cross_entropy,
    "layer_norm": _layer_norm,
    "mse": _mse,
    "trace": _trace,
    "det": _det,
    "inverse": _inverse,
    "norm": _norm,
    "conv1d": _conv,
    "conv2d": _conv,
    **{name_: _elementwise(slope) for name_, slope in SLOPES.items()},
}

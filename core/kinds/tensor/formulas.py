"""A program as formulas: what a reader named is called by its name, everything else is written out in its place."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from core.expression.tree import COMPARISONS, Node
from core.notation.tree import (
    THIN,
    Absolute,
    Bracketed,
    Call,
    Expression,
    Fraction,
    Line,
    Matrix,
    Negative,
    Piece,
    Power,
    Product,
    Root,
    Sign,
    Text,
    Transpose,
    line,
    name,
)
from core.notation.written import ATOM, POWER, PRODUCT, SIGNS, SUM, WORDS, Bound, approximate
from core.tensors.program import Line as Computed
from core.tensors.program import Option, Program

SAID = frozenset(("dim", "padding", "diagonal", "p", "targets"))  # options that are written beside the arguments
SILENT = {"dim": None, "padding": "valid", "diagonal": 0, "p": 2}  # and not where they are what is meant anyway
ALONG_THE_LAST = ("softmax", "log_softmax", "layer_norm")
CALLED = {
    "log_softmax": "logsoftmax",
    "layer_norm": "layernorm",
    "cross_entropy": "crossentropy",
    "max_over": "max",
    "min_over": "min",
    "inverse": "inv",
}


def stages(program: Program, letter: str) -> tuple[Line, ...]:
    """z = xW + b; h = relu(z); …: a formula for every line with a name, and one for the output, called ``letter``."""
    first, last = len(program.inputs), len(program.shapes) - 1
    named = [at for at, line_ in enumerate(program.lines, first) if line_.name or at == last]
    return tuple(line(_called(program, at, letter), "=", formula(program, at)) for at in named)


def _called(program: Program, at: int, letter: str) -> Piece:
    line_ = program.lines[at - len(program.inputs)]
    return name(line_.name or letter)


def formula(program: Program, at: int, letters: Mapping[int, Piece] | None = None) -> Piece:
    """What a line computes; values with a letter are called by it where they are used."""
    if at < len(program.inputs):
        return name(program.inputs[at].name)
    return _Writer(program, letters or {}).line(at)[0]


class _Writer:
    """Writes the lines of one program; each as a piece, and how tightly that holds together."""

    def __init__(self, program: Program, letters: Mapping[int, Piece]) -> None:
        self.program, self.first, self.letters = program, len(program.inputs), letters

    def line(self, at: int) -> Bound:
        """What stands on the right of a line, even of one that has a name."""
        written = self.program.lines[at - self.first]
        return WRITERS.get(written.op, _Writer.call)(self, written)

    def value(self, at: int) -> Bound:
        """A value where it is used: by its name if it has one."""
        if at < self.first:
            return name(self.program.inputs[at].name), ATOM
        if at in self.letters:
            return self.letters[at], ATOM
        own = self.program.lines[at - self.first].name
        return (name(own), ATOM) if own else self.line(at)

    def at_least(self, at: int, level: int) -> Piece:
        piece, own = self.value(at)
        return piece if own >= level else Bracketed(piece)

    def call(self, written: Computed) -> Bound:
        """op(a, b, dim = 1)"""
        function = WORDS.get(written.op) or Text(CALLED.get(written.op, written.op).replace("_", " "), "operator")
        told = [
            line(Text(key, "word"), "=", _option(value))
            for key, value in written.options
            if key in SAID and SILENT.get(key, ...) != value and not self.is_last(written, key)
        ]
        return Call(function, (*(self.value(at)[0] for at in written.args), *told)), ATOM

    def is_last(self, written: Computed, key: str) -> bool:
        """Whether an operation along a dimension goes along the last one, and is meant to unless told otherwise."""
        return key == "dim" and written.op in ALONG_THE_LAST and written.told[key] == len(written.shape) - 1

    def sum(self, written: Computed) -> Bound:
        left, right = written.args
        return line(self.at_least(left, SUM), written.op, self.at_least(right, PRODUCT)), SUM

    def negative(self, written: Computed) -> Bound:
        return Negative(self.at_least(written.args[0], PRODUCT)), SUM

    def product(self, written: Computed) -> Bound:
        """Numbers times something side by side; entry by entry with a sign between."""
        left, right = written.args
        scalar = any(self.program.shapes[at] == () for at in written.args)
        between = (THIN,) if scalar else (Sign("⊙"),)
        return Line((self.at_least(left, PRODUCT), *between, self.at_least(right, POWER))), PRODUCT

    def matmul(self, written: Computed) -> Bound:
        left, right = written.args
        return Product((self.at_least(left, PRODUCT), self.at_least(right, POWER)), THIN), PRODUCT

    def fraction(self, written: Computed) -> Bound:
        top, bottom = written.args
        return Fraction(self.value(top)[0], self.value(bottom)[0]), PRODUCT

    def power(self, written: Computed) -> Bound:
        base, exponent = written.args
        return Power(self.at_least(base, ATOM), self.value(exponent)[0]), POWER

    def comparison(self, written: Computed) -> Bound:
        left, right = written.args
        return line(self.at_least(left, SUM), SIGNS[written.op], self.at_least(right, SUM)), 0

    def transpose(self, written: Computed) -> Bound:
        return Transpose(self.at_least(written.args[0], ATOM)), ATOM

    def same(self, written: Computed) -> Bound:
        return self.value(written.args[0])

    def root(self, written: Computed) -> Bound:
        return Root(self.value(written.args[0])[0]), ATOM

    def absolute(self, written: Computed) -> Bound:
        return Absolute(self.value(written.args[0])[0]), ATOM

    def select(self, written: Computed) -> Bound:
        """x[0, 1:3]"""
        at = written.told["at"]
        assert isinstance(at, tuple)
        places = ", ".join(map(_place, at))
        return Line((self.at_least(written.args[0], ATOM), Text(f"[{places}]", "code"))), ATOM

    def constant(self, written: Computed) -> Bound:
        entries = written.told["entries"]
        assert isinstance(entries, tuple)
        cells = [_option(entry) for entry in entries]
        if not written.shape:
            return cells[0], _level(entries[0])
        width = written.shape[-1]
        return Matrix(tuple(tuple(cells[k : k + width]) for k in range(0, len(cells), width))), ATOM


def _place(at: Option) -> str:
    if isinstance(at, tuple):
        start, stop, step = ("" if part is None else str(part) for part in (*at, None, None, None)[:3])
        return f"{start}:{stop}" + (f":{step}" if step and step != "1" else "")
    return str(at)


def _option(value: Option) -> Piece:
    """An option or an entry of a constant."""
    if isinstance(value, Node):
        return Expression(value)
    if isinstance(value, bool) or value is None or isinstance(value, str):
        return Text(str(value), "word")
    if isinstance(value, tuple):
        return Text(f"({', '.join(map(str, value))})", "code")
    return approximate(float(value))


def _level(value: Option) -> int:
    """How tightly a number holds together."""
    negative = value.op == "neg" if isinstance(value, Node) else isinstance(value, (int, float)) and value < 0
    return SUM if negative else PRODUCT if isinstance(value, Node) and value.args else ATOM


WRITERS: dict[str, Callable[[_Writer, Computed], Bound]] = {
    "+": _Writer.sum,
    "-": _Writer.sum,
    "*": _Writer.product,
    "/": _Writer.fraction,
    "^": _Writer.power,
    "neg": _Writer.negative,
    **dict.fromkeys(COMPARISONS, _Writer.comparison),
    "matmul": _Writer.matmul,
    "dot": _Writer.call,
    "transpose": _Writer.transpose,
    "sqrt": _Writer.root,
    "abs": _Writer.absolute,
    "select": _Writer.select,
    "reshape": _Writer.same,
    "constant": _Writer.constant,
}

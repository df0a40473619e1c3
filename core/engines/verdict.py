"""Do the engines agree, and where they do not: why."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from core.engines.autograd import Autograd
from core.engines.differences import Differences
from core.engines.local import Output, look
from core.engines.reasons import (
    CLOSE,
    CODES,
    EXACT,
    FALLBACK,
    NO_DERIVATIVE,
    ONLY,
    RULES,
    Entry,
    Facts,
    facts,
    first,
    near,
)
from core.expression import Node

Vector = tuple[float, ...]
Matrix = tuple[Vector, ...]


@dataclass(frozen=True)
class Note:
    """Why something is not as it should be. ``output`` and ``input`` count from 0; None: not about one."""

    code: str
    output: int | None
    input: int | None
    facts: Facts


@dataclass(frozen=True)
class Check:
    """One engine's answer beside SymPy's.

    ``vjp`` is the engine's vᵀJ. ``agrees``: every element equals SymPy's within what arithmetic allows; two
    nan or infinities agree only for a named reason. ``error`` is the largest difference,
    None where an element is not finite.
    ``kind`` is "exact" (within a few units in the last place), "agree", or the code of the reason to be told.
    """

    vjp: Vector
    agrees: bool
    error: float | None
    kind: str


@dataclass(frozen=True)
class Verdict:
    """Both engines against SymPy, and the reasons, the most important first."""

    torch: Check
    finite_difference: Check
    notes: tuple[Note, ...]


def judge(
    outputs: Sequence[Node],
    inputs: Sequence[str],
    point: Sequence[float],
    cotangent: Sequence[float],
    jacobian_at: Matrix,
    total: Sequence[float],
    torch: Autograd,
    differences: Differences,
) -> Verdict:
    """SymPy's Jacobian ``jacobian_at[i][j]`` = dy_i/dx_j and its vᵀJ ``total[j]`` against the two engines."""
    seen = look(outputs, inputs, point)
    entries = [
        [_entry(i, j, seen, jacobian_at, torch, differences) for j in range(len(inputs))] for i in range(len(outputs))
    ]
    notes = [] if torch.depends else [Note("no_dependence", None, None, {})]
    for i, row in enumerate(entries):
        notes += _row_notes(i, row)
    notes += _leaks(entries, cotangent, total, torch)
    notes += _unexplained(entries, notes)
    columns = [Column(j, cotangent, [row[j] for row in entries], total[j], notes) for j in range(len(inputs))]
    notes += [note for column in columns for note in column.overflows(torch.vjp[column.j])]
    by_torch, more = _check("torch", torch.vjp, columns)
    by_differences, rest = _check("finite_difference", differences.vjp, columns)
    return Verdict(by_torch, by_differences, tuple(_in_order([*notes, *more, *rest])))


def _entry(i: int, j: int, seen: Sequence[Output], jacobian_at: Matrix, torch: Autograd, d: Differences) -> Entry:
    troubled = [bool(output.trouble(j)) for output in seen]
    return Entry(
        j=j,
        output=seen[i],
        here=d.values[i],
        sympy=jacobian_at[i][j],
        torch=torch.jacobian[i][j],
        measured=d.jacobian[i][j],
        error=d.error[i][j],
        left=d.left[i][j],
        right=d.right[i][j],
        side_error=d.side_error[i][j],
        before=d.before[i][j],
        after=d.after[i][j],
        limit=d.limit[i][j],
        jumps=d.jumps[i][j],
        reach=d.reach[j],
        spoiled=math.isnan(torch.jacobian[i][j]) and not troubled[i] and any(troubled),
    )


def _row_notes(i: int, row: Sequence[Entry]) -> list[Note]:
    if not row[0].defined:
        return [Note(*_no_value(i, row))]
    notes = []
    for entry in row:
        if entry.output.touches[entry.j]:
            told = {code: said for code, rule in RULES.items() if (said := rule(entry)) is not None}
            for_differences = [code for code in told if ONLY.get(code) != "torch"]
            spare = {code for code in FALLBACK if code in told and code != for_differences[0]}
            notes += [Note(code, i, entry.j, said) for code, said in told.items() if code not in spare]
    return notes


def _no_value(i: int, row: Sequence[Entry]) -> tuple[str, int, None, Facts]:
    """Why y_i has no value at the point."""
    output, value = row[0].output, row[0].here
    if lost := output.happened("range"):
        return "overflow", i, None, facts("overflow", lost[0].text, value)
    operation = first(output.happened("undefined"))
    limits = [entry.limit for entry in row if output.touches[entry.j]]
    if limits and all(map(math.isfinite, limits)):
        return "removable", i, None, facts("removable", operation, value, limits[0])
    return "undefined", i, None, facts("undefined", operation, value)


def _leaks(
    entries: Sequence[Sequence[Entry]], cotangent: Sequence[float], total: Sequence[float], torch: Autograd
) -> list[Note]:
    """Rows whose weight is 0 and that spoil the sum all the same: 0 times infinity is nan."""
    notes = []
    for i, row in enumerate(entries):
        causes = [
            first(entry.output.trouble(j))
            for j, entry in enumerate(row)
            if (entry.output.trouble(j) or not math.isfinite(entry.sympy))
            and (
                any(other[j].spoiled for other in entries)
                or (cotangent[i] == 0 and (math.isnan(torch.vjp[j]) or math.isnan(total[j])))
            )
        ]
        notes += [Note("zero_weight", i, None, facts("zero_weight", cause)) for cause in causes[:1]]
    return notes


def _unexplained(entries: Sequence[Sequence[Entry]], notes: Sequence[Note]) -> list[Note]:
    """Entries where torch's one-hot pass differs from SymPy and no note says why."""
    return [
        Note("unexplained", i, j, facts("unexplained", "torch", entry.torch, entry.sympy))
        for i, row in enumerate(entries)
        for j, entry in enumerate(row)
        if not entry.torch_is_close and not any(_tells(note, "torch", i, j) for note in notes)
    ]


def _tells(note: Note, engine: str, i: int, j: int) -> bool:
    """Whether a note is a reason for what ``engine`` says of dy_i/dx_j."""
    if ONLY.get(note.code, engine) != engine or note.input not in (None, j):
        return False
    return note.output in (None, i) or note.code == "zero_weight"


@dataclass(frozen=True)
class Column:
    """(vᵀJ)_j and what it is made of: the entries dy_i/dx_j, SymPy's sum, and the notes so far."""

    j: int
    weights: Sequence[float]
    entries: Sequence[Entry]
    total: float
    notes: list[Note]

    def weighted(self, size: Callable[[Entry], float]) -> float:
        """Sum over the rows of |v_i| times the size of the entry, what is not finite left out."""
        sizes = (abs(v) * size(e) for v, e in zip(self.weights, self.entries, strict=True) if v)
        return sum(s for s in sizes if math.isfinite(s))

    def overflows(self, vjp: float) -> list[Note]:
        """Finite entries whose weighted sum is not."""
        finite = all(math.isfinite(entry.sympy) and math.isfinite(entry.torch) for entry in self.entries)
        lost = finite and not (math.isfinite(self.total) and math.isfinite(vjp))
        return [Note("overflow", None, self.j, facts("overflow", "", vjp))] if lost else []

    def reasons(self, engine: str) -> list[Note]:
        """The notes that concern this engine's number here, the most important first."""
        rows = [i for i, v in enumerate(self.weights) if v]
        return [
            note
            for note in _in_order(self.notes)
            if note.code == "zero_weight" or any(_tells(note, engine, i, self.j) for i in rows)
        ]


ALLOWED: dict[str, Callable[[Entry], float]] = {
    "torch": lambda entry: CLOSE * abs(entry.sympy),
    "finite_difference": lambda entry: entry.allowed,
}


def _check(engine: str, vjp: Vector, columns: Sequence[Column]) -> tuple[Check, list[Note]]:
    """One engine's vᵀJ beside SymPy's, and a note for every difference that no other note explains."""
    allowed, kinds, notes, agrees = ALLOWED[engine], [], [], True
    for column, value in zip(columns, vjp, strict=True):
        reasons = column.reasons(engine)
        same = near(value, column.total, column.weighted(allowed)) and (math.isfinite(value) or bool(reasons))
        if not same and not reasons:
            reasons = [Note("unexplained", None, column.j, facts("unexplained", engine, value, column.total))]
            notes += reasons
        agrees = agrees and same
        bare = not same or not math.isfinite(value)
        kinds += [note.code for note in reasons if bare or note.code in NO_DERIVATIVE][:1]
    errors = [abs(value - column.total) for column, value in zip(columns, vjp, strict=True)]
    exact = all(
        error <= EXACT * column.weighted(lambda entry: abs(entry.sympy))
        for column, error in zip(columns, errors, strict=True)
    )
    told = min(kinds, key=list(CODES).index, default="exact" if exact else "agree")
    return Check(vjp, agrees, max(errors) if all(map(math.isfinite, errors)) else None, told), notes


def _in_order(notes: Iterable[Note]) -> list[Note]:
    return sorted(notes, key=lambda note: list(CODES).index(note.code))

"""Do the engines agree, and where they do not: why."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import partial

from core.engines.autograd import Autograd
from core.engines.differences import Differences, differentiate, tends_to
from core.engines.disagreement import (
    ALONE,
    BESIDE,
    CLOSE,
    COARSE,
    CODES,
    CORRECTED,
    EXACT,
    FALLBACK,
    MEASURED,
    NO_DERIVATIVE,
    ONLY,
    RULES,
    STEPPED_OVER,
    Entry,
    Facts,
    apart,
    facts,
    first,
    near,
    true_slope,
)
from core.engines.forward_mode import Output, look
from core.engines.referee import Referee, Truth, decimal
from core.expression.tree import SUBSCRIPTS, Node
from core.numbers.precise import Unclear

Vector = tuple[float, ...]
Matrix = tuple[Vector, ...]

ZERO_WEIGHT = ("zero_weight", "zero_weight_formula")  # of one row, and of the whole sum
BLURRED = 1e-12  # of y_i: beyond this its rounding noise decides how small a step may be


@dataclass(frozen=True)
class Note:
    """Why something is not as it should be. ``output`` and ``input`` count from 0; None: not about one.

    ``place`` names the derivative in print, "∂y₁/∂x₂"; it is empty where there is only one.
    """

    code: str
    output: int | None
    input: int | None
    facts: Facts
    place: str = field(default="", compare=False)


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


MARKS = {
    "exact": "✓",
    "agree": "✓",
    "same": "!",  # the same number where there is no derivative
    "explained": "≠",
}


@dataclass(frozen=True)
class Verdict:
    """Both engines against SymPy, and the reasons, the most important first.

    ``slopes[i][j]`` is dy_i/dx_j as a picture may draw it: J but for its conventions, nan where there is no derivative.
    """

    torch: Check
    finite_difference: Check
    notes: tuple[Note, ...]
    slopes: Matrix = ()

    @property
    def kind(self) -> str:
        """How torch's answer compares, a key of MARKS: what every view says first."""
        if self.torch.kind in ("exact", "agree"):
            return self.torch.kind
        return "same" if self.torch.agrees else "explained"

    @property
    def mark(self) -> str:
        """✓, ! or ≠"""
        return MARKS[self.kind]

    @property
    def calm(self) -> bool:
        """Whether torch's answer needs no explaining."""
        return self.kind in ("exact", "agree")


def judge(
    outputs: Sequence[Node],
    inputs: Sequence[str],
    point: Sequence[float],
    cotangent: Sequence[float],
    jacobian_at: Matrix,
    total: Sequence[float],
    torch: Autograd,
    differences: Differences,
    letter: str = "y",
    trees: Sequence[Node] | None = None,
) -> Verdict:
    """SymPy's Jacobian ``jacobian_at[i][j]`` = dy_i/dx_j and its vᵀJ ``total[j]`` against the two engines.

    ``letter`` is what the notes call the outputs; ``trees`` are the exact coordinates of the point.
    """
    seen = look(outputs, inputs, point)
    if blur := _blur(seen):
        differences = differentiate(outputs, inputs, point, cotangent, blur)
    entries = [
        [_entry(i, j, seen, jacobian_at, torch, differences) for j in range(len(inputs))] for i in range(len(outputs))
    ]
    referee = Referee(inputs, trees or list(map(decimal, point))) if all(map(math.isfinite, point)) else None
    if referee:
        entries = _refereed(entries, outputs, inputs, point, referee)
    notes = [] if torch.depends else [Note("no_dependence", None, None, {})]
    for i, row in enumerate(entries):
        asked = row[0].referee
        tends = partial(asked.tends_to, outputs[i]) if asked else partial(tends_to, outputs[i], inputs, point)
        notes += _row_notes(i, row, tends)
    notes += _leaks(entries, cotangent, total, torch)
    notes += _unexplained(entries, notes)
    columns = [Column(j, cotangent, [row[j] for row in entries], total[j], notes) for j in range(len(inputs))]
    notes += [note for column in columns for note in column.lost_in_the_sum(torch.vjp[column.j])]
    by_torch, more = _check("torch", torch.vjp, columns)
    by_differences, rest = _check("finite_difference", differences.vjp, columns)
    told = _in_order([*notes, *more, *rest])
    ys = [f"{letter}{i}".translate(SUBSCRIPTS) for i in range(1, len(outputs) + 1)]
    placed = tuple(replace(note, place=_place(note, ys, inputs)) for note in told)
    slopes = tuple(tuple(_slope(i, entry, placed) for entry in row) for i, row in enumerate(entries))
    return Verdict(by_torch, by_differences, placed, slopes)


def _slope(i: int, entry: Entry, notes: Sequence[Note]) -> float:
    """The derivative dy_i/dx_j by all that is known; nan where it does not exist."""
    told = {note.code for note in notes if note.output in (None, i) and note.input in (None, entry.j)}
    if told & set(NO_DERIVATIVE):
        return math.nan
    return true_slope(entry) if told & set(CORRECTED) else entry.sympy


def _place(note: Note, ys: Sequence[str], inputs: Sequence[str]) -> str:
    """What a note is about: ∂y₁/∂x₂, y₁, or x.grad[1] for the sum of a column; nothing where there is no choice."""
    if len(ys) == len(inputs) == 1 or (note.output is None and note.input is None):
        return ""
    if note.input is None:
        return ys[note.output or 0] if len(ys) > 1 else ""
    if note.output is None:
        return f"x.grad[{note.input}]" if len(inputs) > 1 else ""
    return f"∂{ys[note.output]}/∂{inputs[note.input].translate(SUBSCRIPTS)}"


def _blur(seen: Sequence[Output]) -> Vector | None:
    """How far off the values are, where a root of a rounded 0 or the like makes that far more than their last digits.

    Not at a switch, where the nudges themselves change the formula.
    """
    blurs = tuple(0.0 if output.happened("switch") else output.blur for output in seen)
    blurred = any(b > BLURRED * max(1.0, abs(output.value)) for b, output in zip(blurs, seen, strict=True))
    return blurs if blurred else None


def _entry(i: int, j: int, seen: Sequence[Output], jacobian_at: Matrix, torch: Autograd, d: Differences) -> Entry:
    troubled = [bool(output.trouble(j)) for output in seen]
    sizes = [abs(size) for size in jacobian_at[i] if math.isfinite(size)]
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
        scale=max([1.0, *sizes]),
        before=d.before[i][j],
        after=d.after[i][j],
        limit=d.limit[i][j],
        jumps=d.jumps[i][j],
        unbounded=d.unbounded[i][j],
        reach=d.reach[j],
        in_floats=math.nan if seen[i].happened("undefined") else d.values[i],
        spoiled=math.isnan(torch.jacobian[i][j]) and not troubled[i] and (any(troubled) or not seen[i].touches[j]),
    )


def _refereed(
    entries: Sequence[Sequence[Entry]],
    outputs: Sequence[Node],
    inputs: Sequence[str],
    point: Sequence[float],
    referee: Referee,
) -> list[list[Entry]]:
    """The entries, with the referee's answers in the rows where engines differ or an edge is near."""
    truths: dict[tuple[int, int], Truth] = {}
    for i, row in enumerate(entries):
        for entry in row if any(map(_doubtful, row)) else ():
            with suppress(Unclear):
                truths[i, entry.j] = (
                    referee.along(outputs[i], entry.j, _nearest(entry, point[entry.j]))
                    if entry.output.touches[entry.j]
                    else referee.beyond(outputs[i])
                )
    if not truths:
        return [list(row) for row in entries]
    seen = look(outputs, inputs, point, referee.point.known())
    return [
        [_certain(entry, seen[i], truths[i, entry.j], referee) if (i, entry.j) in truths else entry for entry in row]
        for i, row in enumerate(entries)
    ]


def _doubtful(entry: Entry) -> bool:
    if entry.output.nowhere:
        return False
    torch_agrees = entry.torch_is_close or entry.spoiled
    agree = torch_agrees and entry.measured_is_close and math.isfinite(entry.sympy) and entry.defined
    return entry.output.uncertain or not agree


def _nearest(entry: Entry, x: float) -> float:
    """How far 0 and the nearest thing are that is not reached: the referee's steps have to stay below that."""
    ahead = (event.distance[entry.j] for event in entry.output.events if event.distance and not event.reached)
    return min((distance for distance in (abs(x), *ahead) if distance > 0), default=1.0)


def _certain(entry: Entry, output: Output, truth: Truth, referee: Referee) -> Entry:
    return replace(
        entry,
        output=output,
        here=truth.here,
        left=truth.left,
        right=truth.right,
        side_error=0.0,
        before=truth.before,
        after=truth.after,
        limit=truth.limit,
        jumps=truth.jumps,
        unbounded=truth.unbounded,
        true=truth.slope,
        swings=truth.swings,
        defined_beside=truth.defined,
        referee=referee,
    )


def _row_notes(i: int, row: Sequence[Entry], tends: Callable[[float], bool]) -> list[Note]:
    if not row[0].defined or row[0].output.happened("undefined"):  # atan(1/x) has a float at 0, but no value
        stepped_over = _hidden_edges(i, row)
        touched = {entry.j for entry in row if entry.output.touches[entry.j]}
        all_told = touched <= {note.input for note in stepped_over}
        return stepped_over if stepped_over and all_told else [*stepped_over, Note(*_no_value(i, row, tends))]
    return [note for entry in row for note in _entry_notes(i, entry)]


def _entry_notes(i: int, entry: Entry) -> list[Note]:
    rules = RULES if entry.output.touches[entry.j] else BESIDE
    told = {code: said for code, rule in rules.items() if (said := rule(entry)) is not None}
    if any(code in told for code in ALONE):
        told = {code: said for code, said in told.items() if code in ALONE or ONLY.get(code) == "torch"}
    for_differences = [code for code in told if ONLY.get(code) != "torch" and code != "rounding"]
    spare = {code for code in FALLBACK if code in told and code != for_differences[0]}
    return [Note(code, i, entry.j, said) for code, said in told.items() if code not in spare]


def _hidden_edges(i: int, row: Sequence[Entry]) -> list[Note]:
    """What floats step over where f has no value: tan at pi/2 has one for them."""
    if not math.isfinite(row[0].in_floats):
        return []
    return [
        Note(code, i, entry.j, said)
        for entry in row
        if entry.output.touches[entry.j]
        for code in STEPPED_OVER
        if (said := RULES[code](entry)) is not None
    ]


def _no_value(i: int, row: Sequence[Entry], tends: Callable[[float], bool]) -> tuple[str, int, None, Facts]:
    """Why y_i has no value at the point."""
    output = row[0].output
    touched = [entry for entry in row if output.touches[entry.j]]
    exact = bool(touched) and all(math.isfinite(entry.sympy) for entry in touched)
    if lost := output.happened("range"):
        code = "overflow_value" if exact and all(entry.torch_is_close for entry in touched) else "overflow"
        return code, i, None, facts(code, lost[0].text, lost[0].result)
    causes = output.happened("undefined")
    operation, result = first(causes, output), causes[0].result if causes else row[0].here
    limits = [entry.limit for entry in touched]
    if not limits or not _same(limits) or not (len(limits) == 1 or tends(limits[0])):
        return "undefined", i, None, facts("undefined", operation, result)
    if not exact:
        return "hole", i, None, facts("hole", operation, result, limits[0])
    torch = next((entry.torch for entry in touched if not entry.torch_is_close), touched[0].torch)
    return "removable", i, None, facts("removable", operation, result, limits[0], torch)


def _same(limits: Sequence[float]) -> bool:
    return all(near(limit, limits[0], MEASURED * max(1.0, abs(limit))) for limit in limits) and math.isfinite(limits[0])


def _leaks(
    entries: Sequence[Sequence[Entry]], cotangent: Sequence[float], total: Sequence[float], torch: Autograd
) -> list[Note]:
    """Rows whose weight is 0 and that spoil the sum all the same: 0 times infinity is nan."""
    notes = []
    for i, row in enumerate(entries):
        causes = [
            first(entry.output.trouble(j), entry.output)
            for j, entry in enumerate(row)
            if (entry.output.trouble(j) or not math.isfinite(entry.sympy) or entry.leaks)
            and (any(other[j].spoiled for other in entries) or (cotangent[i] == 0 and math.isnan(torch.vjp[j])))
        ]
        notes += [Note("zero_weight", i, None, facts("zero_weight", cause)) for cause in causes[:1]]
        if not causes and cotangent[i] == 0:
            spoilt = [entry for j, entry in enumerate(row) if math.isnan(total[j]) and not math.isfinite(entry.sympy)]
            notes += [
                Note("zero_weight_formula", i, None, facts("zero_weight_formula", cause, torch.vjp[entry.j]))
                for entry in spoilt[:1]
                for cause in [first(entry.output.trouble(entry.j), entry.output)]
            ]
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
    return note.output in (None, i) or note.code in ZERO_WEIGHT


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

    @property
    def close(self) -> float:
        """How far torch's sum may be off and still agree; rounding on the way may make it more."""
        dust = self.weighted(lambda entry: entry.dust if abs(entry.sympy) <= entry.dust else 0.0)
        own = CLOSE * max(1.0, abs(self.total)) if math.isfinite(self.total) else 0.0
        return min(self.weighted(lambda entry: entry.close), own + dust)

    def lost_in_the_sum(self, vjp: float) -> list[Note]:
        """Entries of which each is right and whose weighted sum is not: it overflows, or large ones cancel."""
        if any(not math.isfinite(entry.sympy) or not entry.torch_is_close for entry in self.entries):
            return []
        if not (math.isfinite(self.total) and math.isfinite(vjp)):
            return [Note("overflow_back", None, self.j, facts("overflow_back", vjp, self.total))]
        rounded = self.close < abs(vjp - self.total) <= self.weighted(lambda entry: entry.close + entry.rounding)
        return [Note("rounding", None, self.j, facts("rounding", *apart(vjp, self.total)))] if rounded else []

    def reasons(self, engine: str) -> list[Note]:
        """The notes that concern this engine's number here, the most important first."""
        rows = [i for i, v in enumerate(self.weights) if v]
        return [
            note
            for note in _in_order(self.notes)
            if note.code in ZERO_WEIGHT or any(_tells(note, engine, i, self.j) for i in rows)
        ]


ALLOWED: dict[str, Callable[[Column], float]] = {
    "torch": lambda column: column.close,
    "finite_difference": lambda column: min(
        column.weighted(lambda entry: entry.allowed),
        COARSE * max(1.0, abs(column.total)) if math.isfinite(column.total) else 0.0,
    ),
}


def _check(engine: str, vjp: Vector, columns: Sequence[Column]) -> tuple[Check, list[Note]]:
    """One engine's vᵀJ beside SymPy's, and a note for every difference that no other note explains."""
    allowed, kinds, notes, agrees = ALLOWED[engine], [], [], True
    for column, value in zip(columns, vjp, strict=True):
        reasons = column.reasons(engine)
        same = near(value, column.total, allowed(column)) and (math.isfinite(value) or bool(reasons))
        if not same and not reasons:
            reasons = [_unresolved(engine, column, value)]
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


def _unresolved(engine: str, column: Column, value: float) -> Note:
    """The note where no other speaks: finite differences of large terms cannot resolve a sum that cancels."""
    if engine == "finite_difference" and near(value, column.total, column.weighted(lambda entry: entry.allowed)):
        return Note("step", None, column.j, facts("step", *apart(value, column.total)))
    return Note("unexplained", None, column.j, facts("unexplained", engine, value, column.total))


def _in_order(notes: Iterable[Note]) -> list[Note]:
    return sorted(notes, key=lambda note: list(CODES).index(note.code))

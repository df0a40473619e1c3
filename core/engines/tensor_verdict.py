"""The verdict on a gradient of a program: torch's and a measured one beside the sum of the cards, and why they differ.

Σ v·output is measured along every entry of one input, with its one-sided slopes: where these differ there is no
derivative, and the operation at whose kink or tie the point lies is named.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.engines.differences import FIRST_STEP, Differences, measured
from core.engines.disagreement import CLOSE, COARSE, CODES, EXACT, MEASURED, NO_DERIVATIVE, SAFETY, apart, facts, near
from core.engines.tensor_forward import forward
from core.engines.tensors import TensorAutograd
from core.engines.verdict import Check, Note, Verdict
from core.expression.tree import COMPARISONS, OPERATORS
from core.tensors.program import Line, Program
from core.tensors.values import axes, lines

Array = NDArray[Any]

LEVELS = 16  # halvings of the first step
ROUNDING = 2.0**-52
NEARBY = 1e-9  # of the size of what is compared: rounding alone may put it on the other side


def judge(
    program: Program, values: Sequence[Array], v: Array, at: int, terms: Array, total: Array, torch: TensorAutograd
) -> Verdict:
    """``total`` is the sum of ``terms``, in the shape of the input ``at``; ``terms`` are v_ij·∂out_ij/∂(that input)."""
    known = [value.astype(float) for value in values]
    weights, ours = v.astype(float), total.astype(float).ravel()
    differences = slopes(program, known[: len(program.inputs)], weights, at)
    theirs = torch.grads[at]
    seen = Seen(
        program,
        known,
        ours,
        np.zeros(ours.shape) if theirs is None else theirs.ravel(),
        np.abs(terms.astype(float)).reshape(-1, ours.size).sum(axis=0),
        differences,
    )
    notes = list(_notes(seen, at))
    by_torch = _check(seen, "torch", seen.torch, notes)
    by_differences = _check(seen, "finite_difference", np.array(differences.jacobian[0]), notes)
    told = tuple(sorted((note for _, note in notes), key=lambda note: list(CODES).index(note.code)))
    return Verdict(by_torch, by_differences, told)


def slopes(program: Program, inputs: Sequence[Array], v: Array, at: int) -> Differences:
    """Σ v·output along every entry of input ``at``, weights of 0 left out."""
    x = inputs[at].ravel()
    reach = FIRST_STEP * np.maximum(np.abs(x), 1.0)
    steps = np.asarray((x[:, None] + reach[:, None] * 0.5 ** np.arange(LEVELS)) - x[:, None])
    n, kept = x.size, v != 0
    moves = (np.eye(n)[:, None, :] * steps[:, :, None]).reshape(-1, n)  # (n·levels, n)
    with np.errstate(all="ignore"):
        points = np.concatenate([x[None], x - moves, x + moves])
        count = len(points)
        batch = [
            points.reshape(count, *value.shape) if k == at else np.broadcast_to(value, (count, *value.shape))
            for k, value in enumerate(inputs)
        ]
        outputs = forward(program, batch)[-1][:, kept]
        sums = outputs @ v[kept]
        blur = [float(4 * ROUNDING * (np.abs(outputs[0]) @ np.abs(v[kept])))]
    minus, plus = sums[1:].reshape(2, 1, n, LEVELS)
    return measured(sums[:1], minus, plus, steps, reach, [1.0], blur)


@dataclass(frozen=True)
class Seen:
    """Every entry of a gradient as everybody sees it: ours, torch's, the size of its terms, and what was measured."""

    program: Program
    values: Sequence[Array]
    ours: Array
    torch: Array
    sizes: Array
    differences: Differences

    def close(self, k: int) -> float:
        """How far off torch may be and still agree."""
        return CLOSE * max(1.0, abs(float(self.ours[k])))

    def allowed(self, k: int) -> float:
        """How far off a finite difference may be: its own error estimate, within reason."""
        size, error = max(abs(float(self.ours[k])), float(self.sizes[k])), self.differences.error[0][k]
        own = SAFETY * error if math.isfinite(error) else 0.0
        return min(MEASURED * max(1.0, size) + own, COARSE * max(1.0, size))

    def sides(self, k: int) -> tuple[float, float]:
        """The slopes on the left and on the right."""
        return self.differences.left[0][k], self.differences.right[0][k]

    def corner(self, k: int) -> bool:
        """Whether both exist and differ."""
        left, right = self.sides(k)
        if not (math.isfinite(left) and math.isfinite(right)):
            return False
        room = SAFETY * self.differences.side_error[0][k] + MEASURED * max(1.0, abs(left), abs(right))
        return abs(right - left) > room and not self.differences.jumps[0][k]


Found = Iterator[tuple[int | None, Note]]  # the entry that a note is about, None: all


def _notes(seen: Seen, at: int) -> Found:
    name, shape = seen.program.inputs[at].name, seen.program.shapes[at]
    if told := _lost(seen):
        yield None, Note(told[0], None, None, facts(*told))
        return
    switches = list(_switches(seen.program, seen.values))
    for k, place in enumerate(np.ndindex(*shape)):
        for code, *said in _reasons(seen, k, switches):
            where = f"{name}.grad{list(place)}" if seen.ours.size > 1 else ""
            yield k, Note(code, None, k, facts(code, *said), where)


def _lost(seen: Seen) -> tuple[str, str, float] | None:
    """The first line that has no number where all before have one; -∞ in a mask may come to nothing."""
    if np.isfinite(seen.values[-1]).all():
        return None
    for at, line in enumerate(seen.program.lines, len(seen.program.inputs)):
        bad = seen.values[at][~np.isfinite(seen.values[at])]
        if bad.size and line.op not in ("constant", "masked_fill"):
            undefined = np.isnan(bad).any() or line.op not in GROWING
            return ("undefined" if undefined else "overflow_value"), called(seen.program, at), float(bad[0])
    return "undefined", called(seen.program, len(seen.values) - 1), float("nan")


GROWING = frozenset("+ - * ^ exp expm1 sinh cosh matmul dot sum mean prod norm outer mse conv1d conv2d".split())


def _reasons(seen: Seen, k: int, switches: Sequence[tuple[str, str, float, float]]) -> Iterator[tuple[Any, ...]]:
    """Why something is not as it should be at one entry, the code and its facts."""
    ours, torch, found = float(seen.ours[k]), float(seen.torch[k]), seen.differences.jacobian[0][k]
    (left, right), d = seen.sides(k), seen.differences
    hit = [switch for switch in switches if switch[2] == 0]
    cause = (hit or switches or [("", called(seen.program, len(seen.values) - 1), 0.0, 0.0)])[0]
    if d.jumps[0][k]:
        yield "jump", cause[1], *(f"{value:.4g}" for value in (d.before[0][k], d.values[0], d.after[0][k])), torch
    elif seen.corner(k):
        near_by = hit or [switch for switch in switches if switch[2] <= switch[3]]
        ties = [switch for switch in near_by if switch[0] in TIES]
        if near_by:
            code = "tie" if ties else "kink" if hit else "kink_rounded"
            yield code, (ties or near_by)[0][1], *map(_side, (left, right)), torch, ours
        else:
            yield _by_the_step(seen, k, switches)
    elif not (math.isfinite(ours) and math.isfinite(torch)):
        endless = not math.isfinite(left) or not math.isfinite(right)
        operation = called(seen.program, _steep(seen))
        yield ("singular", operation, _side(left), _side(right), torch) if endless else ("overflow_back", torch, ours)
    elif not near(torch, ours, seen.close(k)):
        if near(torch, ours, CLOSE * float(seen.sizes[k])):
            yield "rounding", *apart(torch, ours)
        elif near(found, ours, seen.allowed(k)):
            yield "convention", called(seen.program, _steep(seen)), found, torch, ours
        else:
            yield "unexplained", "torch", torch, ours
    elif not near(found, ours, seen.allowed(k)):
        yield _by_the_step(seen, k, switches)


def _by_the_step(seen: Seen, k: int, switches: Sequence[tuple[str, str, float, float]]) -> tuple[Any, ...]:
    """Why what was measured is another where torch agrees: a kink within the steps, or the steps themselves."""
    closest = min(switches, key=lambda switch: switch[2], default=None)
    if closest and closest[2] < seen.differences.reach[k]:
        return "near_kink", closest[1], closest[2]
    return "step", *apart(seen.differences.jacobian[0][k], float(seen.ours[k]))


def _side(value: float) -> str:
    return "–" if math.isnan(value) else f"{value + 0:.4g}"


def _steep(seen: Seen) -> int:
    """The last line whose own slope may be infinite or a matter of convention."""
    first = len(seen.program.inputs)
    found = [at for at, line in enumerate(seen.program.lines, first) if line.op in STEEP]
    return found[-1] if found else len(seen.values) - 1


STEEP = frozenset("sqrt cbrt log log1p / ^ asin acos acosh atanh atan2 xlogy det inverse norm".split())


def _check(seen: Seen, engine: str, answers: Array, notes: Sequence[tuple[int | None, Note]]) -> Check:
    agrees, exact, kinds, errors = True, True, [], []
    for k, answer in enumerate(answers.tolist()):
        ours = float(seen.ours[k])
        same = near(answer, ours, seen.close(k) if engine == "torch" else seen.close(k) + seen.allowed(k))
        reasons = [note.code for place, note in notes if place in (None, k)]
        agrees = agrees and same and (math.isfinite(answer) or bool(reasons))
        errors.append(abs(answer - ours))
        exact = exact and errors[-1] <= EXACT * float(seen.sizes[k])
        bare = not same or not math.isfinite(answer)
        kinds += [code for code in reasons if bare or code in NO_DERIVATIVE][:1]
    told = min(kinds, key=list(CODES).index, default="exact" if exact else "agree")
    return Check(tuple(answers.tolist()), agrees, max(errors) if all(map(math.isfinite, errors)) else None, told)


# ── Kinks and ties ───────────────────────────────────────────────────────────────────────────────────────


def _from(*places: float) -> Callable[[Line, Sequence[Array]], Array]:
    """How far the argument is from the nearest of some places."""
    return lambda line, args: np.min([np.abs(args[0] - place) for place in places], axis=0)


def _apart(line: Line, args: Sequence[Array]) -> Array:
    return np.abs(np.subtract(args[0], args[1]))


def _bounds(line: Line, args: Sequence[Array]) -> Array:
    return np.minimum(np.abs(np.subtract(args[0], args[1])), np.abs(np.subtract(args[0], args[2])))


def _whole(line: Line, args: Sequence[Array]) -> Array:
    part = np.asarray(args[0] / args[1] if len(args) > 1 else args[0])
    return np.asarray(np.abs(part - np.round(part)))


def _half(line: Line, args: Sequence[Array]) -> Array:
    return np.abs(args[0] - np.floor(args[0]) - 0.5)


def _runner_up(line: Line, args: Sequence[Array]) -> Array:
    """How far the second largest entry is from the largest, along the dimensions (of min: the smallest)."""
    (x,) = args
    entries = lines(x, axes(line.told, x.ndim))
    ordered = np.sort(entries if line.op == "max_over" else -entries, axis=-1)
    return np.asarray(ordered[..., -1] - ordered[..., -2]) if ordered.shape[-1] > 1 else np.array(np.inf)


def _length(line: Line, args: Sequence[Array]) -> Array:
    (x,) = args
    return np.asarray(np.abs(lines(x, axes(line.told, x.ndim))).max(axis=-1))


TIES = ("max", "min", "max_over", "min_over")
DISTANCES: dict[str, Callable[[Line, Sequence[Array]], Array]] = {
    **dict.fromkeys(("abs", "sign", "relu", "leaky_relu", "selu", "sqrt", "cbrt"), _from(0.0)),
    "relu6": _from(0.0, 6.0),
    "hardtanh": _from(-1.0, 1.0),
    "clamp": _bounds,
    **dict.fromkeys(("clamp_min", "clamp_max", "max", "min", *COMPARISONS), _apart),
    **dict.fromkeys(("floor", "ceil", "trunc", "frac", "fmod", "remainder"), _whole),
    "round": _half,
    **dict.fromkeys(("max_over", "min_over"), _runner_up),
    "norm": _length,
}


def _switches(program: Program, values: Sequence[Array]) -> Iterator[tuple[str, str, float, float]]:
    """Operations that have a kink: op, text, how far the point is from it, and how far rounding alone might be."""
    for at, line in enumerate(program.lines, len(program.inputs)):
        if line.op in DISTANCES:
            args = [values[arg] for arg in line.args]
            distance = float(np.min(DISTANCES[line.op](line, args), initial=np.inf))
            size = max((float(np.abs(arg[np.isfinite(arg)]).max(initial=0.0)) for arg in args), default=0.0)
            yield line.op, called(program, at), distance, NEARBY * max(1.0, size)


# ── Words ────────────────────────────────────────────────────────────────────────────────────────────────


def called(program: Program, at: int, depth: int = 2) -> str:
    """A value by its name, or as the operation that it is: relu(z), x@W + b, max(…)."""
    if at < len(program.inputs):
        return program.inputs[at].name
    line = program.lines[at - len(program.inputs)]
    if depth < 2 and line.name:
        return line.name
    if line.op == "constant":
        return _constant(line)
    if not depth:
        return "…"
    args = [*map(partial(called, program, depth=depth - 1), line.args)]
    if line.op in ("neg", "matmul", *OPERATORS, *COMPARISONS):
        sign = {"matmul": "@", "neg": "-"}.get(line.op, line.op)
        args = [f"({text})" if " " in text else text for text in args]
        return f"-{args[0]}" if line.op == "neg" else f"{args[0]} {sign} {args[1]}"
    return f"{line.op.removesuffix('_over')}({', '.join(args)})"


def _constant(line: Line) -> str:
    entries = line.told["entries"]
    assert isinstance(entries, tuple)
    return getattr(entries[0], "text", "") or "…" if not line.shape else "…"

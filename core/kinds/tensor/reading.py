"""A TensorProblem read: the program and its shapes, every number on its own, and everything that is wrong with them."""

from __future__ import annotations

import random
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from math import prod

from core.grammar import tensors
from core.kinds.constants import Constant, constant, matrix
from core.kinds.tensor.problem import RESERVED, TensorProblem, free_names, other_name, texts
from core.maps import laid_out
from core.numbers.exact import Number
from core.problem import Matrix, ProblemError, Tensor
from core.tensors.program import Program, Shape
from core.tensors.shapes import written


@dataclass(frozen=True)
class Entries:
    """A number, a vector or a matrix as it was read, row by row; None where an entry was refused."""

    shape: Shape
    constants: tuple[Constant | None, ...]

    @property
    def numbers(self) -> tuple[Number | None, ...]:
        """What is known of it."""
        return tuple(one and one.number for one in self.constants)

    @property
    def typed(self) -> Tensor:
        """The same as it could be typed."""
        return shaped([one.text if one else "" for one in self.constants], self.shape)


def shaped(entries: Sequence[str], shape: Shape) -> Tensor:
    """Texts, row by row, as the tensor of a shape."""
    match shape:
        case ():
            return entries[0]
        case (_,):
            return tuple(entries)
    return laid_out(entries, shape[1])


@dataclass(frozen=True)
class TensorReading:
    """``problem`` as it was read, None with ``errors``; ``meaning`` is the program, None where f was refused.

    ``inputs`` and ``v`` are numbers; those ``guessed`` had none, and were given some.
    """

    problem: TensorProblem | None
    errors: tuple[ProblemError, ...]
    inputs: tuple[tuple[str, Entries], ...] = ()
    v: Entries | None = None
    meaning: tensors.Meaning | None = field(default=None, compare=False)
    guessed: tuple[str, ...] = field(default=(), compare=False)

    @property
    def program(self) -> Program:
        """What f computes. Only of a sound reading."""
        assert self.meaning
        return self.meaning.program


def read(problem: TensorProblem) -> TensorReading:
    """Reads every entry on its own, so that one refusal does not hide the others. Never raises."""
    errors: list[ProblemError] = []
    names = free_names(problem.function, [name for name, _ in problem.inputs])
    typed = {name: entries(tensor, name, errors) for name, tensor in problem.inputs if name in names}
    known = {name: read for name, read in typed.items() if read}
    guessed: tuple[str, ...] = ()
    meaning = None
    try:
        errors.extend(_reserved(problem.function))
        guessed = tuple(name for name in names if name not in typed)
        if len(known) == len(typed):  # shapes that are not known would be guessed, and told of as if they were typed
            known |= _guessed(problem.function, guessed, {name: read.shape for name, read in known.items()})
            meaning = tensors.read(problem.function, {name: known[name].shape for name in names})
    except ProblemError as error:
        errors.append(error.anew())
    v = problem.v and entries(problem.v, "v", errors)
    if meaning:
        v = _weights(v or None, problem.v is not None, meaning.program.output, errors)
        errors.extend(_misplaced(problem, meaning.program))
    found = tuple(known.items())
    if errors or not meaning or not v:
        return TensorReading(None, tuple(errors), found, v or None, meaning, guessed)
    inputs = tuple((one.name, known[one.name]) for one in meaning.program.inputs)
    sound = TensorProblem(
        texts(problem)["f"],
        tuple((name, read.typed) for name, read in inputs),
        v.typed,
        problem.wrt or meaning.program.inputs[0].name,
        problem.batch,
    )
    return TensorReading(sound, (), inputs, v, meaning, guessed)


def entries(tensor: Tensor, name: str, errors: list[ProblemError]) -> Entries | None:
    """The numbers of a tensor; None if it has no shape. What is wrong (index row-major) goes to ``errors``."""
    rows, shape = _laid_out(tensor)
    read = matrix(rows, name, errors)
    return Entries(shape, tuple(entry for row in read for entry in row)) if read else None


def _laid_out(tensor: Tensor) -> tuple[Matrix, Shape]:
    """A tensor as rows, and its shape."""
    if isinstance(tensor, str):
        return ((tensor,),), ()
    rows = tuple(row for row in tensor if isinstance(row, tuple))
    if rows:
        return rows, (len(rows), len(rows[0]))
    vector = tuple(entry for entry in tensor if isinstance(entry, str))
    return (vector,), (len(vector),)


WEIGHTS = re.compile(r"(?<![\w.])v(?!\w)")


def _reserved(function: str) -> Iterator[ProblemError]:
    """The names in f that the address needs itself, each with another that is free."""
    names = tensors.names(function)
    for name in names:
        if name in RESERVED:
            other = other_name(name, names)
            span, *_ = tensors.uses(function, name)
            suggestion = tensors.renamed(function, name, other)
            yield ProblemError("address_name", field="f", span=span, name=name, suggestion=suggestion)
    if "v" not in names and any(part.name == "v" for part in tensors.parts(function)):
        # A line called v would stand beside the weights, which are called so everywhere.
        at, other = WEIGHTS.search(function), other_name("v", names)
        suggestion = WEIGHTS.sub(other, function)
        yield ProblemError("address_name", field="f", span=at and at.span(), name="v", suggestion=suggestion)


# ── Numbers that nobody typed ────────────────────────────────────────────────────────────────────────────


def _guessed(function: str, names: Iterable[str], known: Mapping[str, Shape]) -> dict[str, Entries]:
    """Small and different numbers for every name that has none."""
    shapes = tensors.guess(function, known) if names else {}
    return {name: sound(example(prod(shapes[name]), at), shapes[name]) for at, name in enumerate(names)}


def example(count: int, seed: int) -> list[str]:
    """So many different numbers, none of them 0 and few of them large; the same for the same seed."""
    pool = [f"{k / 2:g}" for k in range(1, max(9, count + 1))]
    return random.Random(seed).sample(pool, count)


def sound(texts: Sequence[str], shape: Shape) -> Entries:
    """Numbers that are known to be sound."""
    return Entries(shape, tuple(constant(text, "") for text in texts))


def _weights(v: Entries | None, typed: bool, output: Shape, errors: list[ProblemError]) -> Entries | None:
    """v in the output's shape: ones where none was typed; a row may be typed as a vector."""
    if not typed:
        return sound(["1"] * prod(output), output)
    if v is None or v.shape == output:
        return v
    if len(v.shape) <= 1 and prod(v.shape) == prod(output):
        return replace(v, shape=output)
    errors.append(ProblemError("wrong_v", field="v", shape=written(output), given=written(v.shape)))
    return v


def _misplaced(problem: TensorProblem, program: Program) -> Iterator[ProblemError]:
    """What is wrong with the inputs that there are, and with those that are named."""
    if not program.inputs:
        yield ProblemError("no_inputs", field="f")
    shapes = {one.name: one.shape for one in program.inputs}
    for name, field_ in ((problem.wrt, "wrt"), (problem.batch, "batch")):
        if name and name not in shapes:
            told = ", ".join(shapes)
            yield ProblemError("not_a_choice", field=field_, span=(0, len(name)), text=name[:24], choices=told)
    if batch := shapes.get(problem.batch or ""):
        size, output = batch[0], program.output
        if output[:1] not in ((), (size,)):
            yield ProblemError("no_batch", field="batch", name=str(problem.batch), size=size, shape=written(output))
    elif problem.batch in shapes:
        yield ProblemError("batch_of_one", field="batch", name=str(problem.batch))

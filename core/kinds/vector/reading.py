"""A VectorProblem read, entry by entry: what was understood, and everything that is wrong with it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import TypeVar

from core import grammar
from core.expression.operations import STEPS
from core.expression.text import to_text
from core.expression.tree import Node, names, natural, substituted, walk
from core.grammar import Choice, Field
from core.grammar.limits import check
from core.grammar.refusal import Refusal
from core.kinds.constants import Constant, constant
from core.kinds.vector.problem import VectorProblem
from core.numbers.exact import Number
from core.problem import MAX_ENTRIES, MAX_OUTPUTS, ProblemError


@dataclass(frozen=True)
class Stage:
    """Which functions are read: their parameter, and the letters of what goes in and of what comes out."""

    field: str
    before: str
    after: str


FIRST = Stage("f", "x", "y")


@dataclass(frozen=True)
class Reading:
    """What could be read of some functions, their point and v. ``None`` stands where the text was refused.

    ``problem`` is the problem as it was read: defaults written out, texts in canonical spelling; None with ``errors``.
    ``choices`` say what else a function could mean, each with the number of its field; ``named`` what the outputs are
    called on the left of their formulas, "" where nothing is said.
    """

    outputs: tuple[Node | None, ...]  # with the values of the constants
    inputs: tuple[str, ...]
    point: tuple[Number | None, ...]
    cotangent: tuple[Number | None, ...]
    errors: tuple[ProblemError, ...]
    problem: VectorProblem | None
    choices: tuple[tuple[int, Choice], ...] = field(default=(), compare=False)  # of the spelling alone
    named: tuple[str, ...] = field(default=(), compare=False)
    spelled: tuple[Node | None, ...] = field(default=(), compare=False)  # the outputs with the letters of the constants
    constants: Mapping[str, Number] = field(default_factory=dict, compare=False)


def read(problem: VectorProblem, stage: Stage = FIRST, aliases: Mapping[str, str] | None = None) -> Reading:
    """Reads every part of a problem on its own, so that one refusal does not hide the others. Never raises.

    Of more functions, coordinates or weights than there may be only so many are read, and their number is refused.
    ``aliases`` are names that the functions may use for others: u for y1.
    """
    attempts = Attempts(stage)
    typed = expanded(problem.functions)
    known = _declared(problem, attempts)
    attempts(_count_outputs, len(typed) + len(problem.functions[MAX_ENTRIES:]), stage)
    fixed = _constants(problem, known or (), attempts)
    meanings = _functions(typed, known, attempts, {**{name: name for name in fixed}, **(aliases or {})})
    trees = tuple(None if meaning is None else meaning.tree for meaning in meanings)
    called = _called(typed, trees)
    spelled = tuple(
        None if node is None else attempts(_of_variables, node, called, typed[i], stage.field)
        for i, node in enumerate(trees)
    )
    outputs = tuple(
        None if node is None else attempts(_fixed, node, fixed, typed[i], stage.field) for i, node in enumerate(spelled)
    )
    inputs = known if known is not None else _in_order(typed, names(node for node in outputs if node is not None))
    given = len(problem.point or ())
    if None not in outputs or given > MAX_ENTRIES:
        attempts(_count_inputs, len(outputs), given if given > MAX_ENTRIES else len(inputs), stage)
    texts = ["1"] * len(inputs) if problem.point is None else [text for _, text in problem.point[:MAX_ENTRIES]]
    point = [attempts(constant, text, "at", j) for j, text in enumerate(texts)]
    weights = _weights(problem, len(typed), attempts)
    constants = tuple((name, one.text) for name, one in fixed.items())
    sound = None if attempts.errors else replace(_spelled(spelled, inputs, point, weights), constants=constants)
    choices = tuple(
        (one.index, choice) for one, meaning in zip(typed, meanings, strict=False) for choice in _said(one, meaning)
    )
    named = tuple(one.field.name for one in typed)
    return Reading(
        outputs,
        inputs,
        _numbers(point),
        _numbers(weights),
        tuple(attempts.errors),
        sound,
        choices,
        named,
        spelled,
        {name: one.number for name, one in fixed.items()},
    )


@dataclass(frozen=True)
class Typed:
    """One function and the number of the entry in which it was typed."""

    index: int
    field: Field
    typed: str


@lru_cache(maxsize=2048)
def expanded(functions: tuple[str, ...]) -> tuple[Typed, ...]:
    """The functions that some texts mean: each text is one, or several."""
    return tuple(
        Typed(i, field, text) for i, text in enumerate(functions[:MAX_ENTRIES]) for field in grammar.fields(text)
    )


def _said(one: Typed, meaning: grammar.Meaning | None) -> tuple[Choice, ...]:
    """The choices of a field, as texts for the whole of it."""
    found = (*one.field.choices, *(meaning.choices if meaning else ()), *_flat(meaning))
    alone = one.field.start >= 0 and one.field.text in one.typed
    return tuple(
        replace(
            choice,
            instead=_offered(one.typed.replace(one.field.text, choice.instead) if alone else choice.instead, choice),
        )
        for choice in found
    )


def _flat(meaning: grammar.Meaning | None) -> tuple[Choice, ...]:
    """That floor and its like pass nothing back: a gradient of 0 is no mistake then."""
    used = {node.op for node in walk(meaning.tree)} if meaning else set()
    return tuple(Choice("flat", step, step) for step in STEPS if step in used)


def _offered(instead: str, choice: Choice) -> str:
    """The text of another reading; nothing where it could not be read either."""
    if not choice.instead:
        return ""
    return instead if _is_readable(instead, (choice.name,) if choice.name else None) else ""


def _in_order(typed: Sequence[Typed], found: tuple[str, ...]) -> tuple[str, ...]:
    """The variables as the heads f(x, y) = … have them, one that no formula uses as well; else in natural order."""
    heads = [one.field.variables for one in typed if one.field.variables]
    if not heads:
        return found
    said: list[str] = []
    for head in heads:
        for text in head:
            with suppress(ProblemError):
                said.append(grammar.variable(text, field="f"))
    ordered = tuple(dict.fromkeys(said))
    return (*ordered, *(name for name in found if name not in ordered)) if set(found) <= set(ordered) else found


T = TypeVar("T")


@dataclass
class Attempts:
    """Steps of reading one after the other: called, it answers None where a step was refused, and keeps the refusal."""

    stage: Stage
    errors: list[ProblemError] = field(default_factory=list)

    def __call__(self, step: Callable[..., T], *arguments: object, **keywords: object) -> T | None:
        try:
            return step(*arguments, **keywords)
        except ProblemError as error:
            self.errors.append(_of_stage(error.anew(), self.stage))
            return None


def _of_stage(error: ProblemError, stage: Stage) -> ProblemError:
    """What a later stage of a chain is written in is no point: it comes out of the stage before."""
    if error.code != "undeclared_name" or stage == FIRST:
        return error
    facts = {"function": stage.field, **error.facts}
    return ProblemError("not_an_output", field=stage.field, index=error.index, span=error.span, **facts)


def _declared(problem: VectorProblem, attempts: Attempts) -> tuple[str, ...] | None:
    """The names of the point, those that can be names; None where no point is given."""
    if problem.point is None:
        return None
    columns = problem.point[:MAX_ENTRIES]
    declared = [attempts(grammar.variable, name, field="at", index=j) for j, (name, _) in enumerate(columns)]
    attempts(_distinct, declared)
    return tuple(name for name in declared if name is not None)


def _constants(problem: VectorProblem, known: Sequence[str], attempts: Attempts) -> dict[str, Constant]:
    """The names that have a fixed value, and it."""
    fixed: dict[str, Constant] = {}
    for j, (text, value) in enumerate(problem.constants[:MAX_ENTRIES]):
        name = attempts(grammar.variable, text, field="with", index=j)
        found = attempts(constant, value, "with", j)
        if name is not None and found is not None:
            attempts(_distinct, (*known, *fixed, name), "with")
            fixed[name] = found
    return fixed


def _called(typed: Sequence[Typed], trees: Sequence[Node | None]) -> dict[str, int]:
    """What functions are called on the left of their formulas, with their numbers from 1.

    Not those that use the name themselves: in x = x - y it is a variable, of which this is the next value.
    """
    called: dict[str, int] = {}
    for number, (one, node) in enumerate(zip(typed, trees, strict=False), 1):
        with suppress(ProblemError):
            name = grammar.variable(one.field.name, field="f") if one.field.name else ""
            if name and node is not None and name not in names([node]):
                called[name] = number
    return called


def _of_variables(node: Node, called: Mapping[str, int], one: Typed, field: str) -> Node:
    """The tree, where it uses no other function by its name: that would silently be a variable of its own."""
    for leaf in walk(node):
        if leaf.op == "name" and leaf.text in called:
            facts: dict[str, str | int] = {"name": leaf.text, "number": called[leaf.text]}
            raise _told_of_all(ProblemError("output_used", field=field, index=one.index, span=leaf.span, **facts), one)
    return node


def _fixed(node: Node, constants: Mapping[str, Constant], one: Typed, field: str) -> Node:
    """The tree with the values of the constants. Raises ProblemError where that is impossible: 1/(a-1) at a = 1."""
    if not constants:
        return node
    tree = substituted(node, {name: one.node for name, one in constants.items()})
    try:
        check(tree, one.field.text)
    except Refusal as refusal:
        error = ProblemError(refusal.code, field=field, index=one.index, span=node.span, **refusal.facts)
        raise _told_of_all(error, one) from None
    return tree


def _functions(
    typed: Sequence[Typed], known: tuple[str, ...] | None, attempts: Attempts, aliases: Mapping[str, str]
) -> tuple[grammar.Meaning | None, ...]:
    return tuple(attempts(_meaning, one, known, attempts.stage.field, aliases) for one in typed[:MAX_OUTPUTS])


def _meaning(one: Typed, known: tuple[str, ...] | None, field: str, aliases: Mapping[str, str]) -> grammar.Meaning:
    """What a field means, its refusal told of the text as it was typed."""
    names = None if known is None else (*known, *aliases)
    text = one.field.text
    try:
        meaning = grammar.meaning(text, names, field=field, index=one.index)
    except ProblemError as error:
        raise _with_sound_suggestion(_told_of_all(_by_itself(error, text, names), one), names) from None
    ours = {name: Node("name", text=letter) for name, letter in aliases.items()}
    return replace(meaning, tree=substituted(meaning.tree, ours))


def _by_itself(error: ProblemError, text: str, names: tuple[str, ...] | None) -> ProblemError:
    """The refusal of a text whatever the point is: its suggestion may have new names, as the text itself may."""
    if error.code != "undeclared_name":
        try:
            grammar.meaning(text, names, new=True, field=error.field, index=error.index)
        except ProblemError as itself:
            return itself
    return error


def _with_sound_suggestion(error: ProblemError, names: tuple[str, ...] | None) -> ProblemError:
    """The refusal without a suggestion that would itself be refused, taken for the text of a field."""
    suggestion = error.facts.get("suggestion")
    if suggestion is None or _is_readable(str(suggestion), names):
        return error
    facts = {name: fact for name, fact in error.facts.items() if name != "suggestion"}
    return ProblemError(error.code, field=error.field, index=error.index, span=error.span, **facts)


def _is_readable(text: str, names: tuple[str, ...] | None) -> bool:
    try:
        for field in grammar.fields(text):
            grammar.meaning(field.text, names, new=True)
    except ProblemError:
        return False
    return True


def _told_of_all(error: ProblemError, one: Typed) -> ProblemError:
    """The refusal of a part, with its place in the text of the whole field, and so its suggestion."""
    if one.field.text == one.typed:
        return error
    start, end = error.span or (0, len(one.field.text))
    facts = dict(error.facts)
    if one.field.start < 0:
        span = (0, len(one.typed))
        facts.pop("suggestion", None)
    else:
        shift = one.field.start
        span = (shift + start, shift + end)
        if suggestion := facts.get("suggestion"):
            facts["suggestion"] = one.typed[:shift] + str(suggestion) + one.typed[shift + len(one.field.text) :]
    return ProblemError(error.code, field=error.field, index=error.index, span=span, **facts)


def _weights(problem: VectorProblem, outputs: int, attempts: Attempts) -> list[Constant | None]:
    weights = problem.cotangent if problem.cotangent is not None else ("1",) * outputs
    attempts(_count_weights, weights, outputs, attempts.stage.after)
    return [attempts(constant, text, "v", i) for i, text in enumerate(weights[:MAX_OUTPUTS])]


def _numbers(read: Sequence[Constant | None]) -> tuple[Number | None, ...]:
    return tuple(one and one.number for one in read)


def _spelled(
    outputs: Sequence[Node | None],
    inputs: Sequence[str],
    point: Sequence[Constant | None],
    weights: Sequence[Constant | None],
) -> VectorProblem:
    """The problem in canonical spelling; nothing of it was refused."""
    return VectorProblem(
        tuple(to_text(node, spaces=False) for node in outputs if node),
        tuple((name, one.text) for name, one in zip(inputs, point, strict=True) if one),
        tuple(one.text for one in weights if one),
    )


def _distinct(declared: Sequence[str | None], field: str = "at") -> None:
    for j, name in enumerate(declared):
        if name is not None and name in declared[:j]:
            index = j if field == "at" else None
            raise ProblemError("twice", field=field, index=index, span=(0, len(name)), name=name)


def _count_outputs(count: int, stage: Stage) -> None:
    if not count and stage != FIRST:
        raise ProblemError("no_stage", field=stage.field, function=stage.field, before=stage.before, after=stage.after)
    if not count:
        raise ProblemError("empty", field=stage.field, index=0, span=(0, 0))
    if count > MAX_OUTPUTS:
        raise ProblemError("too_many_outputs", field=stage.field, count=count, limit=MAX_OUTPUTS)


def _count_inputs(outputs: int, inputs: int, stage: Stage) -> None:
    if not inputs:
        raise ProblemError("no_variables", field=stage.field, index=0)
    if outputs * inputs > MAX_ENTRIES:
        raise ProblemError("too_many_entries", field="at", rows=outputs, columns=inputs, limit=MAX_ENTRIES)


def _count_weights(weights: Sequence[str], outputs: int, letter: str) -> None:
    if len(weights) != outputs:
        raise ProblemError("wrong_length", field="v", expected=outputs, count=len(weights), letter=letter)


# ── The point follows the functions ──────────────────────────────────────────────────────────────────────


def refit(problem: VectorProblem, functions: tuple[str, ...], more: Sequence[str] = ()) -> VectorProblem:
    """The problem with other functions, its point following the variables that are now in the text.

    Coordinates keep their values; variables that the old functions did not use (declared in a link) stay, and so
    does every coordinate as long as one of the functions cannot be read. ``more`` are names that may occur as well: xy
    is then one variable.
    """
    old, fixed = dict(problem.point or ()), dict(problem.constants)
    if len(old) > MAX_ENTRIES:
        return replace(problem, functions=functions)  # refused for its size, whatever the functions are
    said = functions[:MAX_OUTPUTS]
    before, after = _readable(problem.functions[:MAX_OUTPUTS], (*old, *fixed)), _readable(said, (*old, *fixed, *more))
    unread = [text for i, text in enumerate(problem.functions[:MAX_OUTPUTS]) if i not in before]
    used = {*names(_trees(before)), *(name for name in old if any(name in text for text in unread))}
    found = _in_order(expanded(said), names(_trees(after)))
    kept = [name for name in old if name in found or name not in used or len(after) < len(said)]
    fresh = [name for name in found if name not in old and name not in fixed]
    ordered = tuple(sorted(old, key=natural)) == tuple(old)
    columns = sorted(kept + fresh, key=natural) if ordered and found == names(_trees(after)) else kept + fresh
    return replace(problem, functions=functions, point=tuple((name, old.get(name, "1")) for name in columns))


def _trees(readable: Mapping[int, Sequence[Node]]) -> list[Node]:
    return [tree for trees in readable.values() for tree in trees]


def _readable(functions: tuple[str, ...], declared: Iterable[str]) -> dict[int, list[Node]]:
    """Those functions that can be read by themselves, by their index: a new name is a new variable."""
    known, trees = tuple(declared), {}
    for i, text in enumerate(functions):
        with suppress(ProblemError):
            trees[i] = [grammar.meaning(field.text, known, new=True).tree for field in grammar.fields(text)]
    return trees

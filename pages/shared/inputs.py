"""Widgets in, values out: each group of fields edits the draft of its page and says what is wrong beside the field.

A link may hold more entries than there may be. No more fields than that are drawn; the refusal tells their number.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

import streamlit as st

from core.brought import in_matrices
from core.expression.tree import OUTPUT_LETTERS, SUBSCRIPTS, free_letter, natural
from core.grammar import MAX_LENGTH
from core.grammar.examples import EXAMPLES, FUNCTION_NAMES
from core.kinds import kind_of, read
from core.kinds.chain.edits import add_stage, remove_stage
from core.kinds.chain.problem import CHAIN_FIELDS, CHAIN_LETTERS, MAX_STAGES, ChainProblem
from core.kinds.kind import Problem
from core.kinds.vector import edits
from core.kinds.vector.problem import VectorProblem
from core.kinds.vector.reading import Reading
from core.notation.pieces import output
from core.notation.tree import Hued, entry, line
from core.numbers.exact import Number
from core.problem import MAX_ENTRIES, MAX_OUTPUTS, ProblemError
from pages.components.weights import weights
from pages.shared import session, views

# ── One field ────────────────────────────────────────────────────────────────────────────────────────────


def _field(page: str, name: str, label: str, text: str, edit: session.Edit, visible: bool = False) -> None:
    typed = st.text_input(
        label,
        label_visibility="visible" if visible else "collapsed",
        max_chars=MAX_LENGTH,
        autocomplete="off",
        **session.field(page, name, text, edit),
    )
    session.resume(page, typed, text, edit)


def _button(page: str, name: str, label: str, edit: Callable[[Problem], Problem]) -> None:
    st.button(
        label,
        key=f"{page}.{name}",
        type="tertiary",
        on_click=lambda: session.replace_all(page, edit(session.problem(page))),
    )


def address_errors() -> None:
    """What is wrong with parameters of the address, which were replaced by their defaults."""
    for error in session.address_errors():
        views.error(error)


def _complain(reading_errors: Sequence[ProblemError], field: str, index: int | None, typed: str = "") -> None:
    for error in reading_errors:
        if (error.field, error.index) == (field, index):
            views.error(error, typed, field=f"{field}-{index}" if index is not None else "")


# ── Functions, point and weights: /vjp and /chain ────────────────────────────────────────────────────────


def vector_problem(page: str) -> None:
    """The functions and the point of a VectorProblem."""
    problem = session.problem(page)
    assert isinstance(problem, VectorProblem)
    reading = read(problem)
    letter = free_letter(OUTPUT_LETTERS, (*reading.inputs, *reading.constants))
    address_errors()
    _functions(page, _Stage(0, "functions", "f", "y", letter, problem.functions), reading)
    _point(page, problem, reading)


def vector_weights(page: str) -> None:
    """The v of a VectorProblem."""
    problem = session.problem(page)
    assert isinstance(problem, VectorProblem)
    _weights(page, problem, read(problem), len(problem.functions))


STAGES = ("inner", "outer", "third", "fourth")  # what the groups of fields are called: section.inner, …


def chain_problem(page: str) -> None:
    """Every stage, the point and v of a ChainProblem."""
    problem = session.problem(page)
    assert isinstance(problem, ChainProblem)
    readings = read(problem).stages
    address_errors()
    for s, reading in enumerate(readings):
        letter = CHAIN_LETTERS[s + 1]
        _functions(page, _Stage(s, STAGES[s], CHAIN_FIELDS[s], letter, letter, problem.stages[s]), reading)
    _lengthen(page, len(problem.stages))
    _point(page, problem, readings[0])
    _weights(page, problem, readings[-1], len(problem.stages[-1]))


def _lengthen(page: str, count: int) -> None:
    """Adds a stage behind the last one, or takes the last one away."""
    possible = {
        "chain.add_stage": (count < MAX_STAGES, add_stage),
        "chain.remove_stage": (count > 2, remove_stage),
    }
    with st.container(horizontal=True, gap="medium"):
        for label, (offered, edit) in possible.items():
            if offered:
                _button(page, label, views.words(label, letter=CHAIN_LETTERS[count]), edit)


@dataclass(frozen=True)
class _Stage:
    """One group of functions: what it is called, and what its fields hold."""

    number: int
    title: str
    field: str
    letter: str
    shown: str  # the letter that the outputs have beside a reader's names
    functions: tuple[str, ...]


def _functions(page: str, stage: _Stage, reading: Reading) -> None:
    views.section(stage.title)
    for i, typed in enumerate(stage.functions[:MAX_OUTPUTS]):
        _function(page, stage, i, typed)
        node = reading.spelled[i] if i < len(reading.spelled) else None
        if node is not None:
            views.reading(output(i, node, stage.shown))
        _complain(reading.errors, stage.field, i, typed)
        _suggest(page, stage, i, reading.errors)
        if any((error.field, error.index) == (stage.field, i) for error in reading.errors):
            _lead_to_matrices(f"{page}.{stage.field}.{i}", typed)
        _choose(page, stage, i, reading)
    _complain(reading.errors, stage.field, None)
    count = len(stage.functions)
    with st.container(horizontal=True, gap="medium"):
        if count < MAX_OUTPUTS:
            edit = partial(edits.add_function, stage=stage.number)
            _button(page, f"{stage.field}.add", views.words("label.add"), edit)
        if count > 1:
            edit = partial(edits.remove_function, stage=stage.number)
            rest = "label.remove" if count <= MAX_OUTPUTS else "label.remove_rest"
            _button(page, f"{stage.field}.remove", views.words(rest, i=min(count, MAX_OUTPUTS)), edit)
    _typable(page, stage, min(count, MAX_OUTPUTS) - 1)


def _typable(page: str, stage: _Stage, last: int) -> None:
    """What may be typed: examples, each of which puts itself into the last field, and the names of all functions."""
    with st.popover(views.words("typable.title"), type="tertiary"):
        for kind, texts in EXAMPLES.items():
            st.caption(views.words(f"typable.{kind}"))
            with st.container(horizontal=True, gap="small"):
                for k, text in enumerate(texts):
                    edit = partial(edits.with_function, i=last, text=text, stage=stage.number)
                    _button(page, f"{stage.field}.example.{kind}.{k}", views.verbatim(text), edit)
        st.caption(views.words("typable.functions"))
        st.code(" ".join(FUNCTION_NAMES), language=None, wrap_lines=True)


def _suggest(page: str, stage: _Stage, i: int, errors: Sequence[ProblemError]) -> None:
    """What might be meant, one click away."""
    found = (error.facts.get("suggestion") for error in errors if (error.field, error.index) == (stage.field, i))
    for text in filter(None, found):
        edit = partial(edits.with_function, i=i, text=str(text), stage=stage.number)
        _button(
            page,
            f"{stage.field}.{i}.suggestion",
            views.words("choices.suggestion", text=views.verbatim(str(text))),
            edit,
        )


def _lead_to_matrices(place: str, text: str) -> None:
    """A button to the page where the text means something, with all its names filled in."""
    problem = in_matrices(text)
    if problem is not None and st.button(views.words("choices.in_matrices"), key=f"{place}.in_matrices"):
        target = kind_of(problem).page
        session.replace_all(target, problem)
        st.switch_page(f"{target}.py")


def _choose(page: str, stage: _Stage, i: int, reading: Reading) -> None:
    """How a text was read that could be read otherwise, and the other reading one click away."""
    for k, choice in enumerate(choice for index, choice in reading.choices if index == i):
        facts = {name: views.verbatim(getattr(choice, name)) for name in ("text", "taken", "other")}
        with st.container(
            horizontal=True, gap="small", vertical_alignment="center", key=f"{page}.{stage.field}.{i}.read.{k}"
        ):
            st.caption(views.words(f"choices.{choice.code}", **facts), width="content")
            if choice.instead:
                edit = partial(edits.with_choice, i=i, choice=choice, stage=stage.number)
                label = views.words(f"choices.{choice.code}_other", **facts)
                _button(page, f"{stage.field}.{i}.other.{k}", label, edit)


def _function(page: str, stage: _Stage, i: int, typed: str) -> None:
    with st.container(
        key=f"{page}.{stage.letter}.{i}", horizontal=True, vertical_alignment="center", gap="small", wrap=False
    ):
        views.inline(line(Hued(entry(stage.shown, i + 1), i), "="))
        label = views.words("label.function", letter=stage.shown, i=i + 1)
        _field(
            page, f"{stage.field}.{i}", label, typed, lambda now, text: edits.with_function(now, i, text, stage.number)
        )


def _constants(page: str, problem: VectorProblem | ChainProblem, free: Sequence[str]) -> None:
    """A switch for every name: variable, with a column of J, or constant."""
    fixed = [name for name, _ in problem.constants]
    if len(free) + len(fixed) < 2:
        return
    st.pills(
        views.words("label.constants"),
        sorted((*free, *fixed), key=natural),
        selection_mode="multi",
        format_func=views.variable,
        **session.several(page, "constants", fixed, edits.with_constants),
    )


def _point(page: str, problem: VectorProblem | ChainProblem, reading: Reading) -> None:
    views.section("point")
    point = (problem.point or tuple((name, "1") for name in reading.inputs))[:MAX_ENTRIES]
    with st.grid(2 if len(point) < 5 else 4, gap="small", min_column_width=60):
        for j, (name, typed) in enumerate(point):
            edit = lambda now, text, name=name: edits.with_coordinate(now, name, text)  # noqa: E731
            _field(page, f"at.{j}", views.variable(name), typed, edit, visible=True)
        for j, (name, typed) in enumerate(problem.constants[:MAX_ENTRIES]):
            edit = lambda now, text, name=name: edits.with_constant(now, name, text)  # noqa: E731
            label = views.words("label.constant", name=views.variable(name))
            _field(page, f"with.{j}", label, typed, edit, visible=True)
    _constants(page, problem, [name for name, _ in point])
    for j, (_, typed) in enumerate(problem.constants):
        _complain(reading.errors, "with", j, typed)
    _complain(reading.errors, "with", None)
    for j, (_, typed) in enumerate(point):
        _complain(reading.errors, "at", j, typed)
    _complain(reading.errors, "at", None)


def _weights(page: str, problem: VectorProblem | ChainProblem, reading: Reading, m: int) -> None:
    views.section("weights")
    m = min(m, MAX_OUTPUTS)
    texts = (problem.cotangent or ("1",) * m)[:MAX_OUTPUTS]
    with st.container(key=f"{page}.weights"):
        weights(
            page,
            texts,
            reading.cotangent,
            shown=_shown(page),
            tries=_tries(m),
            hues=[views.palette().hue(i) for i in range(len(texts))],
            labels=[views.words("stage.weight", i=i + 1) for i in range(len(texts))],
            words={"try": views.words("section.try") if m > 1 else ""},
            store=lambda sent: session.change(page, edits.with_cotangent(session.problem(page), sent)),
        )
        if not session.alive():
            with st.container(key=f"{page}.weights.plain"):
                _plain_weights(page, texts)
        for i, typed in enumerate(texts):
            _complain(reading.errors, "v", i, typed)
        _complain(reading.errors, "v", None)


def _shown(page: str) -> tuple[Number, ...]:
    """The v of what is drawn, which is the last that could be explained."""
    explanation, _ = views.explained(page)
    weights: tuple[Number, ...] = explanation.weights
    return weights


def _plain_weights(page: str, texts: tuple[str, ...]) -> None:
    """v in fields of Streamlit's own, for a browser in which the sliders do not start."""
    with st.grid(2 if len(texts) < 5 else 4, gap="small", min_column_width=60):
        for i, typed in enumerate(texts):
            label = rf"$\textcolor{{{views.palette().hue(i)}}}{{v_{{{i + 1}}}}}$"
            _field(page, f"v.{i}", label, typed, partial(_reweighted, i), visible=True)


def _reweighted(i: int, problem: Problem, text: str) -> Problem:
    return edits.with_weight(problem, i, text)


def _tries(m: int) -> list[tuple[str, tuple[int, ...]]]:
    """The one-hot vectors, each of which picks one row, ones, and of two rows each counted double; with labels."""
    if m == 1:
        return []
    hot = [tuple(int(p == i) for p in range(m)) for i in range(m)]

    def label(k: int, v: tuple[int, ...]) -> str:
        return (
            f"({','.join(map(str, v))})"
            if m < 5
            else f"e{k + 1}".translate(SUBSCRIPTS)
            if k < m
            else views.words("label.ones")
        )

    return [(label(k, v), v) for k, v in enumerate([*hot, (1,) * m, *DOUBLED.get(m, ())])]


DOUBLED = {2: ((1, 2), (2, 1))}

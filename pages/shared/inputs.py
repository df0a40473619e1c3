"""Widgets in, values out: each group of fields edits the draft of its page and says what is wrong beside the field."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import streamlit as st

from core.explain import (
    MAX_OUTPUTS,
    Reading,
    read,
    read_chain,
    refit,
)
from core.grammar import MAX_LENGTH
from core.problem import (
    CHAIN_FIELDS,
    CHAIN_LETTERS,
    MAX_STAGES,
    ChainProblem,
    Problem,
    ProblemError,
    VectorProblem,
)
from core.typeset.equations import output
from core.typeset.latex import name as typeset_name
from core.typeset.tree import Hued, Symbol, line
from pages.components.weights import weights
from pages.shared import session, views

Store = Callable[[str], None]


# ── One field ────────────────────────────────────────────────────────────────────────────────────────────


def _field(page: str, name: str, label: str, text: str, store: Store, visible: bool = False) -> None:
    st.text_input(
        label,
        label_visibility="visible" if visible else "collapsed",
        max_chars=MAX_LENGTH,
        autocomplete="off",
        **session.field(page, name, text, store),
    )


def _with(items: Sequence[str], i: int, text: str) -> tuple[str, ...]:
    return (*items[:i], text, *items[i + 1 :])


def address_errors() -> None:
    """What is wrong with parameters of the address, which were replaced by their defaults."""
    for error in session.address_errors():
        views.error(error)


def _complain(reading_errors: Sequence[ProblemError], field: str, index: int | None, typed: str = "") -> None:
    for error in reading_errors:
        if (error.field, error.index) == (field, index):
            views.error(error, typed)


# ── Functions, point and weights: /vjp and /chain ────────────────────────────────────────────────────────


def vector_problem(page: str) -> None:
    """The functions and the point of a VectorProblem."""
    problem = session.problem(page)
    assert isinstance(problem, VectorProblem)
    reading = read(problem)
    cotangent = problem.cotangent or ("1",) * len(problem.functions)

    def store(functions: tuple[str, ...]) -> VectorProblem:
        return refit(problem, functions)

    def resized(functions: tuple[str, ...]) -> VectorProblem:
        return replace(store(functions), cotangent=(*cotangent, "1")[: len(functions)])

    address_errors()
    names = [name for name, _ in problem.point or (("x1", "1"),)]
    _functions(page, _Stage("functions", "f", "y", problem.functions, names, store, resized), reading)
    _point(page, problem, reading)


def vector_weights(page: str) -> None:
    """The v of a VectorProblem."""
    problem = session.problem(page)
    assert isinstance(problem, VectorProblem)
    _weights(page, problem, read(problem), len(problem.functions))


def chain_problem(page: str) -> None:
    """Every stage, the point and v of a ChainProblem."""
    problem = session.problem(page)
    assert isinstance(problem, ChainProblem)
    readings = read_chain(problem)
    address_errors()
    for s, reading in enumerate(readings):
        _functions(page, _chain_stage(problem, s), reading)
    _lengthen(page, problem)
    _point(page, problem, readings[0])
    _weights(page, problem, readings[-1], len(problem.stages[-1]))


def _chain_stage(problem: ChainProblem, s: int) -> _Stage:
    before, functions = CHAIN_LETTERS[s], problem.stages[s]
    if s:
        variables = [f"{before}{k + 1}" for k in range(len(problem.stages[s - 1]) or 1)]  # 0 where a stage is missing
    else:
        variables = [name for name, _ in problem.point or (("x1", "1"),)]

    def changed(texts: tuple[str, ...]) -> ChainProblem:
        stages = (*problem.stages[:s], texts, *problem.stages[s + 1 :])
        point = problem.point if s else refit(VectorProblem(problem.inner, problem.point), texts).point
        return replace(problem, inner=stages[0], outer=stages[1], further=stages[2:], point=point)

    def resized(texts: tuple[str, ...]) -> ChainProblem:
        cotangent = problem.cotangent
        if cotangent and s == len(problem.stages) - 1:
            cotangent = (*cotangent, "1")[: len(texts)]
        return replace(changed(texts), cotangent=cotangent)

    return _Stage(STAGES[s], CHAIN_FIELDS[s], CHAIN_LETTERS[s + 1], functions, variables, changed, resized)


STAGES = ("inner", "outer", "third", "fourth")  # what the groups of fields are called: section.inner, …


def _lengthen(page: str, problem: ChainProblem) -> None:
    """Adds a stage behind the last one, or takes the last one away; v then starts again as ones."""
    count = len(problem.stages)
    letter = CHAIN_LETTERS[count]
    names = [f"{letter}{k + 1}" for k in range(len(problem.stages[-1]))]
    further = "+".join(names) if len(names) > 1 else f"{names[0]}^2"
    buttons = {
        "chain.add_stage": (count < MAX_STAGES, (*problem.further, (further,))),
        "chain.remove_stage": (count > 2, problem.further[:-1]),
    }
    with st.container(horizontal=True, gap="medium"):
        for label, (possible, stages) in buttons.items():
            if possible:
                st.button(
                    views.words(label, letter=letter),
                    key=f"{page}.{label}",
                    type="tertiary",
                    on_click=lambda stages=stages: session.replace_all(
                        page, replace(problem, further=stages, cotangent=None)
                    ),
                )


@dataclass(frozen=True)
class _Stage:
    """One group of functions: what the fields are called, what they hold, and the problem that a change makes."""

    title: str
    field: str
    letter: str
    functions: tuple[str, ...]
    variables: Sequence[str]
    changed: Callable[[tuple[str, ...]], Problem]
    resized: Callable[[tuple[str, ...]], Problem]


def _functions(page: str, stage: _Stage, reading: Reading) -> None:
    views.section(stage.title)
    for i, typed in enumerate(stage.functions):
        _function(page, stage, i, typed)
        node = reading.outputs[i] if i < len(reading.outputs) else None
        if node is not None:
            views.reading(output(i, node, stage.letter))
        _complain(reading.errors, stage.field, i, typed)
    _complain(reading.errors, stage.field, None)
    more = "*".join(stage.variables[:2]) if len(stage.variables) > 1 else f"{stage.variables[0]}^2"
    count = len(stage.functions)
    with st.container(horizontal=True, gap="medium"):
        if count < MAX_OUTPUTS:
            _resizer(page, f"{stage.field}.add", "label.add", stage.resized, (*stage.functions, more))
        if count > 1:
            _resizer(page, f"{stage.field}.remove", "label.remove", stage.resized, stage.functions[:-1], i=count)


def _function(page: str, stage: _Stage, i: int, typed: str) -> None:
    def store(text: str) -> None:
        session.change(page, stage.changed(_with(stage.functions, i, text)))

    with st.container(
        key=f"{page}.{stage.letter}.{i}", horizontal=True, vertical_alignment="center", gap="small", wrap=False
    ):
        views.inline(line(Hued(Symbol(f"{stage.letter}_{{{i + 1}}}"), i), "="))
        _field(page, f"{stage.field}.{i}", views.words(f"label.{stage.letter}", i=i + 1), typed, store)


def _resizer(
    page: str,
    name: str,
    label: str,
    resized: Callable[[tuple[str, ...]], Problem],
    functions: tuple[str, ...],
    **facts: int,
) -> None:
    st.button(
        views.words(label, **facts),
        key=f"{page}.{name}",
        type="tertiary",
        on_click=lambda: session.replace_all(page, resized(functions)),
    )


def _point(page: str, problem: VectorProblem, reading: Reading) -> None:
    views.section("point")
    point = problem.point or tuple((name, "1") for name in reading.inputs)

    def store(j: int, text: str) -> None:
        changed = (*point[:j], (point[j][0], text), *point[j + 1 :])
        session.change(page, replace(problem, point=changed))

    with st.grid(2 if len(point) < 5 else 4, gap="small", min_column_width=60):
        for j, (name, typed) in enumerate(point):
            _field(page, f"at.{j}", f"${typeset_name(name)}$", typed, lambda t, j=j: store(j, t), visible=True)
    for j, (_, typed) in enumerate(point):
        _complain(reading.errors, "at", j, typed)
    _complain(reading.errors, "at", None)


def _weights(page: str, problem: VectorProblem | ChainProblem, reading: Reading, m: int) -> None:
    views.section("weights")
    texts = problem.cotangent or ("1",) * m

    def store(weights: tuple[str, ...]) -> None:
        session.change(page, replace(problem, cotangent=weights))

    tries = _tries(m)
    with st.container(key=f"{page}.weights"):
        weights(
            page,
            texts[:MAX_OUTPUTS],
            reading.cotangent,
            tries=tries,
            hues=[views.palette().hue(i) for i in range(len(texts))],
            labels=[views.words("stage.weight", i=i + 1) for i in range(len(texts))],
            words={"try": views.words("section.try") if tries else ""},
            store=store,
        )
        if not session.alive():
            with st.container(key=f"{page}.weights.plain"):
                _plain_weights(page, problem, texts)
    for i, typed in enumerate(texts):
        _complain(reading.errors, "v", i, typed)
    _complain(reading.errors, "v", None)


def _plain_weights(page: str, problem: VectorProblem | ChainProblem, texts: tuple[str, ...]) -> None:
    """v in fields of Streamlit's own, for a browser in which the sliders do not start."""

    def store(i: int, text: str) -> None:
        session.change(page, replace(problem, cotangent=_with(texts, i, text)))

    with st.grid(2 if len(texts) < 5 else 4, gap="small", min_column_width=60):
        for i, typed in enumerate(texts):
            label = rf"$\textcolor{{{views.palette().hue(i)}}}{{v_{{{i + 1}}}}}$"
            _field(page, f"v.{i}", label, typed, lambda t, i=i: store(i, t), visible=True)


def _tries(m: int) -> list[tuple[str, tuple[int, ...]]]:
    """The one-hot vectors, each of which picks one row, and ones; with a label for each. A single weight needs none."""
    if m == 1:
        return []
    hot = [tuple(int(p == i) for p in range(m)) for i in range(m)]

    def label(k: int, v: tuple[int, ...]) -> str:
        return f"({','.join(map(str, v))})" if m < 5 else f"e{k + 1}" if k < m else views.words("label.ones")

    return [(label(k, v), v) for k, v in enumerate([*hot, (1,) * m])]

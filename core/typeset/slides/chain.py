"""Slides of x → y → z: forward once, then backward through one Jacobian at a time."""

from __future__ import annotations

from core.explain import ChainExplanation, Vector
from core.typeset import equations
from core.typeset.blocks import Formula, Frame, Slide, above, beside, formula
from core.typeset.slides.parts import (
    LONGEST_SUM,
    WIDEST_ENTRIES,
    entry_width,
    function_list,
    numeric,
    plain_total,
    weight_column,
)
from core.typeset.slides.words import address_of, answer_lines, is_calm, remark_on, rows_text, vector_text
from core.typeset.tree import Boxed, Hued, Line, Piece, Under, line
from core.words import explain_note, say


def _stage(e: ChainExplanation, s: int) -> tuple[str, str]:
    """The letters of stage s: what goes in and what comes out."""
    return e.letters[s], e.letters[s + 1]


def state(e: ChainExplanation, lang: str) -> Slide:
    order = range(len(e.maps))
    functions = beside(*(function_list(at, e.letters[s + 1], 22) for s, at in enumerate(e.maps)))
    jacobians = beside(*(_stage_jacobian(e, s) for s in order))
    return Slide(
        title=say(lang, "export.title.chain"),
        subtitle=say(lang, "export.subtitle.chain"),
        body=above(functions, jacobians, formula(_sweep(e, len(e.maps)), size=28)),
        frame=_frame(e, lang),
        alt=say(lang, "export.alt.chain", steps=" ".join(_step_text(e, s, lang) for s in reversed(order))),
        notes="\n\n".join(
            [
                _start(e, lang),
                *(_stage_note(e, s, lang) for s in reversed(order)),
                say(lang, "export.notes.chain_why"),
                *(explain_note(lang, note.code, note.facts) for note in e.verdict.notes),
            ]
        ),
    )


def _frame(e: ChainExplanation, lang: str) -> Frame:
    last = e.letters[-1]
    printed = {row.line: row.text for row in e.torch.transcript.printed}
    lines = e.torch.source.splitlines()
    grads = {
        text.split(")")[0].removeprefix("print("): printed[number]
        for number, text in enumerate(lines, 1)
        if text.startswith("print(") and ".grad)" in text and number in printed
    }
    return Frame(
        code=(f"{last}.backward(v)", *(row for what, text in grads.items() for row in answer_lines(what, text))),
        remark=remark_on(e.verdict, lang),
        agrees=is_calm(e.verdict),
        link=address_of(e, lang),
    )


def _stage_jacobian(e: ChainExplanation, s: int, size: float = 26) -> Formula:
    """J_{x→y} in symbols and at the point; only at the point where the symbols are long."""
    at = e.maps[s]
    if at.jacobian and entry_width(at.jacobian) <= WIDEST_ENTRIES / len(e.maps):
        return formula(equations.chain_jacobian(e, s), size=size)
    values = numeric(at.jacobian_at, equations.bands(e.pullbacks[s].weights))
    return formula(line(_arrow_name(*_stage(e, s)), "=", values), size=size)


def _arrow_name(lower: str, upper: str) -> str:
    return rf"J_{{{lower}\to {upper}}}"


def _sweep(e: ChainExplanation, done: int) -> Line:
    """v → y.grad → x.grad, each cotangent over its name; those after the first ``done`` stages are faint."""
    pieces = list(equations.chain_backward(e).pieces)
    per_stage = 2  # an arrow and what stands behind it
    shown = 1 + per_stage * done
    return line(*pieces[:shown], *(Hued(_unboxed(piece), None) for piece in pieces[shown:]))


def _unboxed(piece: Piece) -> Piece:
    match piece:
        case Under(Boxed(inner), label):
            return Under(inner, label)
    return piece


def _start(e: ChainExplanation, lang: str) -> str:
    return say(lang, "export.notes.chain", path=" → ".join(e.letters), v=vector_text(e.pullbacks[-1].weights))


def _facts(e: ChainExplanation, s: int) -> dict[str, str]:
    lower, upper = _stage(e, s)
    return {
        "lower": lower,
        "upper": upper,
        "weights": vector_text(e.pullbacks[s].weights),
        "jacobian": rows_text(e.maps[s].jacobian_at),
        "total": vector_text(e.pullbacks[s].total),
    }


def _stage_note(e: ChainExplanation, s: int, lang: str) -> str:
    return say(lang, "export.notes.chain_stage", **_facts(e, s))


def _step_text(e: ChainExplanation, s: int, lang: str) -> str:
    return say(lang, "export.alt.chain_step", **_facts(e, s))


def steps(e: ChainExplanation, lang: str) -> tuple[Slide, ...]:
    stages = (_through(e, s, lang) for s in reversed(range(len(e.maps))))
    return (_forward(e, lang), _seed(e, lang), *stages)


def _values(letter: str, values: Vector) -> Line:
    return line(f"{letter} =", equations.row_of(values))


def _forward(e: ChainExplanation, lang: str) -> Slide:
    """The values at x, y, z, …"""
    known = [(e.letters[0], e.inner.point), *((e.letters[s + 1], at.values) for s, at in enumerate(e.maps))]
    path: list[Piece | str] = [_values(*known[0])]
    for s, (letter, values) in enumerate(known[1:]):
        path += [rf"\;\xrightarrow{{\;{'fghkpq'[s]}\;}}\;", _values(letter, values)]
    functions = beside(*(function_list(at, e.letters[s + 1]) for s, at in enumerate(e.maps)))
    said = (say(lang, "export.alt.chain_values", letter=letter, values=vector_text(values)) for letter, values in known)
    return Slide(
        title=say(lang, "export.title.chain_forward"),
        subtitle=say(lang, "export.subtitle.chain_forward"),
        body=above(functions, formula(line(*path), size=30)),
        frame=_frame(e, lang),
        alt=" ".join(said),
        notes=_start(e, lang),
    )


def _seed(e: ChainExplanation, lang: str) -> Slide:
    facts = {"last": e.letters[-1]}
    order = range(len(e.maps))
    return Slide(
        title=say(lang, "export.title.chain_seed", **facts),
        subtitle=say(lang, "export.subtitle.chain_seed"),
        body=above(beside(*(_stage_jacobian(e, s) for s in order)), formula(_sweep(e, 0), size=30)),
        frame=_frame(e, lang),
        alt=say(lang, "export.alt.chain_seed", v=vector_text(e.pullbacks[-1].weights)),
        notes=_start(e, lang),
    )


def _through(e: ChainExplanation, s: int, lang: str) -> Slide:
    """Through one stage: its Jacobian, and the weighted sum of its rows."""
    at, pulled, (lower, upper) = e.maps[s], e.pullbacks[s], _stage(e, s)
    numbers = len(at.outputs) * len(at.inputs)
    name_ = rf"{_cotangent(e, s)}^{{\top}} {_arrow_name(lower, upper)} ="
    total = equations.weighted_sum(at, pulled) if numbers <= LONGEST_SUM else plain_total(pulled)
    return Slide(
        title=say(lang, "export.title.chain_stage", lower=lower, upper=upper),
        subtitle=say(lang, "export.subtitle.chain_stage"),
        body=above(
            formula(_sweep(e, len(e.maps) - s), size=26),
            beside(weight_column(pulled.weights, letter=_cotangent(e, s)), _stage_jacobian(e, s, 28)),
            formula(line(name_, *total.pieces[1:]), size=32),
        ),
        frame=_frame(e, lang),
        alt=_step_text(e, s, lang),
        notes=_stage_note(e, s, lang),
    )


def _cotangent(e: ChainExplanation, s: int) -> str:
    """What comes in at the outputs of stage s: v at the last, else the .grad of those outputs."""
    return "v" if s == len(e.maps) - 1 else rf"\texttt{{{_stage(e, s)[1]}.grad}}"

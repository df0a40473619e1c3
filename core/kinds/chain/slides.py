"""Slides of x → y → z: forward once, then backward through one Jacobian at a time."""

from __future__ import annotations

from core.kinds.chain import equations
from core.kinds.chain.explanation import ChainExplanation
from core.kinds.chain.steps import stage_facts
from core.kinds.vector import equations as vector_equations
from core.maps import Step, Vector
from core.notation import pieces
from core.notation.tree import Arrow, Boxed, Line, Piece, line, name, times, transposed
from core.slides.blocks import Block, Formula, Frame, Grid, Slide, above, beside, choice, formula
from core.slides.parts import LONGEST_SUM, by_weight, function_list, is_short, total_line, weight_column
from core.slides.words import (
    answer_lines,
    reasons_of,
    remark_on,
    shortened_answers,
    vector_text,
)
from core.wording import say, tell


def slide(e: ChainExplanation, step: Step, lang: str) -> Slide:
    """A step as a slide in a language."""
    return SLIDES[step.name](e, step, lang)


def _stage(e: ChainExplanation, s: int) -> tuple[str, str]:
    """The letters of stage s: what goes in and what comes out."""
    return e.letters[s], e.letters[s + 1]


def _whole(e: ChainExplanation, step: Step, lang: str) -> Slide:
    stages = (say(lang, "export.notes.chain_stage", **stage_facts(e, s)) for s in reversed(range(len(e.maps))))
    why = say(lang, "export.notes.chain_why")
    return Slide(
        title=say(lang, "export.title.chain"),
        subtitle=say(lang, "export.subtitle.chain", product=_product_text(e)),
        body=choice(*_forms(e)),
        frame=_frame(e, lang),
        alt=tell(lang, step.sentence),
        notes="\n\n".join([_start(e, lang), *stages, why, *reasons_of(e.verdict, lang)]),
    )


def _forms(e: ChainExplanation) -> list[Block]:
    """The state, ever shorter: without the Jacobians in symbols, without the functions, one cotangent a line."""
    order = range(len(e.maps))
    functions = beside(*(function_list(e.maps[s], e.letters[s + 1], 22) for s in order))
    numbers = [_numbers(e, s) for s in order]
    symbols = [_symbols(e, s) for s in order]
    sweep, lines = formula(equations.chain_backward(e), size=28), _lines(e, len(e.maps))
    return [
        above(functions, beside(*symbols), sweep),
        above(functions, *_two_rows(symbols), sweep),
        above(functions, beside(*numbers), sweep),
        above(beside(*symbols), sweep),
        above(*_two_rows(symbols), sweep),
        above(beside(*numbers), sweep),
        above(*_two_rows(numbers), sweep),
        above(beside(*numbers), lines),
        above(functions, lines),
        lines,
    ]


def _two_rows(blocks: list[Formula]) -> tuple[Block, ...]:
    half = (len(blocks) + 1) // 2
    return beside(*blocks[:half]), beside(*blocks[half:])


def _product_text(e: ChainExplanation) -> str:
    """vᵀ·J(y→z)·J(x→y)"""
    return "·".join(["vᵀ", *(f"J({'→'.join(_stage(e, s))})" for s in reversed(range(len(e.maps))))])


def _lines(e: ChainExplanation, done: int) -> Grid:
    """One cotangent a line: v = …, y.grad = vᵀJ_{y→z} = …, x.grad = …; after ``done`` stages with empty brackets."""
    weights = (e.pullbacks[-1].weights,)
    lines = [line("v", pieces.relation(weights), pieces.numeric(weights))]
    for s in reversed(range(len(e.maps))):
        total = (e.pullbacks[s].total,)
        left = equations.grad(e.letters[s]), "=", _pulled(e, s)
        row = pieces.numeric(total)
        if s < len(e.maps) - done:
            lines.append(line(*left, "=", equations.emptied(row)))
        else:
            lines.append(line(*left, pieces.relation(total), row if s else Boxed(row)))
    return Grid(tuple(lines), 1, size=26, align="left")


def _frame(e: ChainExplanation, lang: str) -> Frame:
    last = e.letters[-1]
    shown = e.torch.transcript
    grads = [name for letter in reversed(e.letters[:-1]) if (name := f"{letter}.grad") in shown]
    answers = [answer_lines(name, shown[name].text) for name in grads]
    return Frame(
        code=(f"{last}.backward(v)", *shortened_answers(answers)),
        remark=remark_on(e.verdict, lang),
        agrees=e.verdict.calm,
    )


def _symbols(e: ChainExplanation, s: int, size: float = 26) -> Formula:
    """J_{x→y} in symbols and at the point; only at the point where the symbols are long."""
    at = e.maps[s]
    if not is_short(at.formulas.jacobian):
        return _numbers(e, s, size)
    return formula(by_weight(equations.chain_jacobian(e, s), e.pullbacks[s].weights), size=size)


def _numbers(e: ChainExplanation, s: int, size: float = 26) -> Formula:
    """J_{x→y} at the point."""
    at, weights = e.maps[s], e.pullbacks[s].weights
    values = pieces.numeric(at.jacobian_at, pieces.bands(weights))
    return formula(by_weight(line(equations.between(s), pieces.relation(at.jacobian_at), values), weights), size=size)


def _start(e: ChainExplanation, lang: str) -> str:
    return say(lang, "export.notes.chain", path=" → ".join(e.letters), v=vector_text(e.pullbacks[-1].weights))


def _values(letter: str, values: Vector) -> Line:
    return line(letter, pieces.relation((values,)), pieces.numeric((values,)))


def _forward(e: ChainExplanation, step: Step, lang: str) -> Slide:
    """The values at x, y, z, …"""
    known = [(e.letters[0], e.inner.point), *((e.letters[s + 1], at.values) for s, at in enumerate(e.maps))]
    path: list[Piece | str] = [_values(*known[0])]
    for s, (letter, values) in enumerate(known[1:]):
        path += [Arrow(name("fghkpq"[s])), _values(letter, values)]
    lists = [function_list(e.maps[s], e.letters[s + 1]) for s in range(len(e.maps))]
    lines = Grid(tuple(_values(*pair) for pair in known), 1, size=28, align="left")
    functions = beside(*lists)
    return Slide(
        title=say(lang, "export.title.chain_forward"),
        subtitle=say(lang, "export.subtitle.chain_forward"),
        body=choice(above(functions, formula(line(*path), size=30)), above(functions, lines), beside(functions, lines)),
        frame=_frame(e, lang).without_answer(),
        alt=tell(lang, step.sentence),
        notes=_start(e, lang),
    )


def _seed(e: ChainExplanation, step: Step, lang: str) -> Slide:
    facts = {"last": e.letters[-1]}
    symbols, numbers = ([of(e, s) for s in range(len(e.maps))] for of in (_symbols, _numbers))
    sweep = formula(equations.chain_backward(e, 0), size=30)
    return Slide(
        title=say(lang, "export.title.chain_seed", **facts),
        subtitle=say(lang, "export.subtitle.chain_seed"),
        body=choice(
            above(beside(*symbols), sweep),
            above(*_two_rows(symbols), sweep),
            above(beside(*numbers), sweep),
            above(*_two_rows(numbers), sweep),
            above(beside(*numbers), _lines(e, 0)),
            _lines(e, 0),
        ),
        frame=_frame(e, lang).without_answer(),
        alt=tell(lang, step.sentence),
        notes=say(lang, "export.notes.chain_seed", **step.facts, **facts),
    )


def _through(e: ChainExplanation, step: Step, lang: str) -> Slide:
    """Through one stage: its Jacobian, and the weighted sum of its rows."""
    (s,) = step.lit
    at, pulled, (lower, upper) = e.maps[s], e.pullbacks[s], _stage(e, s)
    if len(at.outputs) * len(at.inputs) <= LONGEST_SUM:
        total = vector_equations.weighted_sum(at, pulled, _pulled(e, s))
    else:
        total = total_line(pulled.total, _pulled(e, s))
    sweep, sum_ = formula(equations.chain_backward(e, len(e.maps) - s), size=26), formula(total, size=32)
    weights = weight_column(pulled.weights, _cotangent(e, s))
    return Slide(
        title=say(lang, "export.title.chain_stage", lower=lower, upper=upper),
        subtitle=say(lang, "export.subtitle.chain_stage"),
        body=choice(
            above(sweep, beside(weights, _symbols(e, s, 28)), sum_),
            above(sweep, beside(weights, _numbers(e, s, 28)), sum_),
            above(beside(weights, _numbers(e, s, 28)), sum_),
        ),
        frame=_frame(e, lang).without_answer(),
        alt=tell(lang, step.sentence),
        notes=say(lang, "export.notes.chain_stage", **step.facts),
    )


def _product(e: ChainExplanation, step: Step, lang: str) -> Slide:
    """The Jacobian of the whole: the product of those of the stages, and v times it."""
    stages = "·".join(f"J({'→'.join(_stage(e, s))})" for s in reversed(range(len(e.maps))))
    factors = [_numbers(e, s) for s in reversed(range(len(e.maps)))]
    name_ = equations.between(0, len(e.maps))
    numbers = pieces.numeric(e.product, pieces.bands(e.pullbacks[-1].weights))
    product = formula(line(name_, pieces.relation(e.product), numbers), size=28)
    total = formula(total_line(e.pullback.total, times(transposed("v"), name_, between=None)), size=32)
    return Slide(
        title=say(lang, "export.title.chain_product", last=e.letters[-1], stages=stages),
        subtitle=say(lang, "export.subtitle.chain_product"),
        body=choice(
            above(formula(equations.chain_product(e), size=28), total),
            above(beside(*factors), product, total),
            above(*_two_rows(factors), product, total),
            above(product, total),
        ),
        frame=_frame(e, lang).without_answer(),
        alt=tell(lang, step.sentence),
        notes=say(lang, "export.notes.chain_product", stages=stages, **step.facts),
    )


def _cotangent(e: ChainExplanation, s: int) -> Piece:
    """What comes in at the outputs of stage s: v at the last, else the .grad of those outputs."""
    return name("v") if s == len(e.maps) - 1 else equations.grad(_stage(e, s)[1])


def _pulled(e: ChainExplanation, s: int) -> Piece:
    """What comes in at the outputs of stage s times its Jacobian."""
    return times(transposed(_cotangent(e, s)), equations.between(s), between=None)


SLIDES = {"forward": _forward, "seed": _seed, "through": _through, "product": _product, "sum": _whole}

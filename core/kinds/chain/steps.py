"""How a chain is gone through: forward, v at its end, back through one stage after the other, the product, the sum."""

from __future__ import annotations

from core.kinds.chain.explanation import ChainExplanation
from core.maps import Sentence, Step, sentence
from core.slides.words import rows_text, vector_text


def steps(e: ChainExplanation) -> tuple[Step, ...]:
    """Every step, the state last."""
    back = (_through(e, s) for s in reversed(range(len(e.maps))))
    return (_forward(e), _seed(e), *back, _product(e), _sum(e))


def _forward(e: ChainExplanation) -> Step:
    values = (e.inner.point, *(at.values for at in e.maps))
    said = (
        sentence("export.alt.chain_values", letter=letter, values=vector_text(known))
        for letter, known in zip(e.letters, values, strict=True)
    )
    return Step("forward", (), 0, tuple(said), ())


def _seed(e: ChainExplanation) -> Step:
    return Step("seed", (), 0, (sentence("export.alt.chain_seed", v=vector_text(e.weights)),), (e.weights,))


def _through(e: ChainExplanation, s: int) -> Step:
    return Step(f"through-{e.letters[s]}", (s,), len(e.maps) - s, (_pulled(e, s),), (e.pullbacks[s].total,))


def _pulled(e: ChainExplanation, s: int) -> Sentence:
    """Back through stage s."""
    return sentence("export.alt.chain_step", **stage_facts(e, s))


def stage_facts(e: ChainExplanation, s: int) -> dict[str, str]:
    """What there is to say of stage s: its letters, its cotangents, its Jacobian."""
    return {
        "lower": e.letters[s],
        "upper": e.letters[s + 1],
        "weights": vector_text(e.pullbacks[s].weights),
        "jacobian": rows_text(e.maps[s].jacobian_at),
        "total": vector_text(e.pullbacks[s].total),
    }


def _product(e: ChainExplanation) -> Step:
    said = sentence(
        "export.alt.chain_product",
        last=e.letters[-1],
        product=rows_text(e.product),
        total=vector_text(e.whole_pullback.total),
    )
    return Step("product", tuple(range(len(e.maps))), len(e.maps), (said,), e.product)


def _sum(e: ChainExplanation) -> Step:
    back = tuple(_pulled(e, s) for s in reversed(range(len(e.maps))))
    said = (sentence("export.alt.chain"), *back)
    return Step("sum", tuple(range(len(e.maps))), len(e.maps), said, (e.pullback.total,))

"""x → y → z as a rail: v pulled back through one Jacobian after the other, or u pushed forward."""

from __future__ import annotations

from core.kinds.chain.explanation import ChainExplanation
from core.kinds.chain.problem import CHAIN_FIELDS
from pages.components import component
from pages.components.chain import scene, spoken
from pages.shared import views

_sweep = component("sweep", '<div class="lens-sweep"></div>', "chain/sweep")
WORDS = "backward forward mode label step back start again agrees differs moving drag tries wide".split()


def sweep(e: ChainExplanation) -> None:
    """Draws the chain; steps are taken in the browser. v follows the page's channel, u lives in the browser alone."""
    last = len(e.maps)
    data = scene(e)
    words = spoken("sweep", *WORDS) | {"other": views.words("sweep.other", call="{call}", u="{u}")}
    said = {
        "backward": [*(_pulled(e, s) for s in range(last)), views.words("sweep.enters", letter=e.letters[last])],
        "forward": [
            views.words("sweep.nudges"),
            *(
                views.words("sweep.pushed", letter=e.letters[s + 1], before=e.letters[s], function=CHAIN_FIELDS[s])
                for s in range(last)
            ),
        ],
    }
    _sweep(key="sweep", data={**data, "steps": views.steps(e), "words": words, "said": said})


def _pulled(e: ChainExplanation, s: int) -> str:
    key = "sweep.leaf" if s == 0 else "sweep.kept"
    return views.words(key, letter=e.letters[s], after=e.letters[s + 1], function=CHAIN_FIELDS[s])

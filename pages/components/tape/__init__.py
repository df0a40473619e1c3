"""The tape: every operation torch recorded, and the backward pass through them one node at a time."""

from __future__ import annotations

from core.engines.tape import Operation, Tape
from core.numbers.notation import jsonables
from pages.components import component
from pages.components.chain import Data, spoken
from pages.shared import views

_tape = component("tape", '<div class="lens-tape"></div>', "chain/tape")
WORDS = (
    "label hint step back start again end table splits multiplies empty graph "
    "nr name operation node value local adjoint turn"
).split()
SENTENCES = {  # what the browser fills in
    "count": ("at", "count"),
    "idle": ("name",),
    "seed": ("name", "adjoint"),
    "arrives": ("name", "adjoint"),
    "adds": ("terms", "name", "count", "adjoint"),
    "splits": ("name",),
    "places": ("name", "of"),
    "leaf": ("name",),
    "large": ("count",),
}


def tape(recorded: Tape) -> None:
    """Draws the graph, steps backward through it in the browser, and tells the same in a table."""
    words = spoken("tape", *(word for word in WORDS if word not in SENTENCES))
    words |= {
        key: views.words(f"tape.{key}", **{fact: f"{{{fact}}}" for fact in facts}) for key, facts in SENTENCES.items()
    }
    _tape(
        key="tape",
        data={
            "operations": [_operation(operation) for operation in recorded.operations],
            "order": recorded.order,
            "words": words,
        },
    )


def _operation(operation: Operation) -> Data:
    return {
        "name": operation.name,
        "node": operation.node,
        "text": operation.text,
        "value": jsonables(operation.value),
        "adjoint": jsonables(operation.adjoint),
        "uses": [
            {"of": use.of, "rule": use.rule, "local": jsonables(use.local), "sent": jsonables(use.sent)}
            for use in operation.uses
        ],
    }

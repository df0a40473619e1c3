"""torch's own messages, made on a reader's function."""

import pytest

from core.engines.misuse import CALLS, Complaint, complaints
from core.expression.tree import Node, names
from core.grammar import parse


def _complaints(*functions: str, v: tuple[float, ...], x: tuple[float, ...] = (1.0, 2.0)) -> dict[str, Complaint]:
    outputs: tuple[Node, ...] = tuple(parse(text, None) for text in functions)
    inputs = names(outputs) or ("x1", "x2")
    return {one.code: one for one in complaints(outputs, inputs, x[: len(inputs)], v)}


TWO = ("2*x1+x2^2", "x1^2+2*x2^3")


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ("no_argument", "grad can be implicitly created only for scalar outputs"),
        ("wrong_shape", "Mismatch in shape: grad_output[0] has a shape of torch.Size([3])"),
        ("second_pass", "Trying to backward through the graph a second time"),
    ],
)
def test_torch_refuses_in_its_own_words(code: str, message: str) -> None:
    complaint = _complaints(*TWO, v=(2.0, 1.0))[code]
    assert complaint.outcome == "error"
    assert complaint.error is not None
    assert complaint.error.startswith(message)


def test_a_kept_graph_is_added_twice() -> None:
    assert _complaints(*TWO, v=(2.0, 1.0))["kept_graph"].grad == (12.0, 64.0)


def test_a_single_output_needs_no_argument() -> None:
    complaint = _complaints("x1^2*x2", v=(3.0,))["no_argument"]
    assert (complaint.error, complaint.outcome, complaint.grad) == (None, "fine", (4.0, 1.0))


def test_the_wrong_shape_is_that_of_x_where_it_differs() -> None:
    calls = _complaints("x1*x2*x3", "x1+x3", v=(2.0, 1.0), x=(1.0, 2.0, 3.0))["wrong_shape"].calls
    assert "[1.0, 1.0, 1.0]" in calls


def test_without_a_graph_torch_has_nothing_to_go_back_through() -> None:
    found = _complaints("2", "3", v=(2.0, 1.0))
    outcomes = {code: complaint.outcome for code, complaint in found.items()}
    assert outcomes == {**dict.fromkeys(CALLS, "no_graph"), "wrong_shape": "error"}


def test_every_mistake_is_made_and_its_listing_shows_the_call() -> None:
    found = _complaints(*TWO, v=(2.0, 1.0))
    assert found.keys() == CALLS.keys()
    assert all(complaint.calls in complaint.source for complaint in found.values())

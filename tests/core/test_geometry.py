"""What the moving pictures are told, and what they may tell back."""

from dataclasses import replace

import pytest

from core.grammar import parse
from core.kinds import KINDS, explain
from core.kinds.vector.explanation import VectorExplanation
from core.kinds.vector.geometry import label, moved, scene, tree, written
from core.kinds.vector.problem import VectorProblem

POLAR = VectorProblem(("r*cos(phi)", "r*sin(phi)"), (("r", "2"), ("phi", "pi/6")), ("1", "2"))


def _explained(problem: VectorProblem) -> VectorExplanation:
    explanation = explain(problem)
    assert isinstance(explanation, VectorExplanation)
    return explanation


def test_a_scene_holds_the_jacobian_row_by_row() -> None:
    told = scene(_explained(KINDS["vjp"].default))  # type: ignore[arg-type]
    assert told["x"] == [1, 2]
    assert told["v"] == [2, 1]
    assert told["J"] == [[2, 4], [2, 24]]
    assert told["torch"] == told["J"]
    assert told["names"] == ["x₁", "x₂"]


def test_a_scene_without_formulas_is_small() -> None:
    assert scene(_explained(POLAR), formulas=False).keys() == {"names", "outputs", "x", "v", "J"}


def test_pictures_call_the_outputs_as_the_page_does() -> None:
    assert scene(_explained(POLAR))["outputs"] == ["y₁", "y₂"]
    taken = VectorProblem(("y1^2", "y1*y2"), (("y1", "1"), ("y2", "2")), ("1", "1"))
    assert scene(_explained(taken))["outputs"] == ["f₁", "f₂"]


def test_what_is_not_finite_travels_as_text() -> None:
    told = scene(_explained(VectorProblem(("log(x)", "1/x"), (("x", "0"),), ("1", "1"))))
    assert told["J"] == [["inf"], ["-inf"]]


@pytest.mark.parametrize(
    ("function", "slopes"),
    [
        ("abs(x)", "nan"),
        ("x*abs(x)", None),
        ("where(x==0, 1, (exp(x)-1)/x)", 0.5),  # the formula says 0, torch nan
        ("asin(cbrt(x))^3", 1),  # both say nan
        ("1/x", "nan"),
        ("3*x", None),
        ("0/x", "nan"),
    ],
)
def test_a_picture_is_told_the_slope_where_j_has_another_by_convention(function: str, slopes: object) -> None:
    told = scene(_explained(VectorProblem((function,), (("x", "0"),))), formulas=False)
    assert told.get("slopes") == (None if slopes is None else [[pytest.approx(slopes)]])


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("2*x", ["*", 2.0, ["x", 1]]),
        ("a - pi", ["-", ["x", 0], 3.141592653589793]),
        ("where(x > 0, x, 1e3)", ["where", [">", ["x", 1], 0.0], ["x", 1], 1000.0]),
    ],
)
def test_a_tree_names_variables_by_their_column(typed: str, told: object) -> None:
    assert tree(parse(typed, ("a", "x")), {"a": 0, "x": 1}) == told


@pytest.mark.parametrize(
    ("name", "shown"),
    [("x1", "x₁"), ("phi", "φ"), ("theta12", "θ₁₂"), ("Gamma", "Γ"), ("lam2", "λ₂"), ("loss", "loss"), ("w", "w")],
)
def test_a_variable_is_labelled_as_it_is_typeset(name: str, shown: str) -> None:
    assert label(name) == shown


def test_a_dragged_coordinate_is_written_and_the_other_keeps_its_text() -> None:
    x, before = [2.25, 0.5235987755982988], [2, 0.5235987755982988]
    assert moved(POLAR, POLAR, x, before).point == (("r", "2.25"), ("phi", "pi/6"))


def test_a_drag_keeps_what_the_reader_is_typing() -> None:
    draft = replace(POLAR, functions=("r*cos(", "r*sin(phi)"))
    assert moved(draft, POLAR, [3, 1], [2, 0]).functions == draft.functions


def test_numbers_of_another_picture_change_nothing() -> None:
    for x, before in (([1.0], [1.0]), ([1.0, 2.0, 3.0], [1.0, 2.0]), ([], [])):
        assert moved(POLAR, POLAR, x, before) == POLAR


@pytest.mark.parametrize(
    ("value", "text"),
    [(2.0, "2"), (-0.0, "0"), (0.1 + 0.2, "0.3"), (-2.5, "-2.5"), (1e-7, "1e-07"), (1234567.0, "1.23457e+06")],
)
def test_a_dragged_number_is_short_and_can_be_read_again(value: float, text: str) -> None:
    assert written(value) == text
    parse(text, ())

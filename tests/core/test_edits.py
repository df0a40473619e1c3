"""Edits of a draft: each touches its own part, so that those which come together all count."""

from core.kinds import KINDS
from core.kinds.chain.edits import add_stage, remove_stage
from core.kinds.chain.problem import ChainProblem
from core.kinds.matmul.problem import MatmulProblem
from core.kinds.vector import edits
from core.kinds.vector.problem import VectorProblem

VECTOR = VectorProblem(("x1*x2", "x2"), (("x1", "1"), ("x2", "2")), ("2", "1"))
CHAIN = ChainProblem(("x1*x2",), ("y1", "y1^2"), (("x1", "1"), ("x2", "2")), ("3", "4"))


def test_edits_of_different_fields_do_not_undo_each_other():
    edited = edits.with_coordinate(VECTOR, "x1", "7")
    edited = edits.with_coordinate(edited, "x2", "5")
    edited = edits.with_weight(edited, 0, "9")
    edited = edits.with_function(edited, 1, "x2^2")
    assert edited == VectorProblem(("x1*x2", "x2^2"), (("x1", "7"), ("x2", "5")), ("9", "1"))


def test_a_new_function_has_the_weight_1_and_the_last_one_takes_its_weight_along():
    grown = edits.add_function(VECTOR)
    assert (grown.functions[2], grown.cotangent) == ("x1*x2", ("2", "1", "1"))
    assert edits.remove_function(grown) == VECTOR


def test_an_outer_function_more_or_less_leaves_the_point_alone():
    grown = edits.add_function(CHAIN, stage=1)
    assert (grown.outer, grown.cotangent, grown.point) == (("y1", "y1^2", "y1^2"), ("3", "4", "1"), CHAIN.point)
    assert edits.remove_function(grown, stage=1) == CHAIN
    assert edits.add_function(CHAIN, stage=0).cotangent == CHAIN.cotangent


def test_a_stage_is_added_behind_the_last_one_and_v_starts_again():
    longer = add_stage(CHAIN)
    assert (longer.further, longer.cotangent) == ((("z1+z2",),), None)
    assert remove_stage(longer).further == ()


def test_an_edit_of_what_is_gone_changes_nothing():
    assert edits.with_function(VECTOR, 5, "x1") == VECTOR
    assert edits.with_weight(VECTOR, 5, "1") == VECTOR
    assert edits.with_coordinate(VECTOR, "z", "1") == VECTOR


def test_a_variable_is_not_kept_for_a_typing_error_on_the_way():
    typed = VectorProblem(("x1*y",), (("x1", "1"), ("y", "4")))
    broken = edits.with_function(typed, 0, "x1*y+")
    assert broken.point == typed.point
    assert edits.with_function(broken, 0, "x1*x2").point == (("x1", "1"), ("x2", "1"))


def test_what_is_nearest_to_a_refused_problem_leaves_the_refused_part_to_its_default():
    assert KINDS["vjp"].nearest(VECTOR, "v") == VectorProblem(VECTOR.functions, VECTOR.point)
    assert KINDS["vjp"].nearest(VECTOR, "at") == VectorProblem(VECTOR.functions, None, VECTOR.cotangent)
    assert KINDS["matmul"].nearest(MatmulProblem((("1",),), (("2",),), (("x",),)), "v").v is None

"""Symbolic work that misbehaves is stopped, and nobody else notices."""

from __future__ import annotations

import threading
import time

import pytest

from core import worker
from core.grammar import parse
from core.problem import ProblemError


@pytest.fixture
def pool():
    made = worker.Pool(2)
    yield made
    for _ in range(2):
        made.idle.get(timeout=worker.START).kill()


def slow(seconds: float) -> dict:
    return {"task": "sleep", "seconds": seconds}


def quick() -> dict:
    return {"task": "jacobian", "outputs": [worker.to_json(parse("x^2"))], "inputs": ["x"]}


def test_a_tree_survives_the_journey_to_a_worker_and_back():
    node = parse("where(x1 > 0, 2.5*x1^2, -sin(pi*x2))")
    again = worker.from_json(worker.to_json(node))
    assert again == node
    assert again.span == node.span


def test_a_refusal_in_the_worker_keeps_its_code_place_and_facts():
    with pytest.raises(ProblemError) as refused:
        worker.jacobian((parse("x"), parse("2/(x-x)")), ("x",))
    error = refused.value
    assert (error.code, error.field, error.index, error.span) == ("division_by_zero", "f", 1, (0, 7))


def test_an_unknown_job_is_refused_and_the_worker_lives_on(pool):
    assert pool.run({"task": "nonsense"})["refused"]["code"] == "not_computed"
    assert pool.run(quick())["result"]


def test_a_job_that_takes_too_long_is_killed_and_told_of_while_others_are_answered(pool, monkeypatch):
    monkeypatch.setattr(worker, "DEADLINE", 0.5)
    pool.run(quick())
    codes = []

    def hang() -> None:
        try:
            pool.run(slow(60))
        except ProblemError as error:
            codes.append(error.code)

    thread = threading.Thread(target=hang)
    thread.start()
    time.sleep(0.1)
    assert pool.run(quick())["result"]  # the other worker answers while the first hangs
    assert thread.is_alive()
    thread.join(timeout=10)
    assert codes == ["too_slow"]
    assert pool.run(quick())["result"]


def test_a_worker_that_dies_under_a_job_is_replaced_and_the_job_tried_again(pool):
    pool.run(quick())
    first = pool.idle.get(timeout=worker.START)
    first.process.kill()
    first.process.wait()
    pool.idle.put(first)
    assert pool.run(quick())["result"]


def test_a_refusal_is_not_cached():
    before = worker.jacobian.cache_info().currsize
    for _ in range(2):
        with pytest.raises(ProblemError):
            worker.jacobian((parse("3/(x-x)"),), ("x",))
    assert worker.jacobian.cache_info().currsize == before


LONG = """\
import sympy as sp

x = sp.symbols(["x"], real=True)
y = sp.Matrix([sp.{0}, sp.Max({1})])
print(y.jacobian(x))
"""


def heavy(k: int) -> str:
    return LONG.format(f"sin({k})", ", ".join(f"{n}*sp.sin({n + k}*x[0])" for n in range(1, 60)))


def test_derivations_that_take_long_give_up_and_never_keep_a_jacobian_waiting():
    ended: list[str] = []

    def derive(k: int) -> None:
        try:
            worker.derivation(heavy(k))
        except ProblemError as error:
            ended.append(error.code)

    threads = [threading.Thread(target=derive, args=(k,)) for k in range(4)]
    for thread in threads:
        thread.start()
    time.sleep(0.3)
    assert worker.jacobian((parse("x^2*y + 1234*x"),), ("x", "y"))
    assert sum(thread.is_alive() for thread in threads) == 2  # two derive, two were not given a turn
    for thread in threads:
        thread.join(timeout=20)
    assert sorted(ended) == ["busy", "busy", "too_slow", "too_slow"]
    assert worker.jacobian((parse("x^2*y + 4321*x"),), ("x", "y"))

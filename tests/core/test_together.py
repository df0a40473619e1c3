"""Many threads get what one would: torch, the workers, typst and numpy keep state that is not a thread's own."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from itertools import count
from threading import Barrier

import pytest

from core import address as share
from core import turns
from core import wording as words
from core.engines.misuse import complaints
from core.export import Options, export
from core.kinds import explained, read, subject
from core.kinds.chain.explanation import ChainExplanation
from core.kinds.matmul.explanation import MatmulExplanation
from core.kinds.matmul.explanation import derivation as matmul_derivation
from core.kinds.tensor.explanation import TensorExplanation
from core.kinds.vector.explanation import VectorExplanation, derivation
from core.problem import ProblemError
from core.turns import Turn

THREADS = 32
ADDRESSES = [example.address for example in words.examples()]


def answers(address: str) -> Iterator[object]:
    """Everything that pages and exports make of one problem, computed anew: nothing below is remembered."""
    problem = share.decode(address).problem
    e = explained.__wrapped__(read.__wrapped__(problem))
    yield replace(e, torch=None) if hasattr(e, "torch") else e
    yield e.torch.transcript.text
    if isinstance(e, VectorExplanation):
        point, weights = (tuple(n.value for n in numbers) for numbers in (e.map.point, e.pullback.weights))
        yield complaints.__wrapped__(e.map.outputs, e.map.inputs, point, weights)
    if isinstance(e, ChainExplanation):
        yield e.torch.tangents
        yield e.tape
    elif isinstance(e, TensorExplanation):
        yield e.contributions.tolist()
    else:
        yield (matmul_derivation if isinstance(e, MatmulExplanation) else derivation)(e).text
    yield export(subject(e), ".svg", Options())


@pytest.fixture(scope="module")
def alone() -> dict[str, list[str]]:
    """What a single thread gets."""
    return {address: [repr(answer) for answer in answers(address)] for address in ADDRESSES}


@pytest.mark.parametrize("seconds", [6, pytest.param(60, marks=pytest.mark.slow)])
def test_thirty_two_threads_get_the_answers_that_one_gets(alone: dict[str, list[str]], seconds: float) -> None:
    together, end = Barrier(THREADS), time.monotonic() + seconds

    def ask(seed: int) -> list[str]:
        rng, wrong = random.Random(seed), []
        together.wait()
        for asked in count():
            if asked and time.monotonic() > end:
                return wrong
            address = rng.choice(ADDRESSES)
            try:
                for expected, answer in zip(alone[address], answers(address), strict=True):
                    if repr(answer) != expected:
                        wrong.append(f"{address}: {repr(answer)[:300]} instead of {expected[:300]}")
            except ProblemError as refusal:
                if refusal.code != "busy":  # so many at once may be asked to wait, and are told so
                    wrong.append(f"{address}: {refusal!r}")
        raise AssertionError

    with ThreadPoolExecutor(THREADS) as pool:
        wrong = [line for lines in pool.map(ask, range(THREADS)) for line in lines]
    assert not wrong, "\n".join(wrong[:10])


def test_a_wrong_answer_would_be_noticed(alone: dict[str, list[str]]) -> None:
    first, second = ADDRESSES[:2]
    assert alone[first] != alone[second]


def test_one_thread_computes_and_the_others_wait_for_it() -> None:
    from core.memory import remembered

    calls: list[int] = []

    @remembered(entries=4, megabytes=1)
    def slowly(n: int) -> list[int]:
        calls.append(n)
        time.sleep(0.2)
        return [n]

    _at_once(8, lambda: slowly(1))
    assert calls == [1]


def test_those_who_wait_are_told_the_refusal_too_and_it_is_not_remembered() -> None:
    from core.memory import remembered

    calls: list[int] = []

    @remembered(entries=4, megabytes=1)
    def refuses(n: int) -> None:
        calls.append(n)
        time.sleep(0.2)
        raise ProblemError("busy")

    def ask() -> str:
        try:
            refuses(1)
        except ProblemError as error:
            return error.code
        return ""

    assert _at_once(8, ask) == ["busy"] * 8
    assert calls == [1]
    ask()
    assert calls == [1, 1]


def test_what_is_remembered_is_bounded_in_number_and_in_bytes() -> None:
    from core.memory import remembered

    @remembered(entries=3, megabytes=1)
    def small(n: int) -> int:
        return n

    for n in range(10):
        small(n)
    assert small.cache_info().currsize == 3

    @remembered(entries=100, megabytes=1)
    def large(n: int) -> bytes:
        return bytes(300_000)

    for n in range(10):
        large(n)
    assert large.cache_info().currsize == 3
    assert large.cache_info().bytes < 1 << 20


def test_who_waits_for_a_process_lets_others_have_the_turn() -> None:
    turn, order = Turn(), []

    def first(arrived: Barrier) -> None:
        with turn:
            arrived.wait()
            with turn.aside():
                arrived.wait()  # the other one passes here only if it has been given the turn
            order.append("first")

    def second(arrived: Barrier) -> None:
        arrived.wait()
        with turn:
            order.append("second")
            arrived.wait()

    arrived = Barrier(2, timeout=20)
    with ThreadPoolExecutor(2) as pool:
        for done in [pool.submit(first, arrived), pool.submit(second, arrived)]:
            done.result()
    assert order == ["second", "first"]
    assert turn.stats.now == 0
    assert turn.stats.ended == 2


def in_line(turn: Turn, *callers: str) -> list[str]:
    """The order in which the turn comes to these, who ask for it one after the other while somebody has it."""
    order: list[str] = []
    name = threading.local()
    turn.caller = lambda: getattr(name, "is_", "")

    def ask(caller: str) -> None:
        name.is_ = caller
        with turn:
            order.append(caller)

    with ThreadPoolExecutor(len(callers)) as pool, turn:
        for k, caller in enumerate(callers, 1):
            pool.submit(ask, caller)
            while len(turn._line) < k:
                time.sleep(0.001)
    return order


def test_the_turn_comes_in_the_order_of_asking() -> None:
    assert in_line(Turn(), "first", "second", "third") == ["first", "second", "third"]


def test_who_has_had_much_of_the_turn_goes_behind_those_who_have_not() -> None:
    turn = Turn()
    turn._used.spend("greedy", 1e3)
    turn._used.spend("busy", turns.FREE + 1)
    assert in_line(turn, "greedy", "busy", "first", "second") == ["first", "second", "greedy", "busy"]


def test_who_has_had_much_of_the_turn_does_not_wait_for_ever() -> None:
    turn = Turn(lambda: "greedy")
    turn._used.spend("greedy", 1e3)
    turn._asked.since = 50.0
    assert turn._place().since == 50.0 + turns.LATEST


def test_the_time_of_a_turn_is_charged_to_who_had_it_and_to_nobody_if_that_is_nobody() -> None:
    turn = Turn()
    for caller in ("", "somebody"):
        turn.caller = lambda caller=caller: caller
        with turn:
            time.sleep(0.01)
    assert not turn._used.knows("")
    assert turn._used.left("somebody") < turns.FREE - 0.005


def test_who_gives_up_waiting_leaves_the_line_or_passes_the_turn_on() -> None:
    turn = Turn()
    waits, called = (turns._Place(1.0) for _ in range(2))
    turn._taken, turn._line = True, [waits]
    turn._leave(waits)
    assert turn._line == []
    assert turn._taken
    turn._leave(called)
    assert not turn._taken


def _at_once(threads: int, ask: Callable[[], object]) -> list[object]:
    with ThreadPoolExecutor(threads) as pool:
        return [done.result() for done in [pool.submit(ask) for _ in range(threads)]]

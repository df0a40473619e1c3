"""What each client may have, at once and then every second."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from core.allowance import Allowance


def test_a_client_has_its_burst_and_then_as_much_as_time_gives_back() -> None:
    allowance = Allowance(burst=3, rate=1.0, clients=2)
    assert [allowance.take("one", now=0.0) for _ in range(4)] == [True, True, True, False]
    assert allowance.take("two", now=0.0), "others have their own"
    assert [allowance.take("one", now=2.0) for _ in range(3)] == [True, True, False]
    for k in range(50):
        allowance.take(f"client {k}", now=3.0)
    assert len(allowance._left) == 2, "it does not grow with the clients"


def test_what_was_spent_beyond_the_allowance_has_to_be_waited_for() -> None:
    allowance = Allowance(burst=2, rate=0.5)
    assert not allowance.knows("one")
    allowance.spend("one", 5.0, now=0.0)
    assert allowance.knows("one")
    assert allowance.left("one", now=0.0) == -3.0
    assert not allowance.take("one", now=7.0)
    assert allowance.take("one", now=8.0)


def test_many_threads_together_take_no_more_than_there_is() -> None:
    allowance = Allowance(burst=500, rate=0.0)
    with ThreadPoolExecutor(8) as threads:
        taken = list(threads.map(lambda _: allowance.take("one", now=0.0), range(2000)))
    assert sum(taken) == 500

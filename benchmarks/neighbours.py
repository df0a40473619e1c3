"""Whether some visitors' input makes another wait.

    python -m benchmarks.neighbours

One thread asks for the default problem at ever new points, first alone, then beside threads that keep sending the
heaviest inputs there are: random problems at the limits, and derivations that SymPy cannot finish. Then the workers
by themselves: ``jacobian`` alone, and beside 20 visitors whose every job has to be killed.
"""

from __future__ import annotations

import itertools
import random
import sys
import threading
import time
from collections.abc import Callable

from benchmarks.explain import random_problem, row, timed
from core.calculus import worker
from core.grammar import parse
from core.kinds import explain
from core.kinds.vector.explanation import derivation
from core.kinds.vector.problem import VectorProblem
from core.problem import ProblemError

ROUNDS = 150
NUISANCES = 20
NEVER = "sinh((((sqrt(x4)+1)*(1+x4))*(24*x2+(x5^1.5)^0.5))^12)"


def default(k: int) -> VectorProblem:
    """The default problem at a point nobody asked for before, its functions not yet derived."""
    return VectorProblem((f"2*x1+x2^2+{k}", "x1^2+2*x2^3"), (("x1", f"1.{k}"), ("x2", "2")), ("2", "1"))


def visit(first: int, ask: Callable[[int], object] = lambda k: explain(default(k))) -> tuple[list[float], int]:
    """Milliseconds of every answer, and how many were refused."""
    answers = []
    for k in range(first, first + ROUNDS):
        answers.append(timed(lambda k=k: ask(k)))
        time.sleep(0.02)
    return [took for took, _ in answers], sum(refused for _, refused in answers)


def jacobian(k: int) -> object:
    return worker.jacobian((parse(f"2*x1+x2^2+{k}"), parse("x1^2+2*x2^3")), ("x1", "x2"))


def formulas(stop: threading.Event, seed: int) -> None:
    """Sends heavy inputs one after the other, as fast as they are answered."""
    rng = random.Random(seed)
    for k in itertools.count(1):
        if stop.is_set():
            return
        try:
            heavy = VectorProblem((f"{NEVER}+{k + 1000 * seed}*x2",)) if k % 2 else random_problem(rng)
            derivation(explain(heavy))  # type: ignore[arg-type]  # a VectorProblem gives a VectorExplanation
        except ProblemError:
            continue


def bombs(stop: threading.Event, _seed: int) -> None:
    """Has its worker killed, again and again: what a formula could do at worst."""
    while not stop.is_set():
        try:
            worker.ask("spin")
        except ProblemError:
            time.sleep(0.1)


def beside(count: int, nuisance: Callable[[threading.Event, int], None], run: Callable[[], None]) -> None:
    stop = threading.Event()
    threads = [threading.Thread(target=nuisance, args=(stop, seed), daemon=True) for seed in range(4, 4 + count)]
    for thread in threads:
        thread.start()
    run()
    stop.set()
    for thread in threads:
        thread.join()


def main(counts: tuple[int, ...] = (1, NUISANCES)) -> None:
    worker.start(caller=lambda: str(threading.get_ident()))
    for k in range(10):
        explain(default(k))
    print(f"{'milliseconds':34}{'median':>9}{'p95':>9}{'p99':>9}{'max':>9}{'refused':>9}")
    first = itertools.count(1000, 1000)

    def told(name: str, ask: Callable[[int], object] = lambda k: explain(default(k))) -> Callable[[], None]:
        return lambda: print(row(name, *visit(next(first), ask)), flush=True)

    told("default problem, alone")()
    told("jacobian(), alone", jacobian)()
    for count in counts:
        told_twice = told(f"jacobian(), first beside {count} bombs", jacobian), told(" and then", jacobian)
        beside(count, bombs, lambda runs=told_twice: [run() for run in runs])  # type: ignore[misc]
        beside(count, formulas, told(f"default problem, beside {count}"))
    print(worker.stats())


if __name__ == "__main__":
    main(tuple(map(int, sys.argv[1:])) or (1, NUISANCES))

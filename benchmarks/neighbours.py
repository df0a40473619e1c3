"""Whether one visitor's input makes another wait.

    python -m benchmarks.neighbours

One thread asks for the default problem at ever new points, first alone, then beside a thread that keeps sending the
heaviest inputs there are: random problems at the limits, and derivations that SymPy cannot finish.
"""

from __future__ import annotations

import itertools
import random
import threading
import time

from benchmarks.explain import random_problem, row, timed
from core import worker
from core.explain import derivation, explain
from core.problem import ProblemError, VectorProblem

ROUNDS = 150
NEVER = "sinh((((sqrt(x4)+1)*(1+x4))*(24*x2+(x5^1.5)^0.5))^12)"


def default(k: int) -> VectorProblem:
    """The default problem at a point nobody asked for before, its functions not yet derived."""
    return VectorProblem((f"2*x1+x2^2+{k}", "x1^2+2*x2^3"), (("x1", f"1.{k}"), ("x2", "2")), ("2", "1"))


def visit(first: int) -> list[float]:
    times = []
    for k in range(first, first + ROUNDS):
        times.append(timed(lambda k=k: explain(default(k)))[0])
        time.sleep(0.02)
    return times


def nuisance(stop: threading.Event) -> None:
    """Sends heavy inputs one after the other, as fast as they are answered."""
    rng = random.Random(4)
    for k in itertools.count(1):
        if stop.is_set():
            return
        try:
            heavy = VectorProblem((f"{NEVER}+{k}*x2",)) if k % 2 else random_problem(rng)
            derivation(explain(heavy))  # type: ignore[arg-type]  # a VectorProblem gives a VectorExplanation
        except ProblemError:
            continue


def main() -> None:
    worker.start()
    for k in range(10):
        explain(default(k))
    print(f"{'milliseconds':34}{'median':>9}{'p95':>9}{'p99':>9}{'max':>9}{'refused':>9}")
    print(row("default problem, alone", visit(1000)))
    stop = threading.Event()
    threading.Thread(target=nuisance, args=(stop,), daemon=True).start()
    time.sleep(1)
    print(row("default problem, beside a nuisance", visit(2000)))
    stop.set()


if __name__ == "__main__":
    main()

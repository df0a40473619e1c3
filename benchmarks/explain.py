"""How long ``explain`` takes: the default problem, and random problems up to the limits.

    python -m benchmarks.explain

Warm, in one process, wall-clock; "refused" counts the problems that were refused within the time shown.
"""

from __future__ import annotations

import gc
import random
import statistics
import time
from collections.abc import Callable

from core import grammar
from core.calculus import worker
from core.expression.text import to_text
from core.expression.tree import FUNCTIONS, Node, number
from core.kinds import explain
from core.kinds.vector.problem import VectorProblem
from core.problem import ProblemError

NAMES = ("x1", "x2", "x3", "x4")
TEXTS = ("2x1+x2^2", "sin(x1)*exp(-x2^2)", "exp(x1)/(exp(x1)+exp(x2)+exp(x3))")


def random_tree(rng: random.Random, operations: int) -> Node:
    """A tree of about ``operations`` operations over the whole grammar."""
    if operations <= 0:
        return Node("name", text=rng.choice(NAMES)) if rng.random() < 0.7 else number(rng.randint(1, 9))
    op = rng.choice(["+", "-", "*", "*", "/", "^", "call"])
    left = rng.randint(0, operations - 1)
    if op == "^":
        return Node("^", (random_tree(rng, operations - 1), number(rng.randint(2, 3))))
    if op == "call":
        name = rng.choice([name for name, (least, _) in FUNCTIONS.items() if least < 3])
        parts = FUNCTIONS[name][0]
        return Node(name, tuple(random_tree(rng, (operations - 1) // parts) for _ in range(parts)))
    return Node(op, (random_tree(rng, left), random_tree(rng, operations - 1 - left)))


def random_problem(rng: random.Random) -> VectorProblem:
    """One to four functions, together at most 150 operations, each short enough to be read."""
    count = rng.randint(1, 4)
    texts = []
    while len(texts) < count:
        text = to_text(random_tree(rng, rng.randint(1, 150 // count)), spaces=False)
        if len(text) <= grammar.MAX_LENGTH:
            texts.append(text)
    point = tuple((name, f"{rng.uniform(-2, 2):.3f}") for name in NAMES)
    return VectorProblem(tuple(texts), point, tuple(str(rng.randint(-3, 3)) for _ in texts))


def timed(work: Callable[[], object]) -> tuple[float, bool]:
    """Milliseconds, and whether it was refused."""
    start = time.perf_counter()
    try:
        work()
    except ProblemError:
        return 1000 * (time.perf_counter() - start), True
    return 1000 * (time.perf_counter() - start), False


def row(name: str, times: list[float], refused: int = 0) -> str:
    ordered = sorted(times)
    at = [ordered[min(len(ordered) - 1, int(len(ordered) * q))] for q in (0.95, 0.99)]
    return f"{name:34}{statistics.median(times):9.2f}{at[0]:9.2f}{at[1]:9.2f}{ordered[-1]:9.2f}{refused:9d}"


def main(examples: int = 1000) -> None:
    rng = random.Random(20)
    print(f"{'milliseconds':34}{'median':>9}{'p95':>9}{'p99':>9}{'max':>9}{'refused':>9}")
    for text in TEXTS:
        print(row(f"parse {text[:26]}", [timed(lambda t=text: grammar.parse(t))[0] for _ in range(500)]))
    for name, clear in (("default, v or x changed", False), ("default, function changed", True)):
        times = []
        for _ in range(100):
            if clear:
                worker.jacobian.cache_clear()
            point = (("x1", f"{rng.random():.9f}"), ("x2", "2"))
            problem = VectorProblem(("2*x1+x2^2", "x1^2+2*x2^3"), point, ("2", "1"))
            times.append(timed(lambda p=problem: explain(p))[0])
        print(row(name, times[1:]))
    gc.collect()
    gc.freeze()  # as app.py does: a collection among torch's objects takes longer than most answers
    problems = [random_problem(rng) for _ in range(examples)]
    results = [timed(lambda p=problem: explain(p)) for problem in problems]
    print(row(f"{examples} random problems", [t for t, _ in results], sum(refused for _, refused in results)))


if __name__ == "__main__":
    main()

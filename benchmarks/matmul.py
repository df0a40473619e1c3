"""The matrix product at its largest, 8×8 · 8×8. ``python -m benchmarks.matmul``

1. All 64 ∂c_ij/∂b weighted by v, with every running sum (the lines of them that are not 0, as the page uses them),
   beside SymPy differentiating every element by every entry of b and adding up. SymPy stays with symbols and remembers
   nothing from the round before. Wanted: at least 1,000 times faster, with the same sum.
2. What the server does for the page after an edit, warm: explain, then everything that the component is sent.
   Wanted: at most 50 ms.
3. Stepping through the 64 terms in Chromium. Wanted: a median frame of at most 17 ms.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from time import perf_counter

import sympy as sp
from sympy.core.cache import clear_cache

from benchmarks.browser import chromium, median, p95, serve, visit
from core import address as share
from core.kinds import explain
from core.kinds.matmul.entries import random_integers
from core.kinds.matmul.explanation import MatmulExplanation
from core.kinds.matmul.problem import MatmulProblem
from core.wording import say
from pages.components import product

SIDE = 8
ROUNDS = 30
FRAMES = """async () => {
  const step = document.querySelector("[data-testid=step]")
  const scrubber = document.querySelector("[data-testid=scrubber]")
  scrubber.value = 0
  scrubber.dispatchEvent(new Event("input"))
  const frame = () => new Promise(requestAnimationFrame)
  await frame()
  const times = []
  let before = await frame()
  for (let k = 0; k < 64; k += 1) {
    step.click()
    const now = await frame()
    times.push(now - before)
    before = now
  }
  return times
}"""


def problem(seed: int) -> MatmulProblem:
    """Three 8 × 8 matrices of integers."""
    return MatmulProblem(*(random_integers(SIDE, SIDE, 3 * seed + at) for at in range(3)))


def timed(work: Callable[[int], object], rounds: int = ROUNDS) -> list[float]:
    """Milliseconds of ``work(k)`` for so many k, each time something new."""
    times = []
    for k in range(rounds):
        start = perf_counter()
        work(k)
        times.append(1000 * (perf_counter() - start))
    return times


def told(name: str, times: list[float]) -> float:
    """Prints a row and answers with its median."""
    print(f"{name:58} median {median(times):10.3f} ms   p95 {p95(times):10.3f} ms")
    return median(times)


def naive(a: sp.Matrix, b: sp.Matrix, v: sp.Matrix) -> sp.Matrix:
    """Every element differentiated by every entry of b, weighted and added, as the text does it."""
    c, total = a * b, sp.zeros(SIDE, SIDE)
    for i in range(SIDE):
        for j in range(SIDE):
            total += v[i, j] * sp.Matrix(SIDE, SIDE, lambda p, q, i=i, j=j: sp.diff(c[i, j], b[p, q]))
    return total


def derivatives(rounds: int) -> float:
    """1. The ratio of SymPy's time to ours."""
    letters = {name: sp.Matrix(SIDE, SIDE, lambda i, j, name=name: sp.Symbol(f"{name}{i}{j}")) for name in "abv"}
    results: list[sp.Matrix] = []

    def sympys(_: int) -> None:
        results.append(naive(**letters))
        clear_cache()

    theirs = told("SymPy, every element by every entry", timed(sympys, rounds))
    explained = [explain(problem(100 + k)) for k in range(ROUNDS)]

    def ours(k: int) -> None:
        e = explained[k]
        assert isinstance(e, MatmulExplanation)
        for i in range(SIDE):
            for j in range(SIDE):
                e.weighted_factors(i, j, "b")
        e.ledger("b")

    mine = told("the same 64 matrices and every running sum here", timed(ours))
    assert results[0] == letters["a"].T * letters["v"]
    _same(results[0], explained[0], letters)
    return theirs / mine


def _same(total: sp.Matrix, e: object, letters: dict[str, sp.Matrix]) -> None:
    assert isinstance(e, MatmulExplanation)
    values = {
        symbol: int(n.value)
        for name, rows in (("a", e.a), ("v", e.v))
        for symbol, n in zip(letters[name], [n for row in rows for n in row], strict=True)
    }
    assert total.subs(values) == sp.Matrix([[int(n.value) for n in row] for row in e.b_grad])


def server() -> float:
    """2. Milliseconds from a new problem to the text that the component is sent."""
    product.views.words = lambda key, **facts: say("en", key, **facts)  # outside a session
    product.views.palette = lambda: product.views.PALETTES["light"]
    product.session.sent = lambda key, name: None

    def work(k: int) -> None:
        asked = problem(1000 + k)
        json.dumps(product._data(asked, explain(asked), True))

    timed(work, 3)
    return told("server work for the page", timed(lambda k: work(k + 3)))


def stepping() -> float:
    """3. Milliseconds of a frame while stepping."""
    with serve("app.py") as url, chromium() as browser:
        page = visit(browser, url + share.encode(problem(7)))
        page.get_by_test_id("running-sum").wait_for()
        page.wait_for_timeout(1000)
        page.evaluate(FRAMES)
        return told("a frame while stepping in Chromium", [t for _ in range(3) for t in page.evaluate(FRAMES)])


def main() -> None:
    """Prints the three tables and whether each is as wanted."""
    ratio = derivatives(1 if "--quick" in sys.argv else 3)
    print(f"{'ratio':58} {ratio:10.0f} times {'(wanted: 1000)':>20}")
    print(f"{'wanted':58} {server() <= 50!s:>10} (50 ms)")
    if "--quick" not in sys.argv:
        print(f"{'wanted':58} {stepping() <= 17!s:>10} (17 ms)")


if __name__ == "__main__":
    main()

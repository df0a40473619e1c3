"""A class on one server. ``python -m benchmarks.load [--sessions 50] [--think 2 4] [--seconds 60] [--url URL]``

Every session edits on its own page (home, /vjp, /chain, /matmul), looks at the answer for some seconds and edits again;
each answer is compared with the right one. The clock runs from the change to the end of the script's run. Servers on
this machine only.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import random
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from benchmarks.browser import median, p95, table
from benchmarks.serving import Server, running
from benchmarks.visitor import PEOPLE, NotFinishedError, Person

ARRIVAL = 20.0  # sessions that open a second
WARM = 5.0  # seconds before the clock counts


@dataclass
class Tally:
    """What a class has seen."""

    times: dict[str, list[float]] = field(default_factory=dict)
    wrong: Counter[str] = field(default_factory=Counter)
    opened: list[float] = field(default_factory=list)

    @property
    def all(self) -> list[float]:
        """Milliseconds of every edit."""
        return [taken for times in self.times.values() for taken in times]


async def attend(
    person: Person, delay: float, think: tuple[float, float], start: float, end: float, tally: Tally
) -> None:
    """Comes in, edits until the end, and leaves. ``start`` and ``end`` are of the loop's clock, in seconds."""
    clock = asyncio.get_running_loop().time
    await asyncio.sleep(delay)
    began = clock()
    try:
        await person.visitor.open()
    except (NotFinishedError, OSError) as error:
        tally.wrong[f"not let in: {error!r}"[:120]] += 1
        return
    tally.opened.append((clock() - began) * 1e3)
    name = type(person).page or "home"
    while True:
        await asyncio.sleep(person.rng.uniform(*think))
        if clock() >= end:
            break
        taken, wrong = await person.act()
        if clock() >= start:
            tally.times.setdefault(name, []).append(taken)
            if wrong:
                tally.wrong[f"{name}: {wrong}"[:160]] += 1
    await person.visitor.close()


async def attended(
    base: str,
    sessions: int,
    think: tuple[float, float],
    seconds: float,
    seed: int = 1,
    people: Sequence[type[Person]] = PEOPLE,
) -> tuple[Tally, float, float]:
    """A class of so many sessions; what they saw, and when (time.perf_counter) the clock began and ended to count."""
    tally, now = Tally(), asyncio.get_running_loop().time()
    start = now + sessions / ARRIVAL + WARM
    tasks = [
        attend(person(base, random.Random(seed * 100_000 + k)), k / ARRIVAL, think, start, start + seconds, tally)
        for k, person in ((k, people[k % len(people)]) for k in range(sessions))
    ]
    began = time.perf_counter() + (start - now)
    await asyncio.gather(*tasks)
    return tally, began, began + seconds


async def measured(
    server: Server, sessions: int, think: tuple[float, float], seconds: float
) -> tuple[Tally, float, float]:
    """The tally, and the server's processor time a run in milliseconds: its own, and its workers'."""
    wait = sessions / ARRIVAL + WARM

    async def watch() -> tuple[float, float]:
        await asyncio.sleep(wait)
        before = server.processor()
        await asyncio.sleep(seconds)
        after = server.processor()
        return after[0] - before[0], after[1] - before[1]

    (tally, *_), spent = await asyncio.gather(attended(server.url, sessions, think, seconds), watch())
    runs = max(1, len(tally.all))
    return tally, spent[0] / runs * 1e3, spent[1] / runs * 1e3


def report(title: str, tally: Tally) -> None:
    """Prints the table of one class."""
    rows = [[name, len(times), median(times), p95(times), max(times)] for name, times in sorted(tally.times.items())]
    rows.append(["all", len(tally.all), median(tally.all), p95(tally.all), max(tally.all)])
    print(f"\n{title}: {sum(tally.wrong.values())} wrong or missing answers")
    table(("", "edits", "median ms", "p95 ms", "longest ms"), rows)
    if tally.opened:
        print(f"first run: median {median(tally.opened):.0f} ms, p95 {p95(tally.opened):.0f} ms")
    for what, count in tally.wrong.most_common(10):
        print(f"  {count} × {what}")


def main() -> None:
    """Runs one class and prints what it saw."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sessions", type=int, default=50)
    parser.add_argument("--think", type=float, nargs=2, default=(2.0, 4.0), metavar=("LEAST", "MOST"))
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--url", help="a server that runs already (on this machine)")
    chosen = parser.parse_args()
    title = f"{chosen.sessions} sessions, an edit every {chosen.think[0]:g}–{chosen.think[1]:g} s"
    with contextlib.ExitStack() as stack:
        if chosen.url:
            tally, *_ = asyncio.run(attended(chosen.url, chosen.sessions, tuple(chosen.think), chosen.seconds))
            report(title, tally)
            return
        server = stack.enter_context(running())
        rest = server.memory()
        tally, own, workers = asyncio.run(measured(server, chosen.sessions, tuple(chosen.think), chosen.seconds))
        report(title, tally)
        print(f"processor time a run: server {own:.1f} ms, workers {workers:.1f} ms")
        print(f"memory: {rest:.0f} → {server.memory():.0f} MiB")


if __name__ == "__main__":
    main()

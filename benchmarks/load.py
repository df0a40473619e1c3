"""A class on one server, or behind nginx on several.

``python -m benchmarks.load [--sessions 50] [--think 2 4] [--seconds 60] [--replicas 2 [--kill 20]] [--url URL]``

Every session edits on its own page (home, /vjp, /chain, /matmul), looks at the answer for some seconds and edits again;
each answer is compared with the right one. The clock runs from the change to the end of the script's run. Servers on
this machine only.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import random
import signal
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Protocol

from benchmarks.browser import median, p95, table
from benchmarks.replicas import Balanced, balanced
from benchmarks.serving import running
from benchmarks.visitor import PEOPLE, NotFinishedError, Person

ARRIVAL = 20.0  # sessions that open a second
WARM = 5.0  # seconds before the clock counts

Event = tuple[float, Callable[[], None]]  # seconds after that, and what happens then


@dataclass
class Tally:
    """What a class has seen."""

    times: dict[str, list[float]] = field(default_factory=dict)
    wrong: Counter[str] = field(default_factory=Counter)
    opened: list[float] = field(default_factory=list)
    connected: list[float] = field(default_factory=list)  # after a connection was lost, until there was one again
    resumed: list[float] = field(default_factory=list)  # and until an unanswered edit was answered

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
        cut = await person.visitor.cut_off(person.rng.uniform(*think))
        if clock() >= end:
            break
        if not cut:
            taken, wrong = await person.act()
            cut = wrong.startswith("no answer") and person.visitor.lost
        if cut:
            connected, resumed, wrong = await person.come_back()
            if wrong:
                tally.wrong[f"{name}, back again: {wrong}"[:160]] += 1
            else:
                tally.connected.append(connected)
                tally.resumed += [] if resumed is None else [resumed]
        elif clock() >= start:
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


class Measurable(Protocol):
    """One server, or several behind nginx."""

    @property
    def url(self) -> str: ...

    def processor(self) -> tuple[float, float]: ...


async def measured(
    server: Measurable, sessions: int, think: tuple[float, float], seconds: float, during: Sequence[Event] = ()
) -> tuple[Tally, float, float]:
    """The tally, and the processor time a run in milliseconds: of server (and nginx), and of the servers' workers.

    ``during``: what happens so many seconds after the clock has begun to count.
    """
    wait = sessions / ARRIVAL + WARM

    async def watch() -> tuple[float, float]:
        await asyncio.sleep(wait)
        before = server.processor()
        await asyncio.sleep(seconds)
        after = server.processor()
        return after[0] - before[0], after[1] - before[1]

    async def happen(after: float, what: Callable[[], None]) -> None:
        await asyncio.sleep(wait + after)
        await asyncio.to_thread(what)

    (tally, *_), spent, *_ = await asyncio.gather(
        attended(server.url, sessions, think, seconds), watch(), *(happen(*event) for event in during)
    )
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
    if tally.connected:
        lost = len(tally.connected)
        print(f"lost their server: {lost}; connected again: {spread(tally.connected)}")
        print(f"edits it had not answered: {len(tally.resumed)}; answered by another: {spread(tally.resumed)}")
    for what, count in tally.wrong.most_common(10):
        print(f"  {count} × {what}")


def spread(times: list[float]) -> str:
    """Median and 95th percentile in words."""
    return f"median {median(times):.0f} ms, p95 {p95(times):.0f} ms" if times else "–"


def kill(balanced: Balanced) -> None:
    """The first replica dies without a word."""
    balanced.replicas[0].end(signal.SIGKILL, wholly=False)


def arguments(given: Sequence[str] | None = None) -> argparse.Namespace:
    """What was asked for on the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sessions", type=int, default=50)
    parser.add_argument("--think", type=float, nargs=2, default=(2.0, 4.0), metavar=("LEAST", "MOST"))
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--replicas", type=int, default=0, help="so many behind nginx with deploy/nginx.conf")
    parser.add_argument("--kill", type=float, metavar="AFTER", help="seconds until one of the replicas is killed")
    parser.add_argument("--url", help="a server that runs already (on this machine)")
    chosen = parser.parse_args(given)
    if chosen.kill is not None and chosen.replicas < 2:
        parser.error("--kill needs --replicas 2 or more")
    return chosen


def main() -> None:
    """Runs one class and prints what it saw."""
    chosen = arguments()
    title = f"{chosen.sessions} sessions, an edit every {chosen.think[0]:g}–{chosen.think[1]:g} s"
    with contextlib.ExitStack() as stack:
        if chosen.url:
            tally, *_ = asyncio.run(attended(chosen.url, chosen.sessions, tuple(chosen.think), chosen.seconds))
            report(title, tally)
            return
        server = stack.enter_context(balanced(chosen.replicas) if chosen.replicas else running())
        during = [(chosen.kill, partial(kill, server))] if chosen.kill is not None else []
        rest = server.memory()
        tally, own, workers = asyncio.run(
            measured(server, chosen.sessions, tuple(chosen.think), chosen.seconds, during)
        )
        report(title, tally)
        print(f"processor time a run: server {own:.1f} ms, workers {workers:.1f} ms")
        print(f"memory: {rest:.0f} → {server.memory():.0f} MiB")


if __name__ == "__main__":
    main()

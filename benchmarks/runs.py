"""What one run costs the server. ``python -m benchmarks.runs [edits]``

One visitor at a time edits on each page, as often as people do; beside it, in turns, the bare app (one slider and one
equation), once with Streamlit's own collection after every run and once without. Processor time is that of the server
itself and of its workers. Wanted: no page costs more than the bare app as it comes.
"""

from __future__ import annotations

import asyncio
import random
import sys
from contextlib import ExitStack

from benchmarks.browser import median, p95, table
from benchmarks.serving import Server, running
from benchmarks.visitor import AtHome, OfBareApp, OfChains, OfMatrices, OfVectors, Person

BARE = "benchmarks/apps/bare.py"
EDITS = 40
ROUNDS = 5
PAUSE = 0.25  # seconds between two edits: the guard makes whoever is quicker wait


async def edits(server: Server, person: type[Person], count: int, seed: int) -> tuple[list[float], float, float]:
    """Milliseconds of every edit, and of processor time for each: the server's own, and its workers'."""
    visitor, times = person(server.url, random.Random(seed)), []
    await visitor.visitor.open()
    await visitor.act()
    before = server.processor()
    for _ in range(count):
        await asyncio.sleep(PAUSE)
        taken, wrong = await visitor.act()
        times.append(taken)
        if wrong:
            raise SystemExit(wrong)
    after = server.processor()
    await visitor.visitor.close()
    return times, (after[0] - before[0]) / count * 1e3, (after[1] - before[1]) / count * 1e3


def main(count: int = EDITS) -> None:
    """Runs and prints."""
    with ExitStack() as stack:
        ours = stack.enter_context(running())
        collecting = stack.enter_context(running(BARE, "--runner.postScriptGC", "true"))
        bare = stack.enter_context(running(BARE))
        cases: dict[str, tuple[Server, type[Person]]] = {
            "bare app, as it comes": (collecting, OfBareApp),
            "bare app, no collection": (bare, OfBareApp),
            "home": (ours, AtHome),
            "/vjp": (ours, OfVectors),
            "/chain": (ours, OfChains),
            "/matmul": (ours, OfMatrices),
        }
        seen: dict[str, list[tuple[list[float], float, float]]] = {name: [] for name in cases}
        for round_ in range(ROUNDS):
            for name, (server, person) in cases.items():
                seen[name].append(asyncio.run(edits(server, person, count // ROUNDS, round_)))
    rows = []
    for name, rounds in seen.items():
        times = [taken for each, _, _ in rounds for taken in each]
        rows.append(
            [name, median(times), p95(times), median([o for _, o, _ in rounds]), median([w for _, _, w in rounds])]
        )
    table(("", "median ms", "p95 ms", "server CPU ms", "workers CPU ms"), rows)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:2]))

"""What visitors leave behind. ``python -m benchmarks.memory [--sessions 1000] [--problems 3000] [--rows heavy]``

One after the other, sessions come, ask for 8×8 problems that nobody has asked for before, and go. The memory that
stands in no file is read before, meanwhile, and after Streamlit has forgotten the last session. Wanted: within 30 MiB
of what it was before, and at most 200 KB for a session that is there.

It is compared with a server that nobody has asked anything, and with the same server after a first class of 50: then
most of the remembered answers have reached their bounds, and what is first needed by a visitor is there.
"""

from __future__ import annotations

import argparse
import asyncio
import random
from collections.abc import Callable, Iterable

from benchmarks.browser import table
from benchmarks.serving import Server, running
from benchmarks.visitor import Person

FORGOTTEN = 10  # seconds after which a session that has left is forgotten, here
TIDIED = 90  # seconds in which the server has surely collected
CLASS = 50  # sessions that are the first, with three problems each
STAYING = 200
VARIABLES = range(1, 9)

# A row of 8 functions of 8 variables. J has 64 entries, none of them 0; heavy: each of two or three factors, 270 KB
# instead of 110 to remember, and nearly four times the time of a worker.
ROWS: dict[str, Callable[[int, random.Random], str]] = {
    "light": lambda i, rng: "+".join(f"{rng.randrange(2, 99)}*x{j}{'^2' if j == i + 1 else ''}" for j in VARIABLES),
    "heavy": lambda i, rng: "+".join(f"{rng.randrange(2, 99)}*x{j}^2*x{j % 8 + 1}" for j in VARIABLES),
}


class OfLargeMaps(Person):
    """Asks for a map of 8 functions of 8 variables, a new one at every edit."""

    page, rows = "vjp", "light"

    def start(self) -> str:
        return "f=" + ";".join(map(self._row, range(8))).replace("+", "%2B")

    def edit(self):  # type: ignore[no-untyped-def]
        i = self.rng.randrange(8)
        self.visitor.set(f"vjp.f.{i}", "string_value", self._row(i))
        return lambda screen: ""

    def _row(self, i: int) -> str:
        return ROWS[self.rows](i, self.rng)


async def come(server: Server, who: Iterable[int], problems: int) -> list[OfLargeMaps]:
    """Ten at a time; each asks for so many problems, and is there afterwards."""

    async def visit(k: int) -> OfLargeMaps:
        person = OfLargeMaps(server.url, random.Random(k))
        await person.visitor.open()
        for _ in range(problems - 1):
            _, wrong = await person.act()
            if wrong:
                raise SystemExit(wrong)
        return person

    numbers = list(who)
    return [
        person
        for first in range(0, len(numbers), 10)
        for person in await asyncio.gather(*map(visit, numbers[first : first + 10]))
    ]


async def go(people: Iterable[OfLargeMaps]) -> None:
    """They leave."""
    for person in people:
        await person.visitor.close()


async def left_behind(server: Server, sessions: int, problems: int) -> list[list[object]]:
    """Rows of a table: what, MiB of the server, of its workers, and how much more than at rest and after the class."""
    rows: list[list[object]] = []

    def read(what: str) -> None:
        own, workers = server.own()
        more = [own - row[1] for row in rows[:2]]  # type: ignore[operator]
        rows.append([what, own, workers, *more, *([""] * (2 - len(more)))])
        print(*rows[-1], flush=True)

    read("at rest: nobody has been here")
    for ten in range(0, CLASS, 10):
        await go(await come(server, range(-CLASS + ten, -CLASS + ten + 10), 3))
    await asyncio.sleep(TIDIED)
    read(f"a first class of {CLASS} has gone, and is forgotten")
    each, quarter = max(1, problems // sessions), max(10, sessions // 4)
    for ten in range(0, sessions, 10):
        await go(await come(server, range(ten, ten + 10), each))
        if (ten + 10) % quarter == 0:
            read(f"{ten + 10} more have come and gone")
    await asyncio.sleep(TIDIED)
    read("they are forgotten")
    return rows


async def held(server: Server) -> float:
    """KB that a session holds: so many more come to a class that stays, each with two problems of their own.

    Nobody leaves: in the gaps that those who have left leave behind, a session would seem to need nothing.
    """
    people = await come(server, range(CLASS), 3)
    await asyncio.sleep(TIDIED)
    before, _ = server.own()
    people += await come(server, range(CLASS, CLASS + STAYING), 2)
    await asyncio.sleep(TIDIED)
    after, _ = server.own()
    await go(people)
    return (after - before) * 1024 / STAYING


def main() -> None:
    """Runs and prints."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sessions", type=int, default=1000)
    parser.add_argument("--problems", type=int, default=3000)
    parser.add_argument("--rows", choices=ROWS, default="light")
    chosen = parser.parse_args()
    OfLargeMaps.rows = chosen.rows
    forgetful = ("app.py", "--server.disconnectedSessionTTL", str(FORGOTTEN))
    with running(*forgetful) as server:
        rows = asyncio.run(left_behind(server, chosen.sessions, chosen.problems))
    with running(*forgetful) as server:
        staying = asyncio.run(held(server))
    table(("", "MiB", "workers", "more than at rest", "more than after the class"), rows)
    print(f"{staying:.0f} KB for each of {STAYING} sessions that stay")


if __name__ == "__main__":
    main()

"""What visitors leave behind. ``python -m benchmarks.memory [--sessions 1000] [--problems 3000]``

One after the other, sessions come, ask for dense 8×8 problems that nobody has asked for before, and go. Memory (PSS) is
read before, meanwhile and after Streamlit has forgotten the last session. Wanted: within 30 MB of what it was before,
and at most 200 KB for a session that is there.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import time

from benchmarks.browser import table
from benchmarks.serving import Server, running
from benchmarks.visitor import Person, Visitor

FORGOTTEN = 10  # seconds after which a session that has left is forgotten, here
TIDIED = 90  # seconds in which the server has surely collected


class OfLargeMaps(Person):
    """Asks for a dense map of 8 functions of 8 variables, a new one at every edit."""

    page = "vjp"

    def start(self) -> str:
        return "f=" + ";".join(_row(i, self.rng) for i in range(8)).replace("+", "%2B")

    def edit(self):  # type: ignore[no-untyped-def]
        i = self.rng.randrange(8)
        self.visitor.set(f"vjp.f.{i}", "string_value", _row(i, self.rng))
        return lambda screen: ""


def _row(i: int, rng: random.Random) -> str:
    return "+".join(f"{rng.randrange(2, 99)}*x{j}^2*x{j % 8 + 1}" for j in range(1, 9))


async def come_and_go(server: Server, sessions: int, problems: int) -> None:
    """Ten at a time."""
    each = max(1, problems // sessions)

    async def visit(k: int) -> None:
        person = OfLargeMaps(server.url, random.Random(k))
        await person.visitor.open()
        for _ in range(each - 1):
            _, wrong = await person.act()
            if wrong:
                raise SystemExit(wrong)
        await person.visitor.close()

    for first in range(0, sessions, 10):
        await asyncio.gather(*map(visit, range(first, min(first + 10, sessions))))


async def stay(server: Server, count: int) -> float:
    """KB that a session holds: ``count`` visitors of the same page, each with one edit behind them."""
    before = server.memory()
    visitors = [Visitor(server.url, "vjp", "") for _ in range(count)]
    for visitor in visitors:
        await visitor.open()
        await visitor.run()
    held = (server.memory() - before) * 1024 / count
    for visitor in visitors:
        await visitor.close()
    return held


def main() -> None:
    """Runs and prints."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sessions", type=int, default=1000)
    parser.add_argument("--problems", type=int, default=3000)
    chosen = parser.parse_args()
    with running("app.py", "--server.disconnectedSessionTTL", str(FORGOTTEN)) as server:
        rows: list[list[object]] = [["at rest", server.memory()]]
        quarter = chosen.sessions // 4
        for part in range(4):
            asyncio.run(come_and_go(server, quarter, chosen.problems // 4))
            rows.append([f"{quarter * (part + 1)} sessions have come and gone", server.memory()])
            print(*rows[-1], flush=True)
        time.sleep(TIDIED)
        rows.append(["forgotten and tidied up", server.memory()])
        held = asyncio.run(stay(server, 200))
        rows.append(["KB for each of 200 sessions that stay", held])
        time.sleep(TIDIED)
        rows.append(["and when they have gone", server.memory()])
    table(("", "MiB"), rows)


if __name__ == "__main__":
    main()

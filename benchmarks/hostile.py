"""A class beside those who mean it no good. ``python -m benchmarks.hostile [--seconds 30] [--sessions 50] [KIND …]``

Kinds: ``flood`` (one socket with 400 messages a second), ``idle`` (300 sockets that do nothing), ``bombs`` (20 visitors
who type what is heaviest to read, derive or paste), ``workers`` (all workers killed once). Each kind has a new server,
on which the class works first alone and then beside it. Wanted: its p95 at most doubles, and nothing is wrong.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import itertools
import json
import os
import random
import signal
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from benchmarks.browser import p95, table
from benchmarks.load import attended
from benchmarks.serving import Server, running
from benchmarks.visitor import NotFinishedError, Visitor

THINK = (2.0, 4.0)
RATE = 400  # messages a second of a flood
IDLE = 300
BOMBERS = 20
NEVER = "sinh((((sqrt(x4)+1)*(1+x4))*(24*x2+(x5^1.5)^0.5))^12)"
FORMULAS = (
    NEVER + "+{k}*x2",
    "9^9^9^9+{k}*x1",
    "(" * 60 + "x1" + ")" * 60 + "^{k}",
    "*".join(f"(x{i}+{{k}})^12" for i in range(1, 9)),
    "max(" + ",".join(f"x{i % 8 + 1}*{{k}}+{i}" for i in range(40)) + ")",
    "cosh(cosh(cosh(cosh(x1*{k}))))^(tanh(x2)^sinh(x3))",
    "|" * 60 + "x{k}",
    "1e300*x1*1e300*{k}",
    "sqrt(sin(cos(tan(x1^{k}+x2)^x3)^x4)^x5)",
    "x1" + "^2" * 30 + "+{k}",
)
PASTED = ("[1]" + " " * 15_000 + "x{k}", "tensor(" + " " * 15_000 + "=|{k}", "[" * 9_000 + "{k}", "1," * 9_000 + "{k}")


@asynccontextmanager
async def nobody(server: Server) -> AsyncIterator[None]:
    """The class alone."""
    yield


@asynccontextmanager
async def flood(server: Server) -> AsyncIterator[None]:
    """One socket that asks for a run 400 times a second."""
    visitor = Visitor(server.url, "vjp", "")
    await visitor.open()

    async def ask() -> None:
        for _ in itertools.count():
            await visitor.send()
            await asyncio.sleep(1 / RATE)

    async def hear() -> None:
        while True:
            await visitor.socket.recv()

    async with _beside(ask(), hear()):
        yield


@asynccontextmanager
async def idle(server: Server) -> AsyncIterator[None]:
    """Sockets whose owners have seen the page and do nothing."""
    visitors = [Visitor(server.url, "vjp", "") for _ in range(IDLE)]
    for visitor in visitors:
        await visitor.open()
    yield
    for visitor in visitors:
        await visitor.close()


@asynccontextmanager
async def bombs(server: Server) -> AsyncIterator[None]:
    """Visitors who type heavy things, as often as the class types its own."""

    async def type_on(number: int) -> None:
        rng = random.Random(number)
        page = ("vjp", "chain", "matmul")[number % 3]
        while True:
            visitor = Visitor(server.url, page, "f=" + ";".join(["x"] * 900) if rng.random() < 0.1 else "")
            with contextlib.suppress(NotFinishedError, OSError):
                await visitor.open()
                for k in range(8):
                    await asyncio.sleep(rng.uniform(*THINK))
                    _type(visitor, page, rng, number * 1000 + k)
                    await visitor.run()
            await visitor.close()

    async with _beside(*map(type_on, range(BOMBERS))):
        yield


def _type(visitor: Visitor, page: str, rng: random.Random, k: int) -> None:
    if page == "matmul":
        act = {"kind": "paste", "matrix": "a", "i": 0, "j": 0, "text": rng.choice(PASTED).format(k=k)}
        sent = {"a": [["1"]], "b": [["2"]], "v": [["1"]], "wrt": "b", "serial": k, "act": act}
        visitor.set("product.en", "json_value", json.dumps({"edit": sent}))
    else:
        visitor.set(f"{page}.f.0", "string_value", rng.choice(FORMULAS).format(k=k))


@asynccontextmanager
async def workers(server: Server) -> AsyncIterator[None]:
    """All workers are killed at once, a moment after the class has begun."""

    async def kill() -> None:
        await asyncio.sleep(12)
        for process in server.processes()[1:]:
            os.kill(process, signal.SIGKILL)

    async with _beside(kill()):
        yield


@asynccontextmanager
async def _beside(*work: object) -> AsyncIterator[None]:
    tasks = [asyncio.ensure_future(one) for one in work]  # type: ignore[call-overload]
    try:
        yield
    finally:
        for task in tasks:
            if task.done() and not task.cancelled() and task.exception():
                print(f"a nuisance has ended: {task.exception()!r}")
            task.cancel()


KINDS: dict[str, Callable[[Server], contextlib.AbstractAsyncContextManager[None]]] = {
    "flood": flood,
    "idle": idle,
    "bombs": bombs,
    "workers": workers,
}


async def compare(kind: str, sessions: int, seconds: float) -> list[object]:
    """One row of the table."""
    with running(env={"JACOBIAN_LENS_SOCKETS": "1000"}) as server:  # all come from one address here
        shown = []
        for round_, beside in enumerate((nobody, KINDS[kind])):
            async with beside(server):
                tally, *_ = await attended(server.url, sessions, THINK, seconds, seed=round_ + 1)
            shown.append(tally)
    alone, together = (p95(tally.all) for tally in shown)
    wrong = [sum(tally.wrong.values()) for tally in shown]
    for tally in shown:
        for what, count in tally.wrong.most_common(5):
            print(f"  {count} × {what}")
    print(f"{kind}: 95 % {alone:.0f} → {together:.0f} ms, wrong {wrong[0]} → {wrong[1]}", flush=True)
    return [kind, alone, together, f"{together / alone:.2f}", *wrong, len(shown[1].all)]


def main() -> None:
    """Runs the kinds and prints the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("kinds", nargs="*", metavar="KIND", help=", ".join(KINDS))
    parser.add_argument("--sessions", type=int, default=50)
    parser.add_argument("--seconds", type=float, default=30.0)
    chosen = parser.parse_args()
    rows = [asyncio.run(compare(kind, chosen.sessions, chosen.seconds)) for kind in chosen.kinds or KINDS]
    table(("beside", "p95 alone, ms", "p95 beside, ms", "ratio", "wrong alone", "wrong beside", "edits"), rows)


if __name__ == "__main__":
    main()

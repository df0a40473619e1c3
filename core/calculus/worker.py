"""Symbolic work in processes that can be killed.

Big-integer and symbolic work holds the interpreter lock, so one visitor's formula could stop everybody in the
server. What cannot be bounded by construction therefore runs in a small pool of plain subprocesses that speak
JSON lines (``core.calculus.pool``). A job that is not done in time is killed with its process, which is replaced in the
background, and the visitor is told; nobody else waits for it.

This file is both ends: ``ask`` in the server, ``python -m core.calculus.worker`` in the process.
"""

from __future__ import annotations

import contextlib
import itertools
import json
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from core.calculus.pool import ANSWER, LAST, Pool, Stats
from core.code.sympy import VOCABULARY
from core.code.transcript import Listing, Printed, Transcript, run
from core.expression.tree import Node
from core.memory import remembered
from core.problem import ProblemError
from core.turns import showing

DERIVATION = 1.0  # seconds a derivation may take; it is shown beside a Jacobian that is there already
MOMENT = 0.15  # seconds of processor time in which a derivation is nearly always done: of ours the longest takes 0.07
TURN = 3.0  # seconds to wait for the turn to derive: until the long job before it has ended, whatever it is
MEMORY = 1 << 30  # bytes of address space of a worker
LEASH = 10  # seconds of processor time after which a job ends its process by itself: the server may be gone
Json = Any  # what json.loads returns


# ── Trees as JSON ────────────────────────────────────────────────────────────────────────────────────────


def to_json(node: Node) -> Json:
    """[op, text, start, end, arguments]"""
    return [node.op, node.text, *node.span, [to_json(arg) for arg in node.args]]


def from_json(data: Json) -> Node:
    """The inverse of ``to_json``."""
    op, text, start, end, args = data
    return Node(op, tuple(from_json(arg) for arg in args), text, (start, end))


# ── In the server ────────────────────────────────────────────────────────────────────────────────────────


WORKERS = 3  # one per core of a classroom host, and one that a long derivation cannot take
ROOT = Path(__file__).parents[2]
KEEP = (
    *("PATH", "HOME", "LANG", "LC_ALL", "LC_CTYPE", "TZ", "TMPDIR", "TEMP", "TMP", "SYSTEMROOT"),
    *("LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "VIRTUAL_ENV", "PYTHONHOME", "PYTHONPYCACHEPREFIX"),
    *("PYTHONDONTWRITEBYTECODE", "PYTHONNOUSERSITE", "PYTHONUSERBASE"),
)  # nothing secret

_lock = threading.Lock()
_pool: Pool | None = None
_caller: Callable[[], str] = str  # nobody in particular


def environment() -> dict[str, str]:
    """What a worker may know of ours: by name, and that it finds every module where this process does."""
    kept = {name: os.environ[name] for name in KEEP if name in os.environ}
    places = [str(ROOT), *(os.path.abspath(place) for place in sys.path if place)]
    return kept | {"PYTHONPATH": os.pathsep.join(dict.fromkeys(places)), "OMP_NUM_THREADS": "1"}


def new_pool(size: int = WORKERS) -> Pool:
    """A pool of these workers, which start at once."""
    return Pool(size, [sys.executable, "-u", "-m", "core.calculus.worker"], ROOT, environment())


def start(caller: Callable[[], str] | None = None) -> None:
    """Start the workers now, so that the first visitor does not wait for them.

    ``caller`` says who asks, in the thread that asks: who takes much of the workers' time waits behind the others.
    Where no worker can be started the log says why, and every job is refused (``no_workers``) after seconds.
    """
    global _pool, _caller
    with _lock:
        _caller = caller or _caller
        _pool = _pool or new_pool()


def stats() -> Stats:
    """How the workers are; all 0 where none were started."""
    pool = _pool
    return pool.stats() if pool else Stats()


def ask(task: str, *, behind: int = 0, patience: float | None = None, **arguments: Json) -> Json:
    """The answer of a worker to one of TASKS. Raises the ProblemError that the task raised, or Pool.run's."""
    start()
    assert _pool
    with showing.aside():
        answer = _pool.run({"task": task, **arguments}, _caller(), behind=behind, patience=patience)
    if refusal := answer.get("refused"):
        raise refused(refusal)
    return answer["result"]


def refused(told: Json) -> ProblemError:
    """The inverse of ``refusal``."""
    span = told["span"] and tuple(told["span"])
    return ProblemError(told["code"], field=told["field"], index=told["index"], span=span, **told["facts"])


def refusal(error: ProblemError) -> Json:
    """A ProblemError as JSON."""
    code, field, index, span, facts = error.args
    return {"code": code, "field": field, "index": index, "span": span, "facts": facts}


@remembered(entries=512, megabytes=4)
def jacobian(outputs: tuple[Node, ...], inputs: tuple[str, ...]) -> tuple[tuple[Node, ...], ...]:
    """``core.calculus.derivatives.jacobian`` in a worker. A refusal or a time-out raises, so neither is ever cached."""
    rows = ask("jacobian", outputs=[to_json(node) for node in outputs], inputs=inputs)
    return tuple(tuple(from_json(entry) for entry in row) for row in rows)


@remembered(entries=512, megabytes=4)
def derivation(source: str) -> Transcript:
    """What a SymPy listing (core.code.sympy) really prints. Raises ProblemError as ``jacobian`` does.

    Derivations never hold every worker: a Jacobian must not wait for what is shown beside it. And one that takes long
    is begun anew behind the others, so that these wait for a moment of it and not for its end.
    """
    printed = ask("derivation", behind=1, patience=TURN, source=source, briefly=True)
    if printed is None:
        printed = ask("derivation", behind=LAST, patience=TURN, source=source)
    return Transcript(Listing(source), tuple(Printed(line, text) for line, text in printed))


# ── In the process ───────────────────────────────────────────────────────────────────────────────────────


def _jacobian(outputs: Sequence[Json], inputs: Sequence[str]) -> Json:
    from core.calculus import derivatives as calculus

    rows = calculus.jacobian([from_json(node) for node in outputs], inputs)
    return [[to_json(entry) for entry in row] for row in rows]


def _derivation(source: str, briefly: bool = False) -> Json:
    """Runs a listing with SymPy's own functions, which may start long work: it gives up in time to live on.

    None where it should be done ``briefly`` and has not been after a MOMENT.
    """
    try:
        with _alarm("REAL", DERIVATION), _alarm("VIRTUAL", MOMENT) if briefly else contextlib.nullcontext():
            transcript = run(Listing(source), VOCABULARY)
    except _AlarmError as alarm:
        if alarm.clock == "VIRTUAL":
            return None
        raise ProblemError("too_slow", field="f", limit=int(DERIVATION)) from None
    return [(printed.line, printed.text) for printed in transcript.printed]


def _bring(text: str) -> Json:
    """What a pasted text asks for, as addresses, and what was read of its lines."""
    from core.grammar.code import read

    brought = read(text)
    return {
        "found": [
            (
                each.kind,
                each.line,
                each.address,
                each.choice and (each.choice.text, each.choice.taken, each.choice.other),
            )
            for each in brought.candidates
        ],
        "lines": [(line.number, line.text, told.read, told.code, told.facts) for line, told in brought.lines],
        "refusal": brought.refusal and refusal(brought.refusal),
        "notes": brought.notes,
    }


class _AlarmError(Exception):
    """The time of a clock is over."""

    def __init__(self, clock: str) -> None:
        super().__init__(clock)
        self.clock = clock


ALARMS = {"REAL": "SIGALRM", "VIRTUAL": "SIGVTALRM"}  # clocks: of the world, and of the processor while it is ours


@contextlib.contextmanager
def _alarm(clock: str, seconds: float) -> Iterator[None]:
    """Interrupts Python code after some seconds, where the system can; the deadline holds everywhere."""

    def give_up(*_: object) -> None:
        raise _AlarmError(clock)

    if not hasattr(signal, "setitimer"):
        yield
        return
    timer = getattr(signal, f"ITIMER_{clock}")
    signal.signal(getattr(signal, ALARMS[clock]), give_up)
    signal.setitimer(timer, seconds)
    try:
        yield
    finally:
        signal.setitimer(timer, 0)


TASKS: dict[str, Callable[..., Json]] = {
    "jacobian": _jacobian,
    "derivation": _derivation,
    "bring": _bring,
    # jobs that misbehave, for the tests: nothing that anybody sends can choose a task
    "sleep": lambda seconds: time.sleep(seconds),
    "die": lambda: os.kill(os.getpid(), signal.SIGTERM),
    "spin": lambda: all(itertools.count(1)),
    "hoard": lambda size: len(bytes(size)),
    "talk": lambda size: "x" * size,
}


def _answer(line: str) -> str:
    """The answer to one line, as a line; whatever goes wrong becomes a refusal, never the end of the process."""
    try:
        job = json.loads(line)
        answer = json.dumps({"result": TASKS[job.pop("task")](**job)})
        if len(answer) < ANSWER:
            return answer
        told = TOO_LARGE
    except ProblemError as error:
        told = refusal(error)
    except (MemoryError, RecursionError):
        told = TOO_LARGE
    except Exception as error:
        told = refusal(ProblemError("not_computed", field="f", reason=type(error).__name__))
    return json.dumps({"refused": told})


TOO_LARGE: Json = {"code": "result_too_large", "field": "f", "index": None, "span": None, "facts": {"limit": 0}}


def _confine() -> None:
    """Give up what a worker never needs: memory, files, other processes."""
    try:
        import resource
    except ImportError:  # Windows has no such limits; the deadline still holds
        return
    limits = {"RLIMIT_AS": MEMORY, "RLIMIT_CORE": 0, "RLIMIT_FSIZE": 0, "RLIMIT_NOFILE": 32}
    for name, limit in limits.items():
        with contextlib.suppress(ValueError, OSError):  # a host may allow less already
            resource.setrlimit(getattr(resource, name), (limit, limit))


def _leash(seconds: float) -> None:
    """The system ends this process after so much processor time, whatever it is in; 0 takes the leash off."""
    if hasattr(signal, "setitimer"):
        signal.setitimer(signal.ITIMER_PROF, seconds)


def main() -> None:
    """Answers on standard output what stands in the lines of standard input, until that is closed.

    Each with two lines: one at once, so that a job is not blamed for the end of a worker that never had it, and the
    answer.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C is meant for the server, which closes our input
    from core.calculus import derivatives as calculus
    from core.grammar.code import read

    calculus.jacobian([Node("name", text="x")], ["x"])  # warm SymPy before the first visitor
    read("y = x")
    _confine()
    silence = os.open(os.devnull, os.O_WRONLY)
    os.dup2(silence, sys.stderr.fileno())  # up to here it says why it cannot start; a job might tell what was typed
    answers, sys.stdout = sys.stdout, sys.stderr  # nothing but answers on the pipe
    print(json.dumps({"ready": os.getpid()}), file=answers, flush=True)
    for line in sys.stdin:
        print(json.dumps({"taken": True}), file=answers, flush=True)
        _leash(LEASH)
        answer = _answer(line)
        _leash(0)
        print(answer, file=answers, flush=True)


if __name__ == "__main__":
    main()

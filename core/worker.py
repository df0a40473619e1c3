"""Symbolic work in processes that can be killed.

Big-integer and symbolic work holds the interpreter lock, so one visitor's formula could stop everybody in the
server. What cannot be bounded by construction therefore runs in a small pool of plain subprocesses that speak
JSON lines (0.2 ms a call). A job that is not done in DEADLINE seconds is killed with its process, which is
replaced in the background, and the visitor is told; nobody else waits for it.

This file is both ends: ``ask`` in the server, ``python -m core.worker`` in the process.
"""

from __future__ import annotations

import contextlib
import json
import os
import queue
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

from core.derivation import VOCABULARY
from core.expression import Node
from core.problem import ProblemError
from core.transcript import Printed, Transcript, run

WORKERS = 3  # one per core of a classroom host, and one that a long derivation cannot take
DEADLINE = 2.0  # seconds one job may take
PATIENCE = 1.5  # seconds to wait for a free worker
DERIVATION = 1.0  # seconds a derivation may take; it is shown beside a Jacobian that is there already
TURN = 0.15  # seconds to wait for the turn to derive
START = 30.0  # seconds a worker may take to import SymPy on a busy machine
MEMORY = 1 << 30  # bytes of address space of a worker
ANSWER = 4 << 20  # characters; no honest answer is longer
RECYCLE = 2000  # jobs after which a worker is replaced, so that SymPy's caches cannot grow for ever
KEEP = ("PATH", "HOME", "LANG", "LD_LIBRARY_PATH", "SYSTEMROOT", "TEMP", "VIRTUAL_ENV")  # nothing secret

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


class Worker:
    """One subprocess, its answers read by a thread (select() does not work on Windows pipes)."""

    def __init__(self) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-u", "-m", "core.worker"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd=Path(__file__).parent.parent,
            env={name: os.environ[name] for name in KEEP if name in os.environ} | {"OMP_NUM_THREADS": "1"},
            text=True,
            encoding="utf-8",
        )
        self.jobs = 0
        self.lines: queue.SimpleQueue[str] = queue.SimpleQueue()
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self) -> None:
        assert self.process.stdout
        while line := self.process.stdout.readline(ANSWER):
            self.lines.put(line)
        self.lines.put("")  # the process is gone

    def ask(self, job: Json) -> Json:
        """The answer to one job; raises TimeoutError, or OSError when the process died under it."""
        assert self.process.stdin
        self.process.stdin.write(json.dumps(job) + "\n")
        self.process.stdin.flush()
        self.jobs += 1
        return self.answer(DEADLINE)

    def answer(self, seconds: float) -> Json:
        """The next line from the process, within some seconds; the first one says that it is ready."""
        try:
            line = self.lines.get(timeout=seconds)
        except queue.Empty:
            raise TimeoutError from None
        if not line.endswith("\n"):
            raise OSError("the worker died or talks too much")
        return json.loads(line)

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()
        for pipe in (self.process.stdin, self.process.stdout):
            with contextlib.suppress(OSError):  # unflushed bytes to a dead process
                pipe.close()  # type: ignore[union-attr]


class Pool:
    """``size`` processes; ``run`` borrows one. Only those that are ready stand in the queue."""

    def __init__(self, size: int = WORKERS) -> None:
        self.idle: queue.LifoQueue[Worker] = queue.LifoQueue()
        self.warm = threading.Event()
        for _ in range(size):
            self._hire()

    def run(self, job: Json) -> Json:
        """The answer to a job. Raises ProblemError: ``too_slow``, ``busy``, or ``worker_died`` after a second try."""
        self.warm.wait(START)
        for _ in range(2):
            try:
                worker = self.idle.get(timeout=PATIENCE)
            except queue.Empty:
                raise ProblemError("busy") from None
            healthy = False
            try:
                answer = worker.ask(job)
                healthy = worker.jobs < RECYCLE
                return answer
            except TimeoutError:
                raise ProblemError("too_slow", limit=int(DEADLINE)) from None
            except (OSError, ValueError):
                continue  # killed under the job (out of memory, a deploy): one more try
            finally:  # also when Streamlit stops the script by an exception in this thread
                if healthy:
                    self.idle.put(worker)
                else:
                    worker.kill()
                    self._hire()
        raise ProblemError("worker_died")

    def _hire(self) -> None:
        """Start a worker and queue it once it has imported SymPy, while nobody waits for it."""

        def start() -> None:
            worker = Worker()
            worker.answer(START)
            self.idle.put(worker)
            self.warm.set()

        threading.Thread(target=start, daemon=True).start()


_lock = threading.Lock()


@lru_cache(maxsize=1)
def _pool() -> Pool:
    return Pool()


def start() -> None:
    """Start the workers now, so that the first visitor does not wait for them."""
    with _lock:
        _pool()


def ask(task: str, **arguments: Json) -> Json:
    """The answer of a worker to one of TASKS. Raises the ProblemError that the task raised, or Pool.run's."""
    with _lock:
        pool = _pool()
    answer = pool.run({"task": task, **arguments})
    if refusal := answer.get("refused"):
        raise ProblemError(
            refusal["code"],
            field=refusal["field"],
            index=refusal["index"],
            span=refusal["span"] and tuple(refusal["span"]),
            **refusal["facts"],
        )
    return answer["result"]


@lru_cache(maxsize=512)
def jacobian(outputs: tuple[Node, ...], inputs: tuple[str, ...]) -> tuple[tuple[Node, ...], ...]:
    """``core.calculus.jacobian`` in a worker. A refusal or a time-out raises, so neither is ever cached."""
    rows = ask("jacobian", outputs=[to_json(node) for node in outputs], inputs=inputs)
    return tuple(tuple(from_json(entry) for entry in row) for row in rows)


_turns = threading.BoundedSemaphore(WORKERS - 1)  # derivations never hold every worker


@lru_cache(maxsize=512)
def derivation(source: str) -> Transcript:
    """What a SymPy listing (core.derivation) really prints. Raises ProblemError as ``jacobian`` does."""
    if not _turns.acquire(timeout=TURN):
        raise ProblemError("busy")
    try:
        printed = ask("derivation", source=source)
    finally:
        _turns.release()
    return Transcript(source, tuple(Printed(line, text) for line, text in printed))


# ── In the process ───────────────────────────────────────────────────────────────────────────────────────


def _jacobian(outputs: Sequence[Json], inputs: Sequence[str]) -> Json:
    from core import calculus

    rows = calculus.jacobian([from_json(node) for node in outputs], inputs)
    return [[to_json(entry) for entry in row] for row in rows]


def _derivation(source: str) -> Json:
    """Runs a listing with SymPy's own functions, which may start long work: it gives up in time to live on."""
    with _alarm(DERIVATION):
        transcript = run(source, VOCABULARY)
    return [(printed.line, printed.text) for printed in transcript.printed]


@contextlib.contextmanager
def _alarm(seconds: float) -> Iterator[None]:
    """Interrupts Python code after some seconds, where the system can; the deadline holds everywhere."""

    def give_up(*_: object) -> None:
        raise ProblemError("too_slow", field="f", limit=int(DEADLINE))

    if not hasattr(signal, "setitimer"):
        yield
        return
    signal.signal(signal.SIGALRM, give_up)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)


TASKS: dict[str, Callable[..., Json]] = {
    "jacobian": _jacobian,
    "derivation": _derivation,
    "sleep": lambda seconds: time.sleep(seconds),  # a job that hangs, for the tests
}


def _answer(line: str) -> Json:
    """The answer to one line; whatever goes wrong becomes a refusal, never the end of the process."""
    try:
        job = json.loads(line)
        return {"result": TASKS[job.pop("task")](**job)}
    except ProblemError as error:
        code, field, index, span, facts = error.args
        refusal = {"code": code, "field": field, "index": index, "span": span, "facts": facts}
    except (MemoryError, RecursionError):
        refusal = {
            "code": "result_too_large",
            "field": "f",
            "index": None,
            "span": None,
            "facts": {"limit": 0},
        }
    except Exception as error:
        facts = {"reason": type(error).__name__}
        refusal = {"code": "not_computed", "field": "f", "index": None, "span": None, "facts": facts}
    return {"refused": refusal}


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


def main() -> None:
    from core import calculus

    calculus.jacobian([Node("name", text="x")], ["x"])  # warm SymPy before the first visitor
    _confine()
    answers, sys.stdout = sys.stdout, sys.stderr  # nothing but answers on the pipe
    print(json.dumps({"ready": os.getpid()}), file=answers, flush=True)
    for line in sys.stdin:
        print(json.dumps(_answer(line)), file=answers, flush=True)


if __name__ == "__main__":
    main()

"""A few processes that do jobs for many threads, and may die of them.

A process speaks JSON lines: it says ``{"ready": …}`` once, and then one answer for each job (0.2 ms a call). Each has
a thread here that hears what it says and when it ends; one more thread, the keeper, hires until there are ``size``
again. Only the keeper adds a worker and only the worker's own thread takes it away, so none is counted twice or lost.

Whoever waits stands in a line by rank and then by the time of asking. A rank may hold fewer workers the lower it is,
so that an ordinary job always finds one that no long one can take; and all but one step back from the processor, so
that it also gets on.
"""

from __future__ import annotations

import contextlib
import json
import logging
import os
import subprocess
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import count
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Any

from core.allowance import Allowance
from core.problem import ProblemError

DEADLINE = 2.0  # seconds one job may take
GRACE = 1.0  # seconds after which the keeper ends a worker that does not even take a job in
PATIENCE = 10.0  # seconds to wait for a free worker
START = 30.0  # seconds a worker may take to import SymPy on a busy machine
ABLE = 5.0  # seconds of failing to hire after which nobody is kept waiting for a worker any more
BACK_OFF = (0.1, 5.0)  # seconds until the next try to hire: the first, twice as many each time, at most
QUICK = 0.5  # seconds after which a job is no ordinary one
NICE = 10  # how far all workers but one step back from the processor, as "nice" counts
TICK = 0.5  # seconds between two looks of the keeper when nothing happens
ANSWER = 4 << 20  # characters; no honest answer is longer
RECYCLE = 2000  # jobs after which a worker is replaced, so that SymPy's caches cannot grow for ever
LAST = 2  # the last rank: see Pool._rank
DEATHS = 2  # workers that may die under one job, none other beside them, before it is refused
TOGETHER = 1.0  # seconds within which workers die of one cause that is not the job
FREE, FORGIVEN = 2.0, 0.2  # seconds of a worker that a caller may have at once, and then every second
KILLED = 15.0  # seconds that a job costs its caller which ended a worker: who sends many is last for a minute
WORDS = 200  # characters of a complaint that are logged
Json = Any  # what json.loads returns

log = logging.getLogger("core.calculus.worker")
_lines = Allowance(burst=30, rate=0.5)  # of the log: a worker that cannot start says why in ten, again and again


class DiedError(Exception):
    """The process ended under a job; ``taken`` if it had the job already."""

    def __init__(self, taken: bool) -> None:
        super().__init__(taken)
        self.taken = taken


@dataclass(frozen=True)
class Stats:
    """``alive`` workers, those of them ``idle``, callers ``waiting`` now; the rest are counts since the start."""

    alive: int = 0
    idle: int = 0
    waiting: int = 0
    done: int = 0  # jobs that were answered
    late: int = 0  # workers killed by the deadline
    died: int = 0  # workers that ended unasked, also while starting
    hired: int = 0  # workers that became ready
    busy: int = 0  # jobs refused because no worker was free for too long


class Worker:
    """One subprocess and the thread that listens to it (select() does not work on Windows pipes)."""

    def __init__(self, command: Sequence[str], folder: Path, env: Mapping[str, str]) -> None:
        self.process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,  # why it cannot start; a worker that is ready keeps silent there
            cwd=folder,
            env=env,
            text=True,
            encoding="utf-8",
            errors="replace",
        )
        self.hired = False  # it has said that it is ready
        self.since = time.monotonic()  # of its start or its present job
        self.jobs = 0
        self.clean = True  # no job is half done
        self.nice = False  # it yields the processor to the others
        self.evicted = False  # dismissed because others had to wait for it
        self.dismissed = False  # killed by us
        self.lines: SimpleQueue[str] = SimpleQueue()

    def listen(self, ready: Callable[[Worker], None], ended: Callable[[Worker], None]) -> None:
        """Starts the thread, which calls these two. RuntimeError where there can be no thread: then it has ended."""
        try:
            threading.Thread(target=self._listen, args=(ready, ended), daemon=True, name="worker").start()
        except RuntimeError:
            self._end()
            raise

    def ask(self, job: Json) -> Json:
        """The answer to one job; raises TimeoutError, or DiedError."""
        text, self.clean = json.dumps(job) + "\n", False
        try:
            assert self.process.stdin
            self.process.stdin.write(text)
            self.process.stdin.flush()
        except (OSError, ValueError):  # ValueError: closed already
            with contextlib.suppress(Empty):
                self.lines.get(timeout=GRACE)  # until its end is known to everybody
            raise DiedError(taken=False) from None
        try:
            if not self.lines.get(timeout=DEADLINE):  # else it says that it has the job
                raise DiedError(taken=False)
            line = self.lines.get(timeout=DEADLINE)
        except Empty:
            raise TimeoutError from None
        if not line:
            raise DiedError(taken=True)
        self.jobs, self.clean = self.jobs + 1, True
        return json.loads(line)

    def dismiss(self) -> None:
        """Ends it, if it has not ended by itself; the thread that listens tells of it."""
        if self.alive():
            self.dismissed = True
            self.process.kill()

    def step_back(self) -> None:
        """Lets other processes go first, from now on: that cannot be taken back."""
        self.nice = True
        if hasattr(os, "setpriority"):
            with contextlib.suppress(OSError):
                os.setpriority(os.PRIO_PROCESS, self.process.pid, NICE)

    def alive(self) -> bool:
        """Whether the process is there, be its end heard of or not."""
        return self.process.poll() is None

    def _listen(self, ready: Callable[[Worker], None], ended: Callable[[Worker], None]) -> None:
        assert self.process.stdout
        with contextlib.suppress(OSError, ValueError, MemoryError):
            while (line := self.process.stdout.readline(ANSWER)).endswith("\n"):
                if self.hired:
                    self.lines.put(line)
                elif line.startswith('{"ready"'):
                    self.hired = True
                    ready(self)
                else:
                    complain("a worker says: %s", line.rstrip()[:WORDS])
        self._end()
        ended(self)
        self.lines.put("")

    def _end(self) -> None:
        self.process.kill()
        self.process.wait()
        for pipe in (self.process.stdin, self.process.stdout):
            with contextlib.suppress(OSError, ValueError):  # unflushed bytes to a dead process
                pipe.close()  # type: ignore[union-attr]


def complain(message: str, *facts: object) -> None:
    """One line in the server's log, if there have not been many. Nothing that anybody typed is ever among the facts."""
    if _lines.take(""):
        log.warning(message, *facts)


@dataclass(eq=False)
class Ticket:
    """A place in the line."""

    rank: int
    number: int
    caller: str
    worker: Worker | None = None
    called: threading.Event = field(default_factory=threading.Event)


class Pool:
    """``size`` processes started by ``hire``; ``run`` borrows one."""

    def __init__(self, size: int, command: Sequence[str], folder: Path, env: Mapping[str, str]) -> None:
        self.size = size
        self._new = partial(Worker, command, folder, env)
        self._lock = threading.Lock()
        self._workers: set[Worker] = set()  # all there are, those that are starting included
        self._idle: list[Worker] = []
        self._held: dict[Worker, Ticket] = {}
        self._ended_by: list[int] = []  # the ranks of jobs that ended a worker which is not replaced yet
        self._waiting: list[Ticket] = []
        self._numbers = count()
        self._used = Allowance(FREE, FORGIVEN)
        self._deaths: deque[tuple[float, Worker]] = deque(maxlen=50)
        self._counts = dict.fromkeys(("done", "late", "died", "hired", "busy"), 0)
        self._failures = 0  # to hire, since the last success
        self._failing: float | None = None  # since when
        self._next_try = 0.0
        self._closed = False
        self._wake = threading.Event()
        threading.Thread(target=self._keep, daemon=True, name="workers").start()

    # ── Jobs ────────────────────────────────────────────────────────────────────────────────────────────

    def run(self, job: Json, caller: str = "", *, behind: int = 0, patience: float | None = None) -> Json:
        """The answer to a job. ``caller`` is who asks, ``behind`` is its rank: 0, 1 behind ordinary jobs, LAST of all.

        Raises ProblemError: ``too_slow``, ``busy`` after ``patience`` seconds without a worker, ``no_workers`` where
        none can be started, or ``worker_died`` for a job that DEATHS workers died of. A job whose worker died of
        something else is tried again.
        """
        began, number = time.monotonic(), next(self._numbers)
        died: list[tuple[float, Worker]] = []
        rank = behind
        while True:
            with self._borrowed(number, caller, rank, PATIENCE if patience is None else patience) as worker:
                try:
                    answer = worker.ask(job)
                    self._count("done")
                    return answer
                except TimeoutError:
                    self._count("late")
                    self._used.spend(caller, KILLED)
                    raise ProblemError("too_slow", limit=int(DEADLINE)) from None
                except DiedError as death:
                    if worker.evicted:
                        rank = LAST
                    elif death.taken:
                        died.append((time.monotonic(), worker))
            if (len(died) >= DEATHS and self._blamed(died)) or time.monotonic() > began + START:
                self._used.spend(caller, KILLED)
                raise ProblemError("worker_died")

    @contextlib.contextmanager
    def _borrowed(self, number: int, caller: str, rank: int, patience: float) -> Iterator[Worker]:
        """A worker of one's own; the caller is charged for the time. Raises ProblemError ``busy`` or ``no_workers``."""
        ticket = Ticket(self._rank(caller, rank), number, caller)
        try:
            yield self._wait(ticket, patience)
        finally:  # also when the script of the caller is stopped by an exception in this thread
            self._give_back(ticket)

    def _rank(self, caller: str, rank: int) -> int:
        """0 an ordinary job, 1 one that stands behind or is a caller's first, LAST a long one or of who had much."""
        if not self._used.knows(caller):
            return max(1, rank)
        return LAST if self._used.left(caller) <= 0 else rank

    def _wait(self, ticket: Ticket, patience: float) -> Worker:
        began = time.monotonic()
        with self._lock:
            self._waiting.append(ticket)
            self._match()
        while not ticket.called.wait(QUICK):
            with self._lock:
                now = time.monotonic()
                if ticket.worker:
                    break
                if ticket.rank == 0:
                    self._make_room(now)
                hopeless = self._failing is not None and now > self._failing + ABLE and not self._any_ready()
                if hopeless or self._closed:
                    raise ProblemError("no_workers")
                if now > began + (patience if self._any_ready() else max(patience, START)):
                    self._counts["busy"] += 1
                    raise ProblemError("busy")
        assert ticket.worker
        return ticket.worker

    def _count(self, name: str) -> None:
        with self._lock:
            self._counts[name] += 1

    def _any_ready(self) -> bool:
        return any(worker.hired for worker in self._workers)

    def _make_room(self, now: float) -> None:
        """An ordinary job waits: the oldest that only passed for one is sent to the end of the line. Under the lock."""
        passed = [worker for worker, ticket in self._held.items() if ticket.rank == 0 and now > worker.since + QUICK]
        replaced = len(self._workers) < self.size or any(not it.hired or it.dismissed for it in self._workers)
        if passed and not self._idle and not replaced:
            longest = min(passed, key=lambda worker: worker.since)
            longest.evicted = True
            longest.dismiss()

    def _match(self) -> None:
        """Gives idle workers to those who wait. Under the lock."""
        for ticket in sorted(self._waiting, key=lambda ticket: (ticket.rank, ticket.number)):
            if not self._may_hold_one(ticket.rank):
                continue
            while self._idle and ticket.worker is None:
                worker = self._idle.pop(0 if ticket.rank == LAST else -1)  # those that stepped back are in front
                if worker.alive():  # its end may not have been heard of yet
                    ticket.worker, self._held[worker] = worker, ticket
            if ticket.worker is None:
                return
            self._waiting.remove(ticket)
            ticket.worker.since = time.monotonic()
            ticket.called.set()

    def _queue(self, worker: Worker) -> None:
        self._idle.insert(0 if worker.nice else len(self._idle), worker)

    def _may_hold_one(self, rank: int) -> bool:
        """Whether jobs of this rank and of those behind it leave enough workers to the ranks before it."""
        ranks = (*(ticket.rank for ticket in self._held.values()), *self._ended_by)
        return all(sum(other >= k for other in ranks) < max(1, self.size - k) for k in range(rank + 1))

    def _give_back(self, ticket: Ticket) -> None:
        with self._lock:
            worker = ticket.worker
            if worker is None:
                self._waiting.remove(ticket)
                return
            del self._held[worker]
            self._used.spend(ticket.caller, time.monotonic() - worker.since)
            if worker.clean and worker.jobs < RECYCLE and worker in self._workers:
                self._queue(worker)
            else:
                worker.dismiss()
                self._ended_by.append(ticket.rank)
            self._match()

    def _blamed(self, died: Sequence[tuple[float, Worker]]) -> bool:
        """Whether DEATHS of these workers died while no other did: of the job, and not of what befell all of them."""
        time.sleep(TOGETHER / 3)  # the others may be dying
        ours = {worker for _, worker in died}
        with self._lock:
            others = [when for when, worker in self._deaths if worker not in ours]
        return sum(all(abs(other - when) > TOGETHER for other in others) for when, _ in died) >= DEATHS

    # ── The keeper ──────────────────────────────────────────────────────────────────────────────────────

    def close(self) -> None:
        """Ends all workers, for good."""
        with self._lock:
            self._closed = True
            workers = list(self._workers)
        for worker in workers:
            worker.dismiss()
        self._wake.set()

    def stats(self) -> Stats:
        """How the pool is, now."""
        with self._lock:
            alive = sum(worker.hired for worker in self._workers)
            return Stats(alive, len(self._idle), len(self._waiting), **self._counts)

    def _keep(self) -> None:
        while not self._closed:
            try:
                self._tend()
            except Exception as error:  # out of memory, threads or descriptors
                self._failed(type(error).__name__)
            self._wake.wait(TICK if self._failing is None else BACK_OFF[0])
            self._wake.clear()

    def _tend(self) -> None:
        """Ends the workers that hang, and hires as many as are missing."""
        now = time.monotonic()
        with self._lock:
            for worker in self._workers:
                held = worker in self._held
                if (held and now > worker.since + DEADLINE + GRACE) or (
                    not worker.hired and now > worker.since + START
                ):
                    worker.process.kill()
        while not self._closed and now >= self._next_try:
            with self._lock:
                if len(self._workers) >= self.size:
                    return
            worker = self._new()
            with self._lock:
                if any(not other.nice for other in self._workers):
                    worker.step_back()  # also while it imports
                self._workers.add(worker)
            try:
                worker.listen(self._ready, self._ended)
            except RuntimeError:
                with self._lock:
                    self._workers.remove(worker)
                raise
        if self._closed:
            self.close()

    def _ready(self, worker: Worker) -> None:
        with self._lock:
            self._failures, self._failing, self._next_try = 0, None, 0.0
            del self._ended_by[:1]
            self._counts["hired"] += 1
            self._queue(worker)
            self._match()

    def _ended(self, worker: Worker) -> None:
        code = worker.process.returncode
        with self._lock:
            self._workers.remove(worker)
            if worker in self._idle:
                self._idle.remove(worker)
            if not worker.dismissed:
                self._counts["died"] += 1
                self._deaths.append((time.monotonic(), worker))
        if not worker.hired and not self._closed:
            self._failed(f"it ended with code {code} before it was ready")
        elif not worker.dismissed:
            complain("a worker ended with code %s after %s jobs", code, worker.jobs)
        self._wake.set()

    def _failed(self, reason: str) -> None:
        """One worker could not be hired: the next is tried a little later."""
        with self._lock:
            now = time.monotonic()
            self._failing = self._failing or now
            self._ended_by.clear()  # it may take long: what is there is for everybody
            first, most = BACK_OFF
            self._next_try = now + min(most, first * 2 ** min(self._failures, 10))
            self._failures += 1
        complain("a worker could not be started: %s. It is tried again.", reason)

"""Symbolic work that misbehaves is stopped, workers come and go, and nobody else notices."""

from __future__ import annotations

import json
import logging
import os
import resource
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from core.calculus import pool as pools
from core.calculus import worker
from core.grammar import parse
from core.problem import ProblemError

ROOT = Path(__file__).parents[2]
PATIENT = 60  # seconds that a busy machine may take for anything


@pytest.fixture
def pool():
    made = worker.new_pool(2)
    yield made
    made.close()


@pytest.fixture
def three():
    made = worker.new_pool(3)
    yield made
    made.close()


def slow(seconds: float) -> dict:
    return {"task": "sleep", "seconds": seconds}


def quick() -> dict:
    return {"task": "jacobian", "outputs": [worker.to_json(parse("x^2"))], "inputs": ["x"]}


def refusal(run: Callable[[], object]) -> str:
    """The code of the refusal, or "" if there was none."""
    try:
        run()
    except ProblemError as error:
        return error.code
    return ""


def until(holds: Callable[[], object]) -> None:
    """Waits for what must come about, however slow the machine."""
    end = time.monotonic() + PATIENT
    while not holds():
        assert time.monotonic() < end, "it never came about"
        time.sleep(0.02)


def complete(pool: pools.Pool) -> bool:
    stats = pool.stats()
    return stats.alive == stats.idle == pool.size


def kill_all(pool: pools.Pool) -> None:
    for each in tuple(pool._workers):
        os.kill(each.process.pid, signal.SIGKILL)


def descriptors() -> int:
    return len(os.listdir("/proc/self/fd"))


def children() -> set[int]:
    """All processes that this one has started and not yet buried, zombies included."""
    return {int(pid) for task in Path("/proc/self/task").iterdir() for pid in (task / "children").read_text().split()}


# ── Jobs ─────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_tree_survives_the_journey_to_a_worker_and_back():
    node = parse("where(x1 > 0, 2.5*x1^2, -sin(pi*x2))")
    again = worker.from_json(worker.to_json(node))
    assert again == node
    assert again.span == node.span


def test_a_refusal_in_the_worker_keeps_its_code_place_and_facts():
    with pytest.raises(ProblemError) as refused:
        worker.jacobian((parse("x"), parse("2/(x-x)")), ("x",))
    error = refused.value
    assert (error.code, error.field, error.index, error.span) == ("division_by_zero", "f", 1, (0, 7))


def test_an_unknown_job_is_refused_and_the_worker_lives_on(pool):
    assert pool.run({"task": "nonsense"})["refused"]["code"] == "not_computed"
    assert pool.run(quick())["result"]
    assert pool.stats().died == 0


@pytest.mark.parametrize("job", [{"task": "hoard", "size": 1 << 40}, {"task": "talk", "size": pools.ANSWER + 1}])
def test_a_job_that_needs_too_much_memory_or_answers_too_much_is_refused_and_the_worker_lives_on(pool, job):
    assert pool.run(job)["refused"]["code"] == "result_too_large"
    assert pool.run(quick())["result"]
    assert pool.stats().died == 0


def test_a_job_that_takes_too_long_is_killed_and_told_of_while_others_are_answered(pool, monkeypatch):
    monkeypatch.setattr(pools, "DEADLINE", 0.5)
    until(lambda: complete(pool))
    with ThreadPoolExecutor() as threads:
        hanging = threads.submit(refusal, lambda: pool.run(slow(60)))
        until(lambda: pool.stats().idle == 1)
        assert pool.run(quick())["result"]  # the other worker answers while the first hangs
        assert hanging.result(PATIENT) == "too_slow"
    assert pool.run(quick())["result"]
    assert (pool.stats().late, pool.stats().died) == (1, 0)


def test_a_refusal_is_not_cached():
    before = worker.jacobian.cache_info().currsize
    for _ in range(2):
        with pytest.raises(ProblemError):
            worker.jacobian((parse("3/(x-x)"),), ("x",))
    assert worker.jacobian.cache_info().currsize == before


# ── Workers that die ─────────────────────────────────────────────────────────────────────────────────────


def test_an_idle_worker_that_has_died_is_never_given_a_job(pool, monkeypatch):
    until(lambda: complete(pool))
    monkeypatch.setattr(pools.Worker, "_end", lambda _self: time.sleep(1))  # its end is not heard of in time
    asked = []
    ask = pools.Worker.ask
    monkeypatch.setattr(pools.Worker, "ask", lambda self, job: asked.append(self.process.pid) or ask(self, job))
    dead = pool._idle[-1].process
    dead.kill()
    os.waitid(os.P_PID, dead.pid, os.WEXITED | os.WNOWAIT)
    assert pool.run(quick())["result"]
    assert dead.pid not in asked


def test_all_workers_killed_while_jobs_run_and_while_idle_are_noticed_by_nobody(three):
    with ThreadPoolExecutor(9) as visitors:
        for job in (slow(0.5), quick()):
            until(lambda: complete(three))
            answers = [visitors.submit(three.run, job, f"visitor {k}") for k in range(9)]
            if job == slow(0.5):
                until(lambda: three._held)
            kill_all(three)
            assert all("result" in answer.result(PATIENT) for answer in answers)


def test_a_job_that_kills_its_workers_is_refused_after_the_second_one(pool):
    until(lambda: complete(pool))
    assert refusal(lambda: pool.run({"task": "die"})) == "worker_died"
    assert pool.stats().died == pools.DEATHS
    assert pool.run(quick())["result"]


def test_a_job_is_not_blamed_for_deaths_that_befell_all_workers(pool, monkeypatch):
    monkeypatch.setattr(pools, "DEADLINE", PATIENT)
    with ThreadPoolExecutor() as threads:
        job = slow(10 * PATIENT)  # it is not over before the deaths are
        answer = threads.submit(pool.run, job)
        for k in range(pools.DEATHS + 1):
            until(lambda: pool._held and pool.stats().alive == 2)
            if k == pools.DEATHS:
                job["seconds"] = 0
            kill_all(pool)
            until(lambda: not pool._held)
        assert "result" in answer.result(PATIENT)
    assert pool.stats().died >= 2 * (pools.DEATHS + 1)


@pytest.mark.parametrize("deaths", [10, pytest.param(50, marks=pytest.mark.slow)])
def test_workers_and_descriptors_are_counted_exactly_through_deaths_and_famines(pool, deaths):
    until(lambda: complete(pool))
    others = children() - {each.process.pid for each in pool._workers}
    before, threads = descriptors(), threading.active_count()
    limits = resource.getrlimit(resource.RLIMIT_NOFILE)
    for k in range(deaths):
        if k % 5 == 0:  # no descriptor is left for a new worker, until it was tried
            free = os.dup(0)
            os.close(free)
            failed = pool._failures
            resource.setrlimit(resource.RLIMIT_NOFILE, (free + 2, limits[1]))
            try:
                kill_all(pool)
                until(lambda failed=failed: pool._failures > failed + 1)
            finally:
                resource.setrlimit(resource.RLIMIT_NOFILE, limits)
        else:
            kill_all(pool)
        assert pool.run(quick())["result"]
        assert len(pool._workers) <= pool.size
    until(lambda: complete(pool))
    until(lambda: threading.active_count() == threads)
    assert children() - others == {each.process.pid for each in pool._workers}
    assert descriptors() == before


# ── Workers that cannot be started ───────────────────────────────────────────────────────────────────────


def broken(code: str, size: int = 1) -> pools.Pool:
    return pools.Pool(size, [sys.executable, "-c", code], ROOT, worker.environment())


def mend(pool: pools.Pool) -> None:
    pool._new = lambda: pools.Worker([sys.executable, "-u", "-m", "core.calculus.worker"], ROOT, worker.environment())


@pytest.mark.parametrize(
    ("fault", "code"),
    [("it dies while it imports", "raise SystemExit(1)"), ("it is too slow to start", "import time; time.sleep(600)")],
)
def test_a_worker_that_cannot_be_hired_is_hired_as_soon_as_the_fault_is_gone(monkeypatch, fault, code):
    with monkeypatch.context() as patched:
        patched.setattr(pools, "START", 0.2)
        pool = broken(code, size=2)
        until(lambda: pool._failures >= 3)
    mend(pool)
    try:
        until(lambda: complete(pool))
        assert pool.run(quick())["result"]
        assert pool._failures == 0, "the next fault begins with short waits again"
    finally:
        pool.close()


def test_a_thread_that_cannot_be_started_costs_no_worker(pool, monkeypatch):
    def none_left(_self: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    until(lambda: complete(pool))
    before = descriptors()
    with monkeypatch.context() as patched:
        patched.setattr(threading.Thread, "start", none_left)
        kill_all(pool)
        until(lambda: pool._failures >= 2)
    until(lambda: complete(pool))
    assert descriptors() == before


def test_a_pool_that_cannot_start_says_why_in_the_log_and_refuses_within_seconds(monkeypatch, caplog):
    monkeypatch.setattr(pools, "ABLE", 0.5)
    monkeypatch.setattr(pools, "_lines", pools.Allowance(burst=30, rate=0.0))
    pool = broken("raise SystemExit('no module named so')")
    try:
        assert refusal(lambda: pool.run(quick())) == "no_workers"
        assert pool.stats().busy == 0
    finally:
        pool.close()
    assert {record.name for record in caplog.records} == {"core.calculus.worker"}
    assert "no module named so" in caplog.text
    for _ in range(100):
        pools.complain("again")
    assert len(caplog.records) <= 30


def test_nothing_that_was_typed_reaches_the_log(pool, caplog, monkeypatch):
    monkeypatch.setattr(pools, "_lines", pools.Allowance(burst=30, rate=0.0))  # earlier tests have spent theirs
    caplog.set_level(logging.DEBUG)
    pool.run({"task": "marmalade"})
    pool.run({"task": "jacobian", "outputs": "marmalade", "inputs": ["marmalade"]})
    refusal(lambda: pool.run({"task": "die", "marmalade": 1}))
    refusal(lambda: pool.run({"task": "die"}))
    until(lambda: "a worker ended" in caplog.text)  # the thread that listens to a worker says so
    assert "marmalade" not in caplog.text


# ── Fairness ─────────────────────────────────────────────────────────────────────────────────────────────


def test_who_has_been_answered_quickly_is_answered_while_twenty_newcomers_hang(three, monkeypatch):
    monkeypatch.setattr(pools, "DEADLINE", PATIENT)
    three.run(quick(), "honest")
    until(lambda: complete(three))
    with ThreadPoolExecutor(20) as threads:
        hanging = [threads.submit(refusal, lambda k=k: three.run(slow(60), f"visitor {k}")) for k in range(20)]
        until(lambda: len(three._waiting) == 18)
        for _ in range(20):
            assert three.run(quick(), "honest")["result"]
        assert not any(visitor.done() for visitor in hanging)
        three.close()


def test_who_had_a_worker_killed_stands_behind_all_others_and_holds_one_worker_at_most(three, monkeypatch):
    monkeypatch.setattr(pools, "DEADLINE", 0.2)
    for k in range(3):
        assert refusal(lambda k=k: three.run(slow(60), f"hostile {k}")) == "too_slow"
    monkeypatch.setattr(pools, "DEADLINE", PATIENT)
    until(lambda: complete(three))
    with ThreadPoolExecutor(4) as threads:
        for k in range(3):
            threads.submit(refusal, lambda k=k: three.run(slow(60), f"hostile {k}"))
        until(lambda: len(three._held) + len(three._waiting) == 3)
        assert len(three._held) == 1
        assert three.run(quick(), "newcomer")["result"]
        three.close()


def test_long_jobs_that_passed_for_ordinary_make_room_and_are_answered_later(three, monkeypatch):
    monkeypatch.setattr(pools, "QUICK", 0.2)
    callers = [f"visitor {k}" for k in range(3)]
    for caller in (*callers, "honest"):
        three.run(quick(), caller)
    until(lambda: complete(three))
    monkeypatch.setattr(pools, "DEADLINE", PATIENT)
    with ThreadPoolExecutor(4) as threads:
        long = [threads.submit(three.run, slow(3), caller) for caller in callers]
        until(lambda: len(three._held) == 3)
        assert three.run(quick(), "honest")["result"]
        assert not all(job.done() for job in long)
        assert all("result" in job.result(PATIENT) for job in long)
    assert three.stats().died == 0


def test_who_comes_first_is_served_first(pool, monkeypatch):
    order: list[int] = []
    until(lambda: complete(pool))
    pool.run(quick())
    with ThreadPoolExecutor(8) as threads:
        held = [threads.submit(pool.run, slow(1)) for _ in range(2)]
        until(lambda: len(pool._held) == 2)
        for k in range(5):
            threads.submit(lambda k=k: order.append(k) if pool.run(slow(0.05)) else None)
            until(lambda k=k: len(pool._waiting) == k + 1)
        assert [ticket.number for ticket in pool._waiting] == sorted(ticket.number for ticket in pool._waiting)
        numbers = [ticket.number for ticket in pool._waiting]
        served = []
        while pool._waiting:
            served += [each.number for each in tuple(pool._held.values()) if each.number not in served]
            time.sleep(0.001)
        assert [number for number in served if number in numbers] == numbers
    assert all(job.done() for job in held)


def test_who_waits_in_vain_is_told_that_others_compute(pool, monkeypatch):
    monkeypatch.setattr(pools, "DEADLINE", PATIENT)
    until(lambda: complete(pool))
    pool.run(quick())
    with ThreadPoolExecutor() as threads:
        for _ in range(2):
            threads.submit(refusal, lambda: pool.run(slow(60)))
        until(lambda: len(pool._held) == 2)
        assert refusal(lambda: pool.run(quick(), "newcomer", patience=0.1)) == "busy"
        assert pool.stats() == pools.Stats(alive=2, idle=0, waiting=0, done=1, hired=2, busy=1)
        pool.close()


LONG = """\
import sympy as sp

x = sp.symbols(["x"], real=True)
y = sp.Matrix([sp.{0}, sp.Max({1})])
print(y.jacobian(x))
"""


def heavy(k: int) -> str:
    return LONG.format(f"sin({k})", ", ".join(f"{n}*sp.sin({n + k}*x[0])" for n in range(1, 60)))


def test_derivations_that_take_long_give_up_and_never_keep_a_jacobian_waiting(monkeypatch):
    monkeypatch.setattr(worker, "_caller", lambda: threading.current_thread().name)
    worker.jacobian((parse("x^2*y + 4321*x"),), ("x", "y"))
    assert worker._pool
    until(lambda: complete(worker._pool))
    with ThreadPoolExecutor(4) as threads:
        ended = [threads.submit(refusal, lambda k=k: worker.derivation(heavy(k))) for k in range(4)]
        until(lambda: len(worker._pool._waiting) >= 2)
        assert worker.jacobian((parse("x^2*y + 1234*x"),), ("x", "y"))
        assert not all(job.done() for job in ended)
        assert {job.result(PATIENT) for job in ended} <= {"too_slow", "busy"}
    assert worker.jacobian((parse("x^2*y + 5321*x"),), ("x", "y"))


@pytest.mark.parametrize("long", [False, True])
def test_a_derivation_that_takes_long_is_begun_anew_at_the_end_of_the_line(monkeypatch, long):
    asked: list[tuple[int, bool]] = []

    def answer(task: str, *, behind: int, briefly: bool = False, **how: object) -> object:
        asked.append((behind, briefly))
        return None if briefly and long else [(4, "cos(x)")]

    monkeypatch.setattr(worker, "ask", answer)
    assert worker.derivation.__wrapped__("print(y)").text == "cos(x)\n"
    assert asked == [(1, True), (pools.LAST, False)][: 1 + long]


def test_what_is_derived_briefly_is_what_is_derived_or_nothing(monkeypatch):
    monkeypatch.setattr(worker, "DERIVATION", float(PATIENT))
    short = LONG.format("sin(1)", "x[0], 1")
    wholly = worker._derivation(short)  # SymPy is imported now, as in a worker
    assert worker._derivation(short, briefly=True) == wholly != []
    assert worker._derivation(heavy(1), briefly=True) is None


def test_jobs_at_the_end_of_the_line_hold_one_worker_and_those_before_them_pass(three, monkeypatch):
    monkeypatch.setattr(pools, "DEADLINE", PATIENT)
    until(lambda: complete(three))
    with ThreadPoolExecutor(3) as threads:
        long = [threads.submit(refusal, lambda: three.run(slow(60), behind=pools.LAST)) for _ in range(3)]
        until(lambda: len(three._waiting) == 2)
        (held,) = three._held
        assert held.nice
        assert three.run(quick(), "honest", behind=1)["result"]
        assert len(three._waiting) == 2
        assert not any(job.done() for job in long)
        three.close()


def test_a_job_that_stands_behind_is_given_the_worker_that_has_not_stepped_back(three, monkeypatch):
    monkeypatch.setattr(pools, "DEADLINE", PATIENT)
    until(lambda: complete(three))
    with ThreadPoolExecutor(1) as threads:
        threads.submit(refusal, lambda: three.run(slow(60), behind=1))
        until(lambda: three._held)
        assert [held.nice for held in three._held] == [False]
        three.close()


# ── The process ──────────────────────────────────────────────────────────────────────────────────────────


def test_a_worker_knows_where_our_modules_are_and_nothing_secret(monkeypatch):
    monkeypatch.setenv("CLASSROOM_PASSWORD", "marmalade")
    monkeypatch.syspath_prepend("somewhere/else")
    known = worker.environment()
    places = known["PYTHONPATH"].split(os.pathsep)
    assert places[0] == str(ROOT)
    assert os.path.abspath("somewhere/else") in places
    assert {os.path.abspath(place) for place in sys.path if place} <= set(places)
    assert "marmalade" not in "".join(known.values())


SERVER = """
import sys
sys.path[:] = {places!r}
from core.calculus import worker
from core.grammar import parse
worker.jacobian((parse("x^2"),), ("x",))
print(*(each.process.pid for each in worker._pool._workers), flush=True)
sys.stdin.read()
"""


@pytest.mark.parametrize("end", [signal.SIGTERM, signal.SIGKILL, None])
def test_workers_are_found_by_a_server_without_site_packages_and_end_with_it(end, tmp_path):
    places = [str(ROOT), *(place for place in sys.path if place and place != str(ROOT))]
    command = [sys.executable, "-I", "-S", "-c", SERVER.format(places=places)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=tmp_path, text=True) as server:
        assert server.stdout
        pids = [int(pid) for pid in server.stdout.readline().split()]
        assert pids
        if end:
            server.send_signal(end)
        else:
            server.stdin.close()
        server.wait(PATIENT)
        until(lambda: not any(_runs(pid) for pid in pids))


def _runs(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except OSError:
        return False


def test_a_job_without_end_ends_its_process_though_the_server_is_gone():
    code = "from core.calculus import worker; worker.LEASH = 1; worker.main()"
    command = [sys.executable, "-c", code]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin
        process.stdin.write(json.dumps({"task": "spin"}) + "\n")
        process.stdin.close()
        assert process.wait(PATIENT) == -signal.SIGPROF

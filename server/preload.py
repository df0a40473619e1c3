"""What is there before the first visitor comes, and who tidies up when nobody waits."""

from __future__ import annotations

import asyncio
import gc
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib import import_module
from time import perf_counter
from typing import Any

import streamlit as st
from streamlit import runtime
from streamlit.runtime.scriptrunner import get_script_run_ctx

from core.kinds import KINDS
from core.turns import showing
from server import guard, listener, logs, system, tuning
from server.environment import environment

LATER = ("core.export", "pandas", "pyarrow")  # imported anyway: the first by a page, the others by its first component
YOUNG, MIDDLE, OLD = 20_000, 20, 1_000_000  # gc's thresholds: the old generation is never collected on its own
CHECKS = 1.0  # seconds between two looks at whether it is time to tidy up
QUIET = 10.0  # seconds without a run, after which nobody is disturbed
THOROUGHLY = 60.0  # seconds between two collections of everything at least
LIGHTLY = 5.0  # seconds between two collections at least, while people work: they wait for what has come since
OVERDUE = 600.0  # seconds after which a thorough collection waits for no quiet any longer


def _visitor() -> str:
    """Who is answered in this thread: the session, or nobody in particular."""
    context = get_script_run_ctx(suppress_warning=True)
    return context.session_id if context else ""


@asynccontextmanager
async def lifespan(_app: st.App) -> AsyncIterator[dict[str, Any]]:
    """Everything is ready before the first visitor comes; afterwards it is put away."""
    tuning.tune()
    logs.quiet()
    system.few_arenas()
    system.many_descriptors()
    _import()
    ended = threading.Event()
    threading.Thread(target=_tidy, args=(ended,), name="tidying", daemon=True).start()
    watching = None
    if found := listener.running():
        listener.prepare(*found)
        watching = asyncio.create_task(listener.hang_up_on_the_silent(found[0]))
    listener.drain(environment().drain, guard.draining.set)
    yield {}
    ended.set()
    if watching:
        watching.cancel()


def _import() -> None:
    """torch and SymPy take 2.5 s: not during the first visitor's run."""
    from core.calculus import worker
    from core.kinds import explain

    worker.start(caller=_visitor)
    showing.caller = _visitor
    for kind in KINDS.values():
        explain(kind.default)
    for later in LATER:
        import_module(later)
    gc.collect()
    gc.freeze()  # torch's objects are never looked at again: 140 ms a collection
    gc.set_threshold(YOUNG, MIDDLE, OLD)


def _tidy(ended: threading.Event) -> None:
    """Collects what visitors have left behind, between two runs and if possible when nobody waits for one.

    Streamlit's own way, a collection after every run, looks at all that is remembered, and stops everybody. While
    people work only what is new is looked at, some milliseconds, and then set aside. What ends up among that, such as a
    session that has left, goes when it is quiet.
    """
    ended_runs, changed, lightly, thoroughly = 0, perf_counter(), perf_counter(), perf_counter()
    soiled = False
    while not ended.wait(CHECKS):
        stats, now = showing.stats, perf_counter()
        if stats.ended != ended_runs:
            ended_runs, changed, soiled = stats.ended, now, True
        if _let_go():
            soiled = True
        if not soiled:
            continue
        rested = now - thoroughly
        if (now - changed > QUIET and rested > THOROUGHLY) or rested > OVERDUE:
            _collect(thoroughly=True)
            thoroughly = lightly = perf_counter()
            soiled = False
        elif now - lightly > LIGHTLY and not stats.now:
            _collect(thoroughly=False)
            lightly = perf_counter()


def _let_go() -> bool:
    """Whether there were sessions whose time to come back is over: Streamlit keeps 128 until somebody else leaves."""
    if not runtime.exists():
        return False
    manager: Any = runtime.get_instance()._session_mgr
    with manager._storage_lock:
        gone = manager._session_storage._cache.expire()
    return bool(gone)


def _collect(thoroughly: bool) -> None:
    with showing:
        if thoroughly:
            gc.unfreeze()
        gc.collect()
        gc.freeze()
        if thoroughly:
            system.give_back()

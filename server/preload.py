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
from streamlit.runtime.scriptrunner import get_script_run_ctx

from core.share import DEFAULTS
from core.turns import showing
from server import guard, listener, logs, system, tuning
from server.environment import environment

LATER = ("core.export", "pandas", "pyarrow")  # imported anyway: the first by a page, the others by its first component
YOUNG, MIDDLE, OLD = 20_000, 20, 1_000_000  # gc's thresholds: the old generation is never collected on its own
CHECKS = 1.0  # seconds between two looks at whether it is time to tidy up
PAUSE = 15.0  # seconds between two collections at least
OVERDUE = 120.0  # seconds after which a collection does not wait for a quiet moment any longer


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
    from core import worker
    from core.explain import explain

    worker.start(caller=_visitor)
    for problem in DEFAULTS.values():
        explain(problem)
    for later in LATER:
        import_module(later)
    gc.collect()
    gc.freeze()  # torch's objects are never looked at again: 140 ms a collection
    gc.set_threshold(YOUNG, MIDDLE, OLD)


def _tidy(ended: threading.Event) -> None:
    """Collects what visitors have left behind, between two runs and if possible when nobody waits for one.

    Streamlit's own way, a collection after every run, grows with what is remembered for everybody, and stops everybody.
    """
    collected, seen = perf_counter(), 0
    while not ended.wait(CHECKS):
        since, stats = perf_counter() - collected, showing.stats
        if stats.ended == seen or since < PAUSE or (stats.now and since < OVERDUE):
            continue
        with showing:
            gc.collect()
            system.give_back()
        collected, seen = perf_counter(), showing.stats.ended

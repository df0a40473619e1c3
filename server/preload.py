"""What is there before the first visitor comes: the imports, the workers, the examples explained."""

from __future__ import annotations

import gc
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib import import_module
from typing import Any

import streamlit as st

from core.share import DEFAULTS
from server.sockets import send_at_once

LATER = ("core.export", "pandas", "pyarrow")  # imported anyway: the first by a page, the others by its first component


@asynccontextmanager
async def ready(_app: st.App) -> AsyncIterator[dict[str, Any]]:
    """Import torch and SymPy (2.5 s) before the first visitor, not during their first run."""
    from core import worker
    from core.explain import explain

    send_at_once()
    worker.start()
    for problem in DEFAULTS.values():
        explain(problem)
    for later in LATER:
        import_module(later)
    gc.freeze()  # Streamlit collects garbage after every run: 140 ms with torch's objects, nothing without
    yield {}

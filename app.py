"""The server: Streamlit around pages/frame.py, its routes and its middleware."""

import streamlit as st
from starlette.middleware import Middleware
from starlette.routing import Route

from core.share import DEFAULTS
from pages.shared import failure
from server import logs
from server.guard import Guard
from server.metrics import metrics, ready
from server.pictures import picture, plotly
from server.preload import lifespan
from server.security import SecurityHeaders, broken
from server.shell import shell


def failed(error: Exception) -> bool:
    """A run that ended by an error: the log has where, the visitor has its number."""
    failure.tell(logs.failed(error))
    return True


pages = [Route(f"/{page}", shell) for page in ("", *DEFAULTS)]
served = {"/plotly.js": plotly, "/export.png": picture, "/ready": ready, "/metrics": metrics}
app = st.App(
    "pages/frame.py",
    lifespan=lifespan,
    routes=[*pages, *(Route(path, answer) for path, answer in served.items())],
    middleware=[Middleware(SecurityHeaders), Middleware(Guard)],
    on_script_error=failed,
    exception_handlers={Exception: broken},
)

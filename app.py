"""The server: Streamlit around pages/frame.py, its routes and its middleware."""

import streamlit as st
from starlette.middleware import Middleware
from starlette.routing import Route

from pages.shared import failure
from server import logs, missing, shell
from server.environment import environment
from server.guard import Guard
from server.metrics import metrics, ready
from server.pictures import picture
from server.preload import lifespan
from server.security import SecurityHeaders, broken
from server.static.assets import BASE


def failed(error: Exception) -> bool:
    """A run that ended by an error: the log has where, the visitor has its number."""
    failure.tell(logs.failed(error))
    return True


environment()  # what cannot be used is said now, and not when the first visitor comes
served = {"/export.png": picture, "/ready": ready, "/metrics": metrics}
app = st.App(
    "pages/frame.py",
    lifespan=lifespan,
    routes=[*(Route(BASE + path, answer) for path, answer in served.items()), *missing.routes],
    middleware=[Middleware(SecurityHeaders), Middleware(Guard), shell.served()],
    on_script_error=failed,
    exception_handlers={Exception: broken},
)

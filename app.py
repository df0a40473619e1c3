"""The server: Streamlit around pages/frame.py, its routes and its middleware."""

import streamlit as st
from starlette.middleware import Middleware
from starlette.routing import Route

from core.share import DEFAULTS
from server.pictures import picture, plotly
from server.preload import ready
from server.security import SecurityHeaders, failed
from server.shell import shell

pages = [Route(f"/{page}", shell) for page in ("", *DEFAULTS)]
routes = [*pages, Route("/plotly.js", plotly), Route("/export.png", picture)]
app = st.App(
    "pages/frame.py",
    lifespan=ready,
    routes=routes,
    middleware=[Middleware(SecurityHeaders)],
    exception_handlers={Exception: failed},
)

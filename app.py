"""The server: Streamlit around pages/frame.py, its routes and its middleware."""

import streamlit as st
from starlette.middleware import Middleware
from starlette.routing import Route

from server import missing, shell
from server.pictures import picture
from server.preload import ready
from server.security import SecurityHeaders
from server.static.assets import BASE

routes = [Route(f"{BASE}/export.png", picture), *missing.routes]
app = st.App("pages/frame.py", lifespan=ready, routes=routes, middleware=[Middleware(SecurityHeaders), shell.served()])

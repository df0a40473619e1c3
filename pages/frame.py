"""What stands around every page: navigation, language, paste, share, export."""

from pathlib import Path

import streamlit as st

from core.kinds import KINDS
from core.turns import showing
from core.wording import say
from pages.components.header import header
from pages.components.modes import modes
from pages.shared import pasting, session, sharing, views

STATIC = Path(__file__).parent / "static"

with showing:
    # At once, and with its sign: the browser would fetch another.
    st.set_page_config(page_title="Jacobian Lens", page_icon=str(STATIC / "icon.svg"), layout="wide")
    lang = session.arrive()
    pages = {
        name: st.Page(
            f"{name}.py",
            title=say(lang, f"nav.{name}"),
            url_path=name if name != "home" else None,
            default=name == "home",
        )
        for name in session.PAGES
    }
    chosen = st.navigation(list(pages.values()), position="hidden")  # its own links would lose the state: see header
    page = next(name for name, candidate in pages.items() if candidate is chosen)
    session.follow(page)
    name = say(lang, f"nav.{page}")
    st.set_page_config(page_title=f"{name} · Jacobian Lens")
    if page in KINDS:
        views.explained(page)  # kept for below: what reaches the browser in one burst is drawn at once
    with st.container(key="topbar", horizontal=True, gap="small", vertical_alignment="center"):
        header(page)
        if page != "home":
            modes()
        pasting.paste("bar")
        sharing.share(page)
        if page != "home":
            sharing.export_as(page)
    chosen.run()

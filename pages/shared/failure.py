"""What a visitor sees when something of ours has gone wrong: and a number that the log knows."""

from __future__ import annotations

from html import escape

import streamlit as st

from core.wording import say
from pages.shared import session


def tell(number: str) -> None:
    """Shows the number of a failure where the page would have gone on."""
    message = say(session.language(), "errors.failure", number=number)
    st.html(f'<div class="lens-error lens-failure" role="alert"><p>{escape(message)}</p></div>')

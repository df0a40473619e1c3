"""Streamlit's settings do not change while it runs, so they are read once.

At every message Streamlit asks for its settings under one lock, and at every run it writes the whole theme anew: with
thirty visitors that was a quarter of the time of all threads (Streamlit 1.67).
"""

from __future__ import annotations

from functools import cache

from streamlit import config
from streamlit.proto.NewSession_pb2 import CustomThemeConfig
from streamlit.runtime import app_session


def hold() -> None:
    """From now on every setting is what it is now. To be called once, when the server has been configured."""
    config.get_option = cache(config.get_option)
    write = app_session._populate_theme_msg

    @cache
    def theme(section: str) -> CustomThemeConfig:
        written = CustomThemeConfig()
        write(written, section)
        return written

    def copied(msg: CustomThemeConfig, section: str = "theme") -> None:
        if theme(section).ByteSize():  # a part that says nothing must not be there at all
            msg.MergeFrom(theme(section))

    app_session._populate_theme_msg = copied

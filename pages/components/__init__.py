"""Browser components: one folder each, with its Python face and its .css; the scripts stand in static/js."""

from __future__ import annotations

from typing import Any

import streamlit as st

# Streamlit sends it with every run. `self.lens` is what server/shell.py says of the bundle; without it (while code is
# being written, or where a host serves a page of its own) the modules are loaded one by one.
STUB = """const module = self.lens ? import(self.lens.script).then(all => all.{0})
  : import(new URL("app/static/js/{0}.js", document.baseURI))
export default component => {{
  module.then(({{ show }}) => show(component))
  return () => module.then(({{ hide }}) => hide?.(component.parentElement))
}}"""


def component(name: str, html: str, module: str = "") -> Any:
    """Registers a component: ``static/js/<module>.js`` has ``show(component)`` and perhaps ``hide(parentElement)``."""
    around = f'<div class="lens-of-{name}">{html}</div>'  # how far its styles reach
    return st.components.v2.component(name, html=around, js=STUB.format(module or name), isolate_styles=False)

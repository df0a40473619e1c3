"""Browser components: one folder each, with its Python face and its .css; the scripts stand in static/js."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import streamlit as st

# Streamlit sends it with every run. `self.lens` is what server/shell.py says of the bundle; without it (while code is
# being written, or where a host serves a page of its own) the modules are loaded one by one.
STUB = """const module = self.lens ? import(self.lens.script).then(all => all["{0}"])
  : import(new URL("app/static/js/{0}.js", document.baseURI))
export default told => {{
  const data = JSON.parse(told.data.json)
  module.then(({{ component }}) => component.show({{ ...told, data }}))
  return () => module.then(({{ component }}) => component.hide(told.parentElement))
}}"""


def component(name: str, html: str, module: str, look: str = "") -> Callable[..., Any]:
    """Registers a component: ``static/js/<module>.js`` exports it as ``component``, made by kit/component.js.

    ``look`` is another component, whose styles hold here as well. Its data goes as one text: Streamlit would
    ask of every value in it whether it is a table.
    """
    around = f'<div class="lens-of-{name}">{html}</div>'  # how far its styles reach
    if look:
        around = f'<div class="lens-of-{look}">{around}</div>'
    mount = st.components.v2.component(name, html=around, js=STUB.format(module), isolate_styles=False)

    def mounted(*, data: Any, **arguments: Any) -> Any:
        return mount(data={"json": encoded(name, data)}, **arguments)

    return mounted


def encoded(name: str, data: Any) -> str:
    """The message of the component ``name``: what messages.py says of it, as JSON."""
    return json.dumps(data)

"""Streamlit's index.html with our name on it, and everything that a page needs told of at once."""

from __future__ import annotations

import json
from functools import cache

from starlette.middleware import Middleware

from core.kinds import KINDS
from server.static.assets import BASE, DEVELOPING, STREAMLIT, fonts, named, needed, own, streamlit
from server.static.files import File, Static

INDEX = (STREAMLIT / "index.html").read_text(encoding="utf-8")
# Streamlit fetches an element's script when the first run names it, 0.1 s and more after its own; here with them.
EVERYWHERE = ("BidiComponent", "rehype-katex")
FIELDS = ("Html", "TextInput", "Button")
ELEMENTS = {
    "": EVERYWHERE,
    "vjp": (*EVERYWHERE, *FIELDS),
    "chain": (*EVERYWHERE, *FIELDS),
    "matmul": (*EVERYWHERE, "Html"),
    "tensor": (*EVERYWHERE, "Html"),
}
FONTS = ("KaTeX_Main-Regular", "KaTeX_Math-Italic")
# Where the app is, as the browser sees it: under any base path and behind any proxy. Told of it, Streamlit does not try
# the page's own path first, and opens its socket without waiting for two answers.
SCRIPT = """{
  const here = new URL(".", location)
  const below = path => new URL(path, here).href
  self.__streamlit = {
    BACKEND_BASE_URL: here.href,
    HOST_CONFIG: { allowedOrigins: [location.origin], useExternalAuthToken: false },
  }
  self.lens = OURS
  // What is to be guessed is covered before it is drawn for the first time: see static/js/modes/.
  document.documentElement.toggleAttribute("data-lens-covered", /[?&]guess=1(&|$)/.test(location.search))
}"""


@cache
def page(name: str) -> str:
    """The HTML of a page; "" is home."""
    urls = ", ".join(f"{key}: below({json.dumps(path)})" for key, path in named().items())
    ours = "undefined" if DEVELOPING else f"{{ {urls} }}"
    styles = "app/static/lens.css" if DEVELOPING else named()["styles"]
    head = (
        "<title>Jacobian Lens</title>",
        '<meta name="description" content="What does y.backward(v) compute? The Jacobian, its weighted rows, x.grad.">',
        f"<script>{SCRIPT.replace('OURS', ours)}</script>",
        f'<link rel="stylesheet" href="./{styles}" data-lens>',
    )
    last = (
        *(f'<link rel="modulepreload" href="./{script}">' for script in scripts(name)),
        *(f'<link rel="preload" href="./{font}" as="font" type="font/woff2" crossorigin>' for font in fonts(*FONTS)),
    )
    return INDEX.replace("<title>Streamlit</title>", "".join(head)).replace("</head>", "".join((*last, "</head>")))


def scripts(name: str) -> list[str]:
    """The scripts of a page that Streamlit's index does not name, below the app."""
    later = [script for script in needed(*ELEMENTS[name]) if script not in INDEX]
    return later if DEVELOPING else [*later, named()["script"]]


def served() -> Middleware:
    """Answers the pages and all files of ours, and Streamlit's scripts."""
    pages = {name: File("index.html", page(name).encode, "no-cache") for name in ("", *KINDS)}
    early = [path for path, file in streamlit().items() if path in page("vjp")]
    return Middleware(
        Static,
        own={f"{BASE}/{path}": file for path, file in {**own(), **pages}.items()},
        streamlit={f"{BASE}/{path}": file for path, file in streamlit().items()},
        folder=f"{BASE}/static/",
        early=[f"{BASE}/{path}" for path in (*early, *named().values(), *pages) if path != named()["plotly"]],
    )

"""Addresses at which there is nothing: Streamlit would answer each of them with its index and 200."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import escape

from starlette.convertors import Convertor, register_url_convertor
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from core.kinds import KINDS
from core.wording import say
from server.static.assets import BASE

STREAMLIT = ("_stcore", "app/static", "component", "media", "static")  # below these it answers itself
STYLE = "body { font: 1.1rem/1.6 system-ui, sans-serif; margin: 20vh auto; max-width: 34rem; padding: 0 1rem; }"


class Unknown(Convertor[str]):
    """A path at which Streamlit has nothing of its own."""

    regex = rf"(?!{re.escape(BASE[1:] + '/' if BASE else '')}(?:{'|'.join(STREAMLIT)})/).*"

    def convert(self, value: str) -> str:
        """As it is."""
        return value

    def to_string(self, value: str) -> str:
        """As it is."""
        return value


def missing(request: Request) -> Response:
    """Says so, in the reader's language, with the way home."""
    lang = _language(request.headers.get("accept-language", ""))
    words = {key: escape(say(lang, f"missing.{key}")) for key in ("title", "text", "home")}
    return HTMLResponse(
        f'<!DOCTYPE html><html lang="{lang}"><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
        f"<title>{words['title']}</title><style>:root {{ color-scheme: light dark }} {STYLE}</style>"
        f'<h1>{words["title"]}</h1><p>{words["text"]}</p><p><a href="{BASE}/">{words["home"]}</a></p></html>',
        status_code=404,
        headers={"Cache-Control": "no-cache", "Vary": "Accept-Language"},
    )


def redirect(page: str) -> Callable[[Request], Response]:
    """To a page, with the query."""

    def answer(request: Request) -> Response:
        query = f"?{request.url.query}" if request.url.query else ""
        return RedirectResponse(f"{BASE}/{page}{query}", status_code=308)

    return answer


def _language(accepted: str) -> str:
    """The first of ours in an Accept-Language, which browsers write in the order of preference."""
    return next((found for found in re.findall(r"(?:^|,)\s*(en|zh)\b", accepted.lower())), "en")


register_url_convertor("unknown", Unknown())
ALIASES = {"home": "", **{f"{page}/": page for page in KINDS}}  # address -> the page that is meant
routes = [
    *(Route(f"{BASE}/{path}", redirect(page)) for path, page in ALIASES.items()),
    *(Route(path, redirect("")) for path in ("/", BASE) if BASE),
    Route("/{path:unknown}", missing),
]

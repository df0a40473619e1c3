"""A visitor without a browser: Streamlit's websocket protocol, spoken to a server on this machine.

What a visitor asks for has one right answer, known before it is sent, and no two visitors ask for the same: so an
answer that belongs to somebody else, or to nobody, is noticed.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import random
import re
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from http.client import HTTPException
from typing import Any
from urllib.parse import quote, urlsplit
from urllib.request import Request, urlopen

import websockets
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

PATIENCE = 60.0  # seconds for one answer; more is an error
RETRY, LONGEST_RETRY = 1.0, 8.0  # seconds until a browser tries to connect again, at first and at most
SOON = 0.5  # seconds within which a page that comes back asks for the answer it missed: static/js/frame/returning.js
HERE = ("127.0.0.1", "localhost", "::1")
Json = Any


@dataclass
class Screen:
    """What one run of the script has sent, as far as it is checked."""

    components: dict[str, Json] = field(default_factory=dict)
    code: list[str] = field(default_factory=list)
    exceptions: list[str] = field(default_factory=list)
    query: str = ""
    size: int = 0


class NotFinishedError(Exception):
    """The server has not answered, or has hung up."""


class Visitor:
    """One websocket, one session; ``open`` comes first, then ``run`` as often as you like."""

    def __init__(self, base: str, page: str, query: str, headers: dict[str, str] | None = None) -> None:
        assert urlsplit(base).hostname in HERE, "load is for servers on this machine"
        self.base, self.page, self.query = base, page, query
        self.headers = headers or {}
        self.script, self.session = "", ""
        self.ids: dict[str, str] = {}
        self.values: dict[str, tuple[str, Any]] = {}
        self.kept: dict[str, Any] = {}  # large elements by their hash, which the server then only names
        self.cookies: dict[str, str] = {}
        self.anew = False  # whether it is connected again, and the server has not been asked for anything yet
        self.socket: Any = None

    async def open(self) -> Screen:
        """Fetches the page, connects and waits for the first run."""
        await asyncio.to_thread(self._get, f"/{self.page}")
        await self.connect()
        return await self.run()

    async def connect(self) -> None:
        """Opens the websocket, with the cookies that the page has set."""
        address = self.base.replace("http", "ws", 1) + "/_stcore/stream"
        self.socket = await websockets.connect(
            address,
            subprotocols=["streamlit"],  # type: ignore[list-item]
            origin=self.base,  # type: ignore[arg-type]
            max_size=None,
            ping_interval=None,
            compression=None,
            open_timeout=PATIENCE,
            additional_headers=self.headers | self._cookie(),
        )

    async def reconnect(self) -> None:
        """Connects again the way Streamlit's browser does: once somebody says that the app is well."""
        loop = asyncio.get_running_loop()
        end, pause = loop.time() + PATIENCE, RETRY
        while loop.time() < end:
            await asyncio.sleep(pause * random.uniform(0.5, 1))
            with suppress(OSError, websockets.WebSocketException, HTTPException):
                await asyncio.to_thread(self._get, "/_stcore/health")
                await self.connect()
                self.anew = True
                return
            pause = min(2 * pause, LONGEST_RETRY)
        raise NotFinishedError("no way back")

    @property
    def lost(self) -> bool:
        """Whether the connection has ended."""
        return self.socket is None or self.socket.close_code is not None

    async def cut_off(self, seconds: float) -> bool:
        """Waits so long, or until the connection is lost; whether it was."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self.socket.wait_closed(), seconds)
            return True
        return False

    def _cookie(self) -> dict[str, str]:
        return {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())} if self.cookies else {}

    def _get(self, path: str) -> None:
        """Asks for a file as a browser does, which keeps the cookies that come with it."""
        asked = Request(self.base + path, headers=self.headers | self._cookie())
        with urlopen(asked, timeout=PATIENCE) as answer:
            for told in answer.headers.get_all("Set-Cookie", []):
                name, _, value = told.partition(";")[0].partition("=")
                self.cookies[name] = value

    async def close(self) -> None:
        if self.socket is not None:
            await self.socket.close()

    def set(self, key: str, kind: str, value: Any) -> None:
        """The value of a widget from the next run on; ``kind`` is a field of Streamlit's WidgetState."""
        self.values[key] = (kind, value)

    async def run(self) -> Screen:
        """Asks for a run with the values that the widgets have now, and waits until it is over."""
        await self.send()
        try:
            return await asyncio.wait_for(self._finished(), PATIENCE)
        except (TimeoutError, websockets.ConnectionClosed) as error:
            raise NotFinishedError(repr(error)) from error

    async def send(self) -> None:
        """Asks for a run, and does not wait."""
        message = BackMsg()
        asked = message.rerun_script
        asked.query_string, asked.page_script_hash, asked.page_name = self.query, self.script, self.page
        asked.context_info.locale, asked.context_info.color_scheme = "en-US", "light"
        asked.context_info.url = f"{self.base}/{self.page}"
        asked.cached_message_hashes.extend(self.kept)
        for key, (kind, value) in self.values.items():
            if key in self.ids:
                state = asked.widget_states.widgets.add()
                state.id = self.ids[key]
                if isinstance(value, list):
                    getattr(state, kind).data.extend(value)
                else:
                    setattr(state, kind, value)
        await self.socket.send(message.SerializeToString())

    async def _finished(self) -> Screen:
        screen = Screen()
        while True:
            data = await self.socket.recv()
            screen.size += len(data)
            message = ForwardMsg()
            message.ParseFromString(data)
            kind = message.WhichOneof("type")
            if kind == "delta":
                if message.metadata.cacheable:
                    self.kept[message.hash] = message.delta
                self._element(message.delta, screen)
            elif kind == "ref_hash":
                self._element(self.kept[message.ref_hash], screen)
            elif kind == "new_session":
                self.session = message.new_session.initialize.session_id or self.session
            elif kind == "navigation":
                self.script = message.navigation.page_script_hash
            elif kind == "page_info_changed":
                self.query = screen.query = message.page_info_changed.query_string
            elif kind == "script_finished" and message.script_finished != ForwardMsg.FINISHED_EARLY_FOR_RERUN:
                return screen

    def _element(self, delta: Any, screen: Screen) -> None:
        if delta.WhichOneof("type") != "new_element":
            return
        element = delta.new_element
        kind = element.WhichOneof("type")
        if kind == "bidi_component":
            component = element.bidi_component
            self.ids[component.id.split("-", 2)[-1]] = component.id
            screen.components[component.component_name] = component.mixed.json or component.json
        elif kind == "text_input":
            self.ids[element.text_input.id.split("-", 2)[-1]] = element.text_input.id
        elif kind == "slider":
            self.ids["slider"] = element.slider.id
        elif kind == "code":
            screen.code.append(element.code.code_text)
        elif kind == "html" and "lens-failure" in element.html.body:
            screen.exceptions.append(element.html.body)
        elif kind == "exception":
            screen.exceptions.append(f"{element.exception.type}: {element.exception.message}")


# ── People who edit, each with the answer they must get ──────────────────────────────────────────────────

Check = Callable[[Screen], str]  # what is wrong with a screen; "" if nothing is
_own = itertools.count(2)  # a coefficient that nobody else uses


class Person:
    """A visitor of one page, and what they do there."""

    page = ""

    def __init__(self, base: str, rng: random.Random, headers: dict[str, str] | None = None) -> None:
        self.rng, self.serial = rng, 0
        self.visitor = Visitor(base, self.page, self.start(), headers)
        self.check: Check = lambda screen: ""
        self.heard = True  # whether the last edit has been answered

    def start(self) -> str:
        """The query of the link they come by."""
        return ""

    def edit(self) -> Check:
        """Changes something; the check of what must then be seen."""
        return lambda screen: ""

    async def act(self) -> tuple[float, str]:
        """One edit: milliseconds until the run is over, and what is wrong with the answer."""
        self.check, self.heard = self.edit(), False
        began = time.perf_counter()
        try:
            screen = await self._answer()
        except NotFinishedError as error:
            return (time.perf_counter() - began) * 1e3, f"no answer: {error}"
        taken, self.heard = (time.perf_counter() - began) * 1e3, True
        return taken, self._wrong(screen)

    async def come_back(self) -> tuple[float, float | None, str]:
        """Goes on after the connection was lost: milliseconds until there is one, and until an edit that the old server
        has not answered is answered by the new one (None: there was none); what is wrong.

        As the page does: it asks for a run with what its fields hold.
        """
        began = time.perf_counter()
        try:
            await self.visitor.reconnect()
            connected = (time.perf_counter() - began) * 1e3
            if self.heard:
                return connected, None, ""
            await asyncio.sleep(self.rng.uniform(0, SOON))
            screen = await self._answer()
        except NotFinishedError as error:
            return 0.0, None, f"did not come back: {error}"
        self.heard = True
        return connected, (time.perf_counter() - began) * 1e3, self._wrong(screen)

    def again(self) -> None:
        """What a component does whose last message a new server does not know."""

    async def _answer(self) -> Screen:
        """A run; two where the server is new: it calls nobody in a session's first, so components tell it again."""
        if self.visitor.anew:
            await self.visitor.run()
            self.visitor.anew = False
            self.again()
        return await self.visitor.run()

    def _wrong(self, screen: Screen) -> str:
        return screen.exceptions[0] if screen.exceptions else self.check(screen)


class AtHome(Person):
    """Reads the first page and looks again."""


class OfBareApp(Person):
    """Moves the slider of benchmarks/apps/bare.py."""

    def edit(self) -> Check:
        self.serial = self.serial % 99 + 1
        self.visitor.set("slider", "double_array_value", [float(self.serial)])
        return lambda screen: "" if screen.size > 0 else "nothing"


class OfVectors(Person):
    """Edits a function, the point or v on /vjp."""

    page = "vjp"

    def start(self) -> str:
        self.k, self.x, self.v = next(_own), [1, 2], [2, 1]
        return f"f={self.k}*x1%2Bx2^2;x1^2%2B2*x2^3&at=x1:1,x2:2&v=2,1"

    def edit(self) -> Check:
        match self.rng.choice(("function", "point", "weights")):
            case "function":
                self.k = next(_own)
                self.visitor.set("vjp.f.0", "string_value", f"{self.k}*x1+x2^2")
            case "point":
                j = self.rng.randrange(2)
                self.x[j] = self.rng.randrange(1, 50)
                self.visitor.set(f"vjp.at.{j}", "string_value", str(self.x[j]))
            case _:
                self.v = [self.rng.randrange(1, 9), self.rng.randrange(1, 9)]
                self._weigh("weights.vjp")
        return self._seen

    def again(self) -> None:
        self._weigh(f"weights.{self.page}")

    def _weigh(self, key: str) -> None:
        self.serial += 1
        sent = {"alive": True, "v": {"texts": [*map(str, self.v)], "serial": self.serial}}
        self.visitor.set(key, "json_value", json.dumps(sent))

    def _seen(self, screen: Screen) -> str:
        (x1, x2), (v1, v2) = self.x, self.v
        right = [v1 * self.k + v2 * 2 * x1, v1 * 2 * x2 + v2 * 6 * x2**2]
        shown = [n["value"] for n in payload(screen, "stage")["total"]]
        if shown != right:
            return f"another number: {shown} instead of {right}"
        listing = next((code for code in screen.code if "import torch" in code), "")
        torch = answered(listing, "print(x.grad)")
        if not close(torch, right):
            return f"torch says {torch} instead of {right}"
        return "" if any("import sympy" in code for code in screen.code) else "no derivation"


class OfChains(OfVectors):
    """Edits a function or v on /chain."""

    page = "chain"

    def start(self) -> str:
        self.k, self.x, self.v = next(_own), [1, 2], [1, 2]
        return f"f={self.k}*x1^2%2Bx2;x1*x2^2&g=y1*y2;y1^2%2By2^2&at=x1:1,x2:2&v=1,2"

    def edit(self) -> Check:
        if self.rng.random() < 0.5:
            self.k = next(_own)
            self.visitor.set("chain.f.0", "string_value", f"{self.k}*x1^2+x2")
        else:
            self.v = [self.rng.randrange(1, 9), self.rng.randrange(1, 9)]
            self._weigh("weights.chain")
        return self._seen

    def _seen(self, screen: Screen) -> str:
        k, (x1, x2), (v1, v2) = self.k, self.x, self.v
        y1, y2 = k * x1**2 + x2, x1 * x2**2
        at_y = [v1 * y2 + v2 * 2 * y1, v1 * y1 + v2 * 2 * y2]
        inner = [[2 * k * x1, 1], [x2**2, 2 * x1 * x2]]
        at_x = [sum(a * row[j] for a, row in zip(at_y, inner, strict=True)) for j in range(2)]
        pushed_y = [row[0] for row in inner]
        pushed_z = [y2 * pushed_y[0] + y1 * pushed_y[1], 2 * y1 * pushed_y[0] + 2 * y2 * pushed_y[1]]
        spaces = payload(screen, "sweep")["spaces"]
        for s, (right, pushed) in enumerate(((at_x, [1, 0]), (at_y, pushed_y), ([v1, v2], pushed_z))):
            if [n for _, n in spaces[s]["adjoint"]] != right:
                return f"another number: {spaces[s]['adjoint']} instead of {right}"
            if not close(spaces[s]["torch"], right) or not close(spaces[s]["pushed"], pushed):
                return f"torch says {spaces[s]['torch']}, {spaces[s]['pushed']} instead of {right}, {pushed}"
        return ""


class OfMatrices(Person):
    """Edits an entry of a or v on /matmul."""

    page = "matmul"

    def start(self) -> str:
        self.a, self.b = [[1, 2], [3, 4]], [[1, 2, 3], [4, 5, 6]]
        self.v = [[next(_own), 1, 1], [1, 1, 1]]
        return f"a=1,2;3,4&b=1,2,3;4,5,6&v={quote(';'.join(','.join(map(str, row)) for row in self.v))}&wrt=b"

    def edit(self) -> Check:
        if self.rng.random() < 0.5:
            self.a[self.rng.randrange(2)][self.rng.randrange(2)] = self.rng.randrange(1, 99)
        self.v[0][0] = next(_own)
        self.again()
        return self._seen

    def again(self) -> None:
        self.serial += 1
        matrices = {"a": self.a, "b": self.b, "v": self.v}
        sent = {name: [[str(n) for n in row] for row in rows] for name, rows in matrices.items()}
        self.visitor.set(
            "product.en", "json_value", json.dumps({"edit": {**sent, "wrt": "b", "serial": self.serial}, "alive": True})
        )

    def _seen(self, screen: Screen) -> str:
        right = [[sum(self.a[i][p] * self.v[i][q] for i in range(2)) for q in range(3)] for p in range(2)]
        data = payload(screen, "product")
        if data["grad"] != right:
            return f"another number: {data['grad']} instead of {right}"
        if any(not close(row, wanted) for row, wanted in zip(data["torch"]["grad"], right, strict=True)):
            return f"torch says {data['torch']['grad']} instead of {right}"
        return "" if any("import sympy" in code for code in screen.code) else "no derivation"


def payload(screen: Screen, component: str) -> Json:
    """The data that a component has been sent."""
    found = next(text for name, text in screen.components.items() if name.endswith(component))
    return json.loads(json.loads(found)["json"])


def answered(listing: str, call: str) -> list[float]:
    """The numbers that the first such print of a listing has answered."""
    after = listing.partition(call)[2]
    shown = re.search(r"tensor\(\[(.*?)\]", after, re.DOTALL)
    return [float(text) for text in shown[1].split(",")] if shown else []


def close(shown: list[float], right: list[float]) -> bool:
    """Whether numbers are the same but for the digits that torch does not print."""
    return len(shown) == len(right) and all(
        abs(a - b) <= 1e-3 * max(1.0, abs(b)) for a, b in zip(shown, right, strict=True)
    )


PEOPLE: tuple[type[Person], ...] = (OfVectors, OfChains, OfMatrices, OfVectors, OfChains, OfMatrices, AtHome)

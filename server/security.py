"""Headers that every response carries, and what a page may load."""

from __future__ import annotations

import re
from base64 import b64encode
from functools import cache
from hashlib import sha256

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from server import logs
from server.shell import page


def content_policy() -> str:
    """What a page may load: only from here, and no script but Streamlit's own, ours and the components' blobs."""
    inline = re.findall(r"<script>(.*?)</script>", page(""), re.DOTALL)
    hashes = " ".join(f"'sha256-{b64encode(sha256(script.encode()).digest()).decode()}'" for script in inline)
    return "; ".join(
        (
            "default-src 'self'",
            f"script-src 'self' blob: {hashes}",  # blob: is how Streamlit imports a component's script
            "style-src 'self' 'unsafe-inline'",
            "img-src 'self' data: blob:",
            "font-src 'self' data:",
            "connect-src 'self'",
            "worker-src 'self' blob:",
            "frame-src 'none'",
            "object-src 'none'",
            "base-uri 'self'",
            "form-action 'self'",
            "frame-ancestors 'self'",
        )
    )


UNUSED = (
    "accelerometer autoplay camera display-capture geolocation gyroscope hid magnetometer microphone midi "
    "payment publickey-credentials-get screen-wake-lock serial usb xr-spatial-tracking"
).split()


@cache
def headers() -> dict[str, str]:
    """What every response carries."""
    return {
        "content-security-policy": content_policy(),
        "x-content-type-options": "nosniff",
        "x-frame-options": "SAMEORIGIN",
        "referrer-policy": "no-referrer",  # an address holds what its reader typed
        "permissions-policy": ", ".join(f"{feature}=()" for feature in UNUSED),
        "cross-origin-opener-policy": "same-origin",
    }


def broken(_request: Request, error: Exception) -> Response:
    """The answer where something went wrong: it is made outside of all middleware, and so brings the headers itself."""
    body = f"Internal Server Error ({logs.failed(error)})"
    return PlainTextResponse(body, status_code=500, headers=headers())


class SecurityHeaders:
    """Adds the headers to every HTTP response; other traffic passes untouched."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self.headers = [(name.encode(), value.encode()) for name, value in headers().items()]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                message = {**message, "headers": [*message["headers"], *self.headers]}
            await send(message)

        await self.app(scope, receive, with_headers if scope["type"] == "http" else send)

"""What a reader may choose about an export."""

from __future__ import annotations

import os
from dataclasses import dataclass
from urllib.parse import quote

URL_VARIABLE = "JACOBIAN_LENS_URL"


@dataclass(frozen=True)
class Size:
    """``width`` × ``height`` of a slide in points, and the pixels of a picture of it."""

    width: int
    height: int
    pixels: tuple[int, int]

    @property
    def ppi(self) -> float:
        """Pixels per inch of 72 points."""
        return 72 * self.pixels[1] / self.height


SIZES = {
    "1080": Size(960, 540, (1920, 1080)),
    "2160": Size(960, 540, (3840, 2160)),
    "4:3": Size(720, 540, (1440, 1080)),
    "4:3-2160": Size(720, 540, (2880, 2160)),
}


@dataclass(frozen=True)
class Options:
    """``theme`` is "light" or "dark", ``size`` a key of SIZES, ``steps`` asks for the way to the state as well.

    ``transparent`` leaves the ground of a picture out. ``base`` is where the app stands ("https://lens.example.edu"),
    so that links can be followed; without it a link is the address alone.
    """

    theme: str = "light"
    size: str = "1080"
    lang: str = "en"
    steps: bool = False
    transparent: bool = False
    base: str = ""

    def link(self, address: str) -> str:
        """The whole link of an address; characters that no URL has, and that mean something to TeX or HTML, escaped."""
        return quote(self.base.rstrip("/"), safe=":/[]%._~-") + address


def base_url() -> str:
    """The host's own setting of ``base``, with its path if it has one."""
    return os.environ.get(URL_VARIABLE, "").rstrip("/")

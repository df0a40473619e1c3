"""One colour per row: Okabe–Ito hues, darkened or lightened to 4.5:1 against the page and its cards."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Palette:
    """Colours of one theme as #rrggbb; ``rows[i % 8]`` is output i's hue in every view."""

    rows: tuple[str, ...]
    ink: str
    faint: str

    def hue(self, i: int) -> str:
        """The colour of output i (from 0)."""
        return self.rows[i % len(self.rows)]


#          blue       vermillion green      purple     gold       cyan       olive      slate
LIGHT = ("#0072B2", "#C04E00", "#007A5A", "#A8437C", "#8A6100", "#1B7A9E", "#6B6B00", "#5B5F97")
DARK = ("#5AB4F0", "#FF8A4C", "#3CC9A0", "#E89AC4", "#F0B429", "#7FD6E8", "#D6D04A", "#A9A9E0")

PALETTES = {
    "light": Palette(LIGHT, "#1C2333", "#8A8F9C"),
    "dark": Palette(DARK, "#E8EAF0", "#7C8292"),
}

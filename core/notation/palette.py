"""One colour per row: Okabe–Ito hues, darkened or lightened to 4.5:1 against the page and its cards.

Rows 5 to 8 differ from rows 1 to 4 in lightness too, so that no two rows fall together for colour-blind readers.
"""

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


#          blue       vermillion green      purple     umber      navy       moss       indigo
LIGHT = ("#0072B2", "#BB4C00", "#007A5A", "#A8437C", "#382200", "#002A4D", "#424117", "#170080")
#          blue       vermillion green      purple     cream      teal       lime       violet
DARK = ("#5AB4F0", "#FF8A4C", "#3CC9A0", "#E89AC4", "#FFFBA6", "#4D9994", "#F7FF00", "#8080FF")

PALETTES = {
    "light": Palette(LIGHT, "#1C2333", "#8A8F9C"),
    "dark": Palette(DARK, "#E8EAF0", "#7C8292"),
}

"""The hues of the rows: read on their ground, and told apart by everybody."""

from itertools import combinations

import numpy as np
import pytest
from numpy.typing import NDArray

from core.notation.palette import PALETTES

GROUNDS = {"light": ("#ffffff", "#f5f6fa"), "dark": ("#14171f", "#1c2333")}  # the page and its cards
# What colour-blind readers see of linear sRGB: Machado, Oliveira and Fernandes 2009, severity 1.
SIGHT = {
    "normal": np.eye(3),
    "protan": np.array(
        [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.052]]
    ),
    "deutan": np.array(
        [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.01182, 0.04294, 0.968881]]
    ),
}
XYZ = np.array([[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.072175], [0.0193339, 0.119192, 0.9503041]])
WHITE = np.array([0.95047, 1.0, 1.08883])
APART = 10  # ΔE*ab (CIE 1976) from which two hues are told apart; the palette before had 1

Array = NDArray[np.float64]


def linear(colour: str) -> Array:
    channels = np.frombuffer(bytes.fromhex(colour[1:]), np.uint8) / 255
    return np.where(channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)


def lab(rgb: Array) -> Array:
    """CIELAB of linear sRGB."""
    f = np.cbrt(XYZ @ np.clip(rgb, 1e-4, 1) / WHITE)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


@pytest.mark.parametrize("theme", PALETTES)
@pytest.mark.parametrize("sight", SIGHT)
def test_no_two_rows_look_alike(theme: str, sight: str) -> None:
    seen = [lab(SIGHT[sight] @ linear(hue)) for hue in PALETTES[theme].rows]
    assert min(np.linalg.norm(one - other) for one, other in combinations(seen, 2)) >= APART


@pytest.mark.parametrize("theme", PALETTES)
def test_a_number_in_the_hue_of_its_row_can_be_read(theme: str) -> None:
    for hue in PALETTES[theme].rows:
        for ground in GROUNDS[theme]:
            dark, light = sorted(float(XYZ[1] @ linear(colour)) for colour in (hue, ground))
            assert (light + 0.05) / (dark + 0.05) >= 4.5, (hue, ground)

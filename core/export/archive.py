"""Several slides as one download."""

from __future__ import annotations

from collections.abc import Sequence
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZipFile


def archive(name: str, suffix: str, files: Sequence[bytes]) -> bytes:
    """A ZIP of ``name-01.png``, ``name-02.png``, …, with the zeros that sort them."""
    digits = len(str(len(files)))
    packed = BytesIO()
    with ZipFile(packed, "w", ZIP_DEFLATED) as folder:
        for number, file in enumerate(files, 1):
            folder.writestr(f"{name}-{number:0{digits}}{suffix}", file)
    return packed.getvalue()

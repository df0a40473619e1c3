"""What a text could mean as well: said under its field, one click away."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Choice:
    """``text`` was read as ``taken``; it could be ``other``, which the whole text ``instead`` says.

    ``code`` names the message ``choices.<code>`` in core/wording/content/*/choices.toml. ``name`` is a variable that
    must be declared for ``instead`` to mean that; ``instead`` is empty where there is only something to know.
    """

    code: str
    text: str
    taken: str
    other: str = ""
    instead: str = ""
    name: str = ""

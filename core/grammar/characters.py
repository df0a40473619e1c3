"""Characters that mean the same as an ASCII one. One for one, so positions in the text never shift."""

from __future__ import annotations

import unicodedata

from core.grammar.refusal import Refusal, clip


def _compatible(*codes: int) -> dict[int, str]:
    folded = {code: unicodedata.normalize("NFKC", chr(code)) for code in codes}
    return {code: char for code, char in folded.items() if len(char) == 1}


def _all(characters: str, meaning: str) -> dict[int, str]:
    return dict.fromkeys(map(ord, characters), meaning)


FOLDED: dict[int, str] = {
    **_compatible(*range(0x1D400, 0x1D800)),  # mathematical letters and digits: 𝑥 𝟐
    **_compatible(*range(0xFE50, 0xFE6C), *range(0xFF01, 0xFF5F)),  # small and full-width forms: ﹢ （ ２ ｘ
    **dict.fromkeys((0xA0, *range(0x2000, 0x200B), 0x202F, 0x205F, 0x3000), " "),
    **_all("·⋅∙•・×∗⁎", "*"),
    **_all("÷∕⁄", "/"),
    **_all("−–—‒‐‑", "-"),
    **_all("、", ","),
    **_all("。", "."),
    **_all("∣", "|"),
    **_all("ℯⅇ", "e"),
}
# Letters and signs that only look like another one: never read, but named, and offered as a suggestion.
LOOKALIKES = str.maketrans(
    "аеорсухіАВЕКМНОРСТХΑΒΕΖΗΙΚΜΝΟΡΤΥΧο《》∧ˆ\N{KELVIN SIGN}",
    "aeopcyxiABEKMHOPCTXABEZHIKMNOPTYXo<>^^K",
)


def fold(text: str) -> str:
    """``text`` with full-width forms, typographic operators and the like as ASCII; same length."""
    return text.translate(FOLDED)


def bad_character(text: str, at: int) -> Refusal:
    """The refusal of ``text[at]``, told by its code and Unicode name since it may be invisible or a look-alike."""
    char = text[at]
    visible = char.isprintable() and not char.isspace() and not unicodedata.category(char).startswith("M")
    return Refusal(
        "bad_character",
        (at, at + 1),
        (text.translate(LOOKALIKES).replace("……", "^"),),  # …… is what a Chinese keyboard gives for ^
        character=char if visible else "�",
        code_point=f"U+{ord(char):04X}",
        unicode_name=clip(unicodedata.name(char, "unnamed"), 48),
    )

"""Beamer source, from the same trees. English compiles with every engine, Chinese with XeLaTeX.

Only packages that come with Beamer in any distribution; ``qrcode`` is used where it is installed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from core.export.deck import Exported, Page, deck
from core.export.drawing import shortened
from core.export.options import Options
from core.export.qr import made
from core.notation.latex import Latex
from core.notation.tree import Band, Hued, Matrix, Piece
from core.notation.typst import THEMES, Theme
from core.parameters import MAX_ADDRESS
from core.slides.blocks import (
    Above,
    Arrows,
    Beside,
    Block,
    Choice,
    Formula,
    Grid,
    Mosaic,
    Picture,
    Tinted,
    Upon,
    Words,
)
from core.wording import say

PREAMBLE = Path(__file__).with_name("preamble.tex")


def tex(exported: Sequence[Exported]) -> list[bytes]:
    """A complete document with a frame for each slide."""
    pages, options = deck(exported), exported[0][1]
    theme = THEMES[options.theme]
    lang = "zh" if any(page.lang == "zh" for page in pages) else "en"  # hanzi need another class and engine
    frames = "\n".join(_frame(page, theme) for page in pages)
    return [f"{_preamble(theme, options, lang)}\n\\begin{{document}}\n{frames}\n\\end{{document}}\n".encode()]


# ── Mathematics ──────────────────────────────────────────────────────────────────────────────────────────


def piece_tex(piece: Piece, theme: Theme | None) -> str:
    """A piece as LaTeX; without a theme in one colour and without bands, for notebooks and papers."""
    return Tex(theme=theme)(piece)


@dataclass(frozen=True)
class Tex(Latex):
    """Prints LaTeX for TeX itself, with the colours by the names that the preamble gives them."""

    theme: Theme | None = None

    def hued(self, piece: Hued) -> str:
        text = self(piece.piece)
        return f"{{\\color{{{_hue(piece.row)}}}{text}}}" if self.theme else text

    def matrix(self, piece: Matrix) -> str:
        bands = piece.bands or (None,) * len(piece.rows)
        # By cells, even where a whole row has one colour: \rowcolor runs on into the rows below when tables are nested.
        return self.tinted(piece, [[band] * len(row) for band, row in zip(bands, piece.rows, strict=True)])

    def tinted(self, matrix: Matrix, tints: Sequence[Sequence[Band | None]]) -> str:
        """A matrix with a tint behind single cells."""
        rows = (
            " & ".join(self._fill(band) + self(cell) for band, cell in zip(line, row, strict=True))
            for line, row in zip(tints, matrix.rows, strict=True)
        )
        columns, body = "c" * len(matrix.rows[0]), r" \\ ".join(rows)
        return rf"\left[\begin{{array}}{{{columns}}}{body}\end{{array}}\right]"

    def _fill(self, band: Band | None) -> str:
        colour = self.theme.tint(band) if self.theme else None
        return rf"\cellcolor[HTML]{{{colour[1:].upper()}}}" if colour else ""


def _hue(row: int | None) -> str:
    return "faint" if row is None else f"row{row % 8 + 1}"


def picture_tex(picture: Picture, theme: Theme) -> str:
    """A picture as LaTeX in display style."""
    match picture:
        case Tinted(matrix, tints):
            return Tex(theme=theme).tinted(matrix, tints)
        case Mosaic():
            return _mosaic(picture, theme)
        case Upon(label, inner):
            return rf"\overset{{{piece_tex(label, theme)}}}{{{picture_tex(inner, theme)}}}"
    return piece_tex(picture, theme)


def _mosaic(mosaic: Mosaic, theme: Theme) -> str:
    """Squares of 1.2 mm; TikZ comes with Beamer."""
    height, width = len(mosaic.spots), len(mosaic.spots[0])
    drawn = [rf"\fill[faint!20!page] (0,0) rectangle ({width},{-height});"]
    for i, row in enumerate(mosaic.spots):
        for j, spot in enumerate(row):
            if spot:
                fill = f"{_hue(spot.band.row)}!{round(100 * spot.band.opacity)}!page"
                drawn.append(rf"\fill[{fill}] ({j},{-i}) rectangle ++(1,-1);")
            if spot and spot.negative:
                drawn.append(rf"\draw ({j}.2,{-i - 0.5:g}) -- ++(0.6,0);")
    return rf"\vcenter{{\hbox{{\begin{{tikzpicture}}[x=1.2mm,y=1.2mm]{''.join(drawn)}\end{{tikzpicture}}}}}}"


# ── Blocks ───────────────────────────────────────────────────────────────────────────────────────────────


def _block(block: Block, theme: Theme) -> str:
    """A block as a box that may stand in a line."""
    match block:
        case Beside(blocks):
            return "\\quad\n".join(_block(inner, theme) for inner in blocks)
        case Above(blocks):
            rows = "\\\\\\noalign{\\vskip1.6ex}\n".join("\\fitted{" + _block(inner, theme) + "}" for inner in blocks)
            return f"\\begin{{tabular}}{{@{{}}c@{{}}}}{rows}\\end{{tabular}}"
        case Choice((*fuller, shortest)):
            drawn = _block(shortest, theme)
            for form in reversed(fuller):
                drawn = f"\\eitherfits{{{_block(form, theme)}}}{{{drawn}}}"
            return drawn
        case Formula(pictures):
            line = " ".join(picture_tex(picture, theme) for picture in pictures)
            return rf"$\displaystyle {line}$"
        case Grid(pictures, columns, align=align):
            cells = [picture_tex(picture, theme) for picture in pictures]
            lines = (" & ".join(cells[k : k + columns]) for k in range(0, len(cells), columns))
            kind, body = ("l" if align == "left" else "c") * columns, r" \\[0.8ex] ".join(lines)
            return rf"$\begin{{array}}{{{kind}}}{body}\end{{array}}$"
        case Words(text):
            return words_tex(text)
        case Arrows():
            return _arrows(block, theme)
    raise TypeError(block)


def _arrows(block: Arrows, theme: Theme) -> str:
    (x, y), scale = block.origin, 0.22
    drawn = [
        rf"\draw[faint] (0,{-y}) -- ({block.width},{-y}) node[below left] {{${piece_tex(block.axes[0], theme)}$}};",
        rf"\draw[faint] ({x},{-block.height}) -- ({x},0) node[below right] {{${piece_tex(block.axes[1], theme)}$}};",
    ]
    for arrow in block.arrows:
        style = "ink,dashed" if arrow.row is None else _hue(arrow.row)
        label = "" if arrow.row is None else rf" node[midway,fill=page,inner sep=1pt,font=\tiny] {{{arrow.row + 1}}}"
        start, end = (f"({px},{-py})" for px, py in (arrow.start, arrow.end))
        drawn.append(rf"\draw[-latex,thick,{style}] {start} --{label} {end};")
    picture = f"\\begin{{tikzpicture}}[x={scale}cm,y={scale}cm]{''.join(drawn)}\\end{{tikzpicture}}"
    return f"$\\vcenter{{\\hbox{{{picture}}}}}$"


# ── The document ─────────────────────────────────────────────────────────────────────────────────────────

SPECIAL = {
    **{character: rf"\{character}" for character in "#$%&_{}"},
    "\\": r"\textbackslash{}",
    "^": r"\textasciicircum{}",
    "~": r"\textasciitilde{}",
    "<": r"\ensuremath{<}",
    ">": r"\ensuremath{>}",
    **{
        character: rf"\ensuremath{{{command}}}"
        for character, command in {
            "∂": r"\partial ",
            "∇": r"\nabla ",
            "×": r"\times ",
            "·": r"\cdot ",
            "→": r"\to ",
            "≈": r"\approx ",
            "≠": r"\ne ",
            "≤": r"\le ",
            "≥": r"\ge ",
            "−": "-",
            "∞": r"\infty ",
            "√": r"\surd ",
            "π": r"\pi ",
            "✓": r"\surd ",
            "ᵢ": "_{i}",
            "ⱼ": "_{j}",
            "ᵀ": r"^{\top}",
            **{lowered: f"_{{{digit}}}" for digit, lowered in enumerate("₀₁₂₃₄₅₆₇₈₉")},
            **{raised: f"^{{{digit}}}" for digit, raised in enumerate("⁰¹²³⁴⁵⁶⁷⁸⁹")},
        }.items()
    },
    "’": "'",
    "…": r"\ldots{}",
    "–": "--",
}


def words_tex(text: str) -> str:
    """Words as LaTeX: every character that means something to TeX is escaped."""
    return "".join(SPECIAL.get(character, character) for character in text)


def _frame(page: Page, theme: Theme) -> str:
    slide, link = page.slide, page.link
    escaped = link.translate({ord(character): rf"\{character}" for character in "#%&^_~$"})  # as qrcode reads it
    target = link.translate({ord(character): rf"\{character}" for character in "#%"})
    shown = rf"{{\color{{muted}}{words_tex(shortened(link))}}}"
    shown = rf"\href{{{target}}}{shown}" if page.leads_somewhere else shown
    scanned = page.leads_somewhere and len(link) <= MAX_ADDRESS and made(link)
    qr = rf"\hfil\lensqr{{{escaped}}}" if scanned else ""
    notes = words_tex(slide.notes).replace("\n\n", "\\par ").replace("\n", " ")
    code = "\\\\".join(words_tex(line).replace(" ", "~") for line in slide.frame.code)
    tone = "agrees" if slide.frame.agrees else "explained"
    foot = [
        f"{{\\ttfamily\\scriptsize {code}}}" if code else "",
        f"{{\\color{{{tone}}}\\scriptsize {words_tex(slide.frame.remark)}}}" if slide.frame.remark else "",
        f"{{\\tiny {shown}}}",
    ]
    lines = "\\\\[0.5ex]\n".join(filter(None, foot))
    return f"""
\\begin{{frame}}
\\frametitle{{{words_tex(slide.title)}}}
\\framesubtitle{{{words_tex(slide.subtitle)}}}
\\lensslide{{{_block(slide.body, theme)}}}{{\\begin{{minipage}}[b]{{0.8\\textwidth}}\\raggedright
{lines}
\\end{{minipage}}{qr}}}
\\note{{{notes}}}
\\end{{frame}}"""


def _preamble(theme: Theme, options: Options, lang: str) -> str:
    """preamble.tex with what differs from deck to deck."""
    colours = {
        "ink": theme.palette.ink,
        "faint": theme.palette.faint,
        "muted": theme.muted,
        "page": theme.page,
        "agrees": theme.agrees,
        "explained": theme.explained,
        **{f"row{i}": colour for i, colour in enumerate(theme.palette.rows, 1)},
    }
    filled = {
        "engine": say(lang, "export.tex.engine"),
        "ratio": "43" if options.size.startswith("4:3") else "169",
        "kind": "ctexbeamer" if lang == "zh" else "beamer",
        "colours": "\n".join(
            rf"\definecolor{{{name}}}{{HTML}}{{{hex_[1:].upper()}}}" for name, hex_ in colours.items()
        ),
    }
    text = PREAMBLE.read_text(encoding="utf-8")
    for gap, words in filled.items():
        text = text.replace(f"<{gap}>", words)
    return text

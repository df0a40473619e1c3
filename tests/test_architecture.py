"""Who may import whom, and who may touch what: read the tables, the code below only enforces them."""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent

# Inside core a module imports from its own row and the rows above it, never from a row below.
LAYERS = (
    ("problem", "allowance"),
    ("turns", "parameters"),
    ("expression", "memory"),
    ("numbers",),
    ("maps",),
    ("slips",),
    ("tensors", "grammar", "code"),
    ("calculus", "engines"),
    ("notation", "wording"),
    ("slides",),
    ("figures", "export"),
    ("kinds",),
    ("address",),
    ("embedded", "brought"),
    ("__main__",),
)
ALONE = {"wording": ("problem",)}  # all that this module may import of core

# A library, and the only places that import it. A place that ends in / is a folder.
ONLY_IN = {
    "streamlit": ("app.py", "pages/", "server/"),
    "torch": ("core/engines/",),
    "sympy": ("core/calculus/",),
    "mpmath": ("core/numbers/precise.py", "core/engines/referee.py"),
    "plotly": ("core/figures.py",),
}

# What the project's own modules may be asked for from these places.
OWN_IMPORTS = {
    "core/": ("core",),
    "pages/": ("core", "pages.shared", "pages.components"),
    "server/": ("core", "server"),
    "app.py": ("core", "server", "pages"),
}

# A name, and the only places where code may use it.
USED_ONLY_IN = {
    "session_state": ("pages/shared/session.py",),
    "query_params": ("pages/shared/session.py",),
    "eval": (),
    "exec": ("core/code/transcript.py",),  # run generated source, never what somebody typed
    "sympify": (),
    "parse_expr": (),
}

# Places that may hand raw HTML or scripts to Streamlit (unsafe_allow_html, unsafe_allow_javascript).
UNSAFE_MARKUP: tuple[str, ...] = ()


def test_no_module_breaks_a_rule() -> None:
    complaints = [
        complaint
        for path in _sources()
        for complaint in complaints_about(path, (ROOT / path).read_text(encoding="utf-8"))
    ]
    assert not complaints, "\n" + "\n".join(complaints)


def test_every_module_of_core_has_a_place_in_the_layers() -> None:
    homeless = [path for path in _sources() if path.startswith("core/") and _layer(_module(path)) is None]
    assert not homeless, f"add these to LAYERS: {homeless}"


@pytest.mark.parametrize(
    ("path", "source"),
    [
        ("core/address.py", "import streamlit as st"),
        ("core/kinds/derived.py", "def f():\n    import torch"),
        ("core/kinds/derived.py", "from torch import tensor"),
        ("pages/vjp.py", "import torch.func"),
        ("core/notation/latex.py", "from sympy import latex"),
        ("pages/shared/views.py", "from plotly import graph_objects"),
        ("core/grammar/scan.py", "from core.kinds.vector.explanation import explain"),
        ("core/grammar/scan.py", "from core.kinds import explain"),
        ("core/engines/verdict.py", "from core.notation import latex"),
        ("core/engines/verdict.py", "from core import wording"),
        ("core/engines/verdict.py", "from ..notation import latex"),
        ("core/wording/__init__.py", "from core.address import encode"),
        ("core/expression/text.py", "from core.notation import latex"),
        ("core/figures.py", "from pages.shared import views"),
        ("core/slides/parts.py", "from core.kinds.vector import equations"),
        ("core/export/deck.py", "from core.kinds import KINDS"),
        ("core/export/tex.py", "from core import address"),
        ("pages/vjp.py", "from pages import chain"),
        ("pages/vjp.py", "import pages.chain"),
        ("pages/vjp.py", "import pandas"),
        ("pages/vjp.py", "import streamlit as st\nst.session_state.x = 1"),
        ("pages/vjp.py", "from streamlit import query_params"),
        ("core/grammar/scan.py", "eval(text)"),
        ("core/grammar/scan.py", "import builtins\nbuiltins.exec(text)"),
        ("core/calculus/derivatives.py", "import sympy as sp\nsp.sympify(text)"),
        ("core/calculus/derivatives.py", "from sympy.parsing.sympy_parser import parse_expr"),
        ("pages/vjp.py", "st.markdown(text, unsafe_allow_html=True)"),
    ],
)
def test_a_breach_is_noticed(path: str, source: str) -> None:
    assert complaints_about(path, source)


@pytest.mark.parametrize(
    ("path", "source"),
    [
        ("core/kinds/derived.py", "from core.expression.text import to_text\nfrom core.engines import autograd"),
        ("core/code/transcript.py", "exec(code)"),
        ("core/calculus/derivatives.py", "class Inert:\n    def eval(cls, x): ..."),
        (
            "pages/vjp.py",
            "import streamlit\nfrom pages.shared import views\nfrom core.kinds import explain",
        ),
        ("pages/shared/session.py", "import streamlit as st\nst.session_state.x = st.query_params"),
    ],
)
def test_what_is_allowed_passes(path: str, source: str) -> None:
    assert not complaints_about(path, source)


def complaints_about(path: str, source: str) -> list[str]:
    """Every rule that this source text, standing at this path, breaks, in words."""
    tree = ast.parse(source, path)
    return [
        *(f"{path}:{line}: {breach}" for line, name in _imports(path, tree) if (breach := _import_breach(path, name))),
        *(
            f"{path}:{line}: {name} belongs in {' or '.join(USED_ONLY_IN[name]) or 'no file at all'}"
            for line, name in _uses(tree)
            if name in USED_ONLY_IN and path not in USED_ONLY_IN[name]
        ),
        *(
            f"{path}: {flag} needs an entry in UNSAFE_MARKUP, with a reason"
            for flag in ("unsafe_allow_html", "unsafe_allow_javascript")
            if flag in source and path not in UNSAFE_MARKUP
        ),
    ]


def _import_breach(path: str, name: str) -> str | None:
    library = name.partition(".")[0]
    if library in ONLY_IN and not path.startswith(ONLY_IN[library]):
        return f"{library} is imported only in {' and '.join(ONLY_IN[library])}"
    if library in ("core", "pages", "server", "app"):
        allowed = next(names for place, names in OWN_IMPORTS.items() if path.startswith(place))
        if not any(f"{name}.".startswith(f"{start}.") for start in allowed):
            return f"{name} may not be imported here, only {', '.join(allowed)}"
        return _layer_breach(_module(path), name) if path.startswith("core/") else None
    if path.startswith("pages/") and library not in (*ONLY_IN, *sys.stdlib_module_names):
        return f"{library}: a page shows what core computes and needs no library but streamlit"
    return None


def _layer_breach(importer: str, imported: str) -> str | None:
    here, there = _layer(importer), _layer(imported)
    if here is None or there is None:
        return None  # test_every_module_of_core_has_a_place_in_the_layers tells of it
    if there > here:
        return f"{imported} stands in a later layer ({', '.join(LAYERS[there])}) than {importer}"
    kin = ALONE.get(importer.removeprefix("core."))
    if kin is not None and imported.removeprefix("core.") not in kin:
        return f"{importer} imports nothing of core but {', '.join(kin)}"
    return None


def _layer(module: str) -> int | None:
    """The row of LAYERS that names this module or, failing that, the package it lies in."""
    parts = module.removeprefix("core").lstrip(".").split(".")
    if parts == [""]:
        return 0  # the empty core/__init__.py
    for length in range(len(parts), 0, -1):
        name = ".".join(parts[:length])
        for row, names in enumerate(LAYERS):
            if name in names:
                return row
    return None


def _imports(path: str, tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Line and absolute dotted name of everything imported, also inside functions."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            package = Path(path).parts[: -node.level] if node.level else ()
            start = ".".join((*package, *([node.module] if node.module else [])))
            if start.partition(".")[0] in ("core", "pages", "server"):
                yield from ((node.lineno, _submodule(start, alias.name)) for alias in node.names)
            else:
                yield node.lineno, start


def _submodule(package: str, name: str) -> str:
    """``package.name`` if that is a module of ours, else ``package``, which defines the name."""
    folder = ROOT.joinpath(*package.split("."))
    is_module = (folder / f"{name}.py").exists() or (folder / name).is_dir()
    return f"{package}.{name}" if is_module or package in ("core", "pages", "server") else package


def _uses(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Line and name of every name and attribute that code reads, calls or imports."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Name):
            yield node.lineno, node.id
        elif isinstance(node, ast.Attribute):
            yield node.lineno, node.attr
        elif isinstance(node, ast.ImportFrom):
            yield from ((node.lineno, alias.name) for alias in node.names)


def _module(path: str) -> str:
    return path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")


def _sources() -> list[str]:
    files = [
        *ROOT.glob("*.py"),
        *(file for folder in ("core", "pages", "server") for file in (ROOT / folder).rglob("*.py")),
    ]
    return sorted(file.relative_to(ROOT).as_posix() for file in files)

"""The command line: ``python -m core explain ADDRESS --json``, ``read FILE`` and ``export ADDRESS -o FILE``."""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from core import address as share
from core import wording as words
from core.brought import Choice, Line, bring
from core.grammar import Choice as Reading
from core.grammar import matrices
from core.kinds import complete, explain, kind_of, read, subject
from core.kinds.kind import Problem
from core.parameters import LANGUAGES
from core.problem import ProblemError

Json = Any


def answer(address: str) -> tuple[Json, int]:
    """The JSON object of one address, and the exit code: 0, or 2 for a bad problem."""
    lang = "en"
    try:
        decoded = share.decode(address)
        lang = decoded.lang or lang
        if decoded.errors:
            raise decoded.errors[0]
        explanation = explain(decoded.problem)
    except ProblemError as error:
        return {"error": describe_error(error, lang)}, 2
    kind = kind_of(decoded.problem)
    found = kind.choices(decoded.problem, read(decoded.problem))
    return kind.record(explanation, lang) | {"choices": [told for one in found for told in describe_other(*one)]}, 0


def describe_other(choice: Reading, problem: Problem) -> list[Json]:
    """Another reading of a text of the address, as the address of it; nothing where that would be refused."""
    try:
        address = share.encode(complete(problem))
    except ProblemError:
        return []
    return [{"text": choice.text, "taken": choice.taken, "other": choice.other, "address": address}]


def describe_error(error: ProblemError, lang: str) -> Json:
    """code, message, field, index, span: what is wrong, where, what to do."""
    return {
        "code": error.code,
        "message": words.explain_error(lang, error),
        "field": error.field,
        "index": error.index,
        "span": list(error.span) if error.span else None,
    }


# ── Explanation → a few lines for people ─────────────────────────────────────────────────────────────────


def summary(described: Json) -> str:
    """The same object, one ``name: value`` a line."""
    return "\n".join(f"{name}: {json.dumps(value, ensure_ascii=False)}" for name, value in described.items())


# ── The commands ─────────────────────────────────────────────────────────────────────────────────────────


def run_explain(options: argparse.Namespace) -> int:
    """One address, or with ``-`` one a line, answered one JSON object a line in the same order."""
    if options.address != "-":
        described, code = answer(options.address)
        print(json.dumps(described, ensure_ascii=False) if options.json else summary(described))
        return code
    for line in sys.stdin:
        print(json.dumps(answer(line.strip())[0], ensure_ascii=False), flush=True)
    return 0


def run_read(options: argparse.Namespace) -> int:
    """What somebody pasted, as an address; with ``--lines`` one JSON string a line, one object a line."""
    tell = read_matrix if options.matrix else read_text
    if options.lines:
        for line in sys.stdin:
            print(json.dumps(tell(json_text(line), options.lang)[0], ensure_ascii=False), flush=True)
        return 0
    try:
        text = sys.stdin.read() if options.file == "-" else Path(options.file).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        return complain(f"{options.file}: {getattr(error, 'strerror', None) or 'this is no text'}")
    described, code = tell(text, options.lang)
    print(json.dumps(described, ensure_ascii=False))
    return code


def json_text(line: str) -> str:
    """The text that a line of JSON is; a line that is none stands for itself."""
    try:
        text = json.loads(line)
    except (ValueError, RecursionError):
        return line.rstrip("\n")
    return text if isinstance(text, str) else line.rstrip("\n")


def read_text(text: str, lang: str) -> tuple[Json, int]:
    """The address of a pasted text, what was read of each line, and what else it could be."""
    try:
        brought = bring(text)
    except ProblemError as error:
        return {"error": describe_error(error, lang)}, 2
    lines = [describe_line(line, lang) for line in brought.lines]
    if brought.problem is None:
        assert brought.refusal
        return {"error": describe_error(brought.refusal, lang), "lines": lines}, 2
    return {
        "address": share.encode(brought.problem),
        "lines": lines,
        "choices": [describe_choice(choice, lang) for choice in brought.choices],
        "notes": [words.say(lang, f"pasted_note.{note}") for note in brought.notes],
    }, 0


def describe_line(line: Line, lang: str) -> Json:
    message = words.explain_line(lang, line.code, line.facts or {}) if line.code else None
    return {
        "line": line.number,
        "text": line.text,
        "read": line.read or None,
        "code": line.code or None,
        "message": message,
    }


def describe_choice(choice: Choice, lang: str) -> Json:
    if choice.kind == "instead":
        taken, other = choice.taken, choice.other
        return {"text": choice.text, "taken": taken, "other": other, "address": share.encode(choice.problem)}
    other = words.say(lang, f"pasted_as.{choice.kind}")
    if choice.line:
        other = words.say(lang, "pasted_as.line", line=choice.line, text=other)
    return {
        "text": choice.text,
        "taken": words.say(lang, f"pasted_as.{choice.taken}"),
        "other": other,
        "address": share.encode(choice.problem),
    }


def read_matrix(text: str, lang: str) -> tuple[Json, int]:
    """A pasted matrix, each entry as it could be typed."""
    try:
        return {"matrix": matrices.read(text)}, 0
    except ProblemError as error:
        return {"error": describe_error(error, lang)}, 2


def run_export(options: argparse.Namespace) -> int:
    """One or more addresses into one file (for pictures: one a slide); ``-`` reads addresses, one a line."""
    from core import export  # only here: it brings Typst and the office formats along

    suffix = options.output.suffix.lower()
    addresses = listed(sys.stdin) if options.address == ["-"] else options.address
    if suffix not in export.FORMATS:
        return complain(f"export writes {', '.join(export.FORMATS)}; -o has {suffix or 'no suffix'}")
    if not addresses:
        return complain("there is no address to export: standard input had none")
    if trouble := unwritable(options.output):
        return complain(trouble)
    subjects, each = [], []
    for address in addresses:
        lang = options.lang
        try:
            decoded = share.decode(address)
            lang = lang or decoded.lang
            if decoded.errors:
                raise decoded.errors[0]
            subjects.append(subject(explain(decoded.problem)))
            base = share.host(address) or export.base_url()
        except ProblemError as error:
            print(
                json.dumps({"error": {"address": address, **describe_error(error, lang or "en")}}, ensure_ascii=False)
            )
            return 2
        each.append(replace(look(options), lang=lang or "en", base=base))
    if not all(chosen.base for chosen in each):
        print(words.say(options.lang or each[0].lang, "export.no_host", variable=export.URL_VARIABLE), file=sys.stderr)
    try:
        write(options.output, export.export(subjects, suffix, each))
    except OSError as error:
        return complain(f"{error.filename}: {error.strerror}")
    except ProblemError as error:
        return complain(words.explain_error(options.lang or "en", error))
    return 0


def listed(lines: Iterable[str]) -> list[str]:
    """The addresses of a list: one a line; empty lines and those that begin with # are for people."""
    return [text for line in lines if (text := line.strip()) and not text.startswith("#")]


def complain(message: str) -> int:
    """What is wrong, in one line on standard error; the exit code for it."""
    print(message, file=sys.stderr)
    return 2


def unwritable(path: Path) -> str:
    """Why no file can be written there, told before anything is drawn; "" if nothing speaks against it."""
    folder = path.parent
    if path.is_dir():
        return f"{path} is a folder"
    if not folder.is_dir():
        return f"there is no folder {folder}"
    writable = os.access(path if path.exists() else folder, os.W_OK)
    return "" if writable else f"{path} cannot be written"


def look(options: argparse.Namespace) -> Any:
    """The options that are the same on every slide."""
    from core.export import Options

    return Options(options.theme, options.size, steps=options.steps, transparent=options.transparent)


def write(path: Path, files: Sequence[bytes]) -> None:
    """One file under its name; several as slide-1.png, slide-2.png, … with the zeros that sort them."""
    digits = len(str(len(files)))
    for number, file in enumerate(files, 1):
        name = path if len(files) == 1 else path.with_stem(f"{path.stem}-{number:0{digits}}")
        name.write_bytes(file)
        print(name)


def parser() -> argparse.ArgumentParser:
    """The options of ``python -m core``."""
    root = argparse.ArgumentParser(prog="python -m core", description="Jacobian Lens on the command line.")
    commands = root.add_subparsers(required=True)
    told = commands.add_parser("explain", help="the Jacobian, the weighted rows and the checks of a link")
    told.add_argument("address", help='such as "/vjp?f=x1^2;x1*x2&at=x1:1,x2:2&v=2,1"; - reads one a line')
    told.add_argument("--json", action="store_true", help="one JSON object (always so with -)")
    told.set_defaults(run=run_explain)
    brought = commands.add_parser("read", help="what somebody pasted: code, formulas, LaTeX, or a matrix")
    brought.add_argument("file", nargs="?", default="-", help="a file; - is standard input")
    brought.add_argument("--matrix", action="store_true", help="it is a matrix")
    brought.add_argument("--lines", action="store_true", help="standard input holds one JSON string a line")
    brought.add_argument("--lang", choices=LANGUAGES, default="en", help="of the messages")
    brought.set_defaults(run=run_read)
    made = commands.add_parser("export", help="a slide, a deck, a notebook or a script of one or more links")
    made.add_argument("address", nargs="+", help="as for explain; - reads one a line")
    made.add_argument(
        "-o", "--output", type=Path, required=True, help="the suffix says what: .png .svg .pdf .pptx .tex .ipynb .py"
    )
    made.add_argument("--steps", action="store_true", help="a slide for each step, the state last")
    made.add_argument("--theme", choices=("light", "dark"), default="light")
    made.add_argument("--size", choices=("1080", "2160", "4:3", "4:3-2160"), default="1080", help="of a slide")
    made.add_argument("--lang", choices=LANGUAGES, help="else the link's language, else English")
    made.add_argument("--transparent", action="store_true", help="no ground behind the slide")
    made.set_defaults(run=run_export)
    return root


if __name__ == "__main__":
    chosen = parser().parse_args()
    sys.exit(chosen.run(chosen))

"""The two languages say the same things, and everything that can be said has words."""

import ast
import importlib
import re
import tomllib
from collections.abc import Iterable, Iterator
from itertools import chain
from pathlib import Path
from string import Formatter

import pytest

ROOT = Path(__file__).parent.parent
CONTENT = ROOT / "core" / "wording" / "content"
LANGUAGES = ("en", "zh")

# Keys whose words are the same in both languages: names, symbols and code.
SAME = {
    "nav.vjp",
    "product.one_hot",
    "matrices.one_hot",
}

# Codes that a module announces, with the facts that come along, and the table that words them.
CODES = (
    ("core.grammar", "errors"),
    ("core.grammar.tensors", "errors"),
    ("core.grammar.tensors.remarks", "remarks"),
    ("core.engines.verdict", "notes"),
)


def test_both_languages_have_the_same_keys() -> None:
    en, zh = _words("en"), _words("zh")
    assert en.keys() - zh.keys() == set(), "missing in zh/*.toml"
    assert zh.keys() - en.keys() == set(), "missing in en/*.toml"


def test_both_languages_fill_in_the_same_facts() -> None:
    en, zh = _words("en"), _words("zh")
    assert {key: _placeholders(text) for key, text in en.items()} == {
        key: _placeholders(text) for key, text in zh.items()
    }


@pytest.mark.parametrize("lang", LANGUAGES)
def test_no_words_are_empty(lang: str) -> None:
    assert not [key for key, text in _words(lang).items() if not text.strip()]


def test_nothing_was_left_untranslated() -> None:
    en, zh = _words("en"), _words("zh")
    assert {key for key in en if en[key] == zh.get(key)} - SAME == set()


TERMS = tomllib.loads((CONTENT / "glossary.toml").read_text(encoding="utf-8"))["term"]


@pytest.mark.parametrize("term", TERMS, ids=lambda term: term["en"])
def test_a_term_of_the_glossary_has_its_word_in_chinese(term: dict[str, str]) -> None:
    en, zh = _said("en"), _said("zh")
    said = re.compile(rf"\b{term['en']}\b", re.IGNORECASE)
    assert not [key for key, text in en.items() if said.search(text) and term["zh"] not in zh[key]]


@pytest.mark.parametrize("term", TERMS, ids=lambda term: term["en"])
def test_a_word_that_the_glossary_rules_out_is_nowhere(term: dict[str, list[str]]) -> None:
    assert not [key for key, text in _said("zh").items() for word in term.get("never", []) if word in text]


HAN = r"\u4e00-\u9fff"
TYPOGRAPHY = {
    "a space before a full-width mark": r" [，。？！：；、]",
    "a half-width mark after Chinese": rf"[{HAN}][,;!?](?! [a-z])",
    "no space between Chinese and a Latin word": rf"[{HAN}][A-Za-z]{{2,}}|[A-Za-z]{{2,}}[{HAN}]",
    "slanted Chinese": rf"(?<!\*)\*[{HAN}]+\*(?!\*)",
}


@pytest.mark.parametrize("rule", TYPOGRAPHY)
def test_chinese_is_set_as_chinese(rule: str) -> None:
    assert not [(key, text) for key, text in _said("zh").items() if re.search(TYPOGRAPHY[rule], text)]


def _said(lang: str) -> dict[str, str]:
    """Labels and prose."""
    return _words(lang) | {file.name: file.read_text(encoding="utf-8") for file in (CONTENT / lang).glob("*.md")}


def test_prose_stands_in_both_languages() -> None:
    en, zh = (sorted(file.name for file in (CONTENT / lang).glob("*.md")) for lang in LANGUAGES)
    assert en
    assert en == zh


@pytest.mark.parametrize(("module", "table"), CODES)
@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_announced_code_has_words_that_use_only_its_facts(module: str, table: str, lang: str) -> None:
    codes = importlib.import_module(module).CODES
    announced = [(module, f"{table}.{code}", set(facts)) for code, facts in codes.items()]
    _assert_sayable(lang, announced)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_raised_code_has_words_that_use_only_the_facts_given(lang: str) -> None:
    raised = ((place, key, facts | {"parameter"}) for place, key, facts in _calls("ProblemError", "errors"))
    _assert_sayable(lang, raised)  # explain_error adds the parameter at fault


@pytest.mark.parametrize("lang", LANGUAGES)
def test_everything_told_of_a_pasted_line_has_words_that_use_only_the_facts_given(lang: str) -> None:
    _assert_sayable(lang, [*_calls("UnreadError", "pasted"), *_calls("tell", "pasted")])


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_label_asked_for_has_words_and_gets_its_facts(lang: str) -> None:
    _assert_sayable(lang, chain(_calls("say"), _calls("sentence")))


def _assert_sayable(lang: str, wanted: Iterable[tuple[str, str, set[str]]]) -> None:
    """Every (place, dotted key, names of the facts at hand) has words, and none stays with a gap."""
    words = _words(lang)
    missing, unfilled = [], []
    for place, key, facts in wanted:
        if key not in words:
            missing.append(f"{place}: {key} is missing")
        elif unknown := _placeholders(words[key]) - facts:
            unfilled.append(f"{place}: {key} wants {sorted(unknown)}, which is not given")
    assert not missing + unfilled, "\n" + "\n".join(missing + unfilled)


def _words(lang: str) -> dict[str, str]:
    """Every text of a language under its dotted key."""
    files = sorted((CONTENT / lang).glob("*.toml"))
    tables = [tomllib.loads(file.read_text(encoding="utf-8")) for file in files]
    assert sum(map(len, tables)) == len({name for table in tables for name in table}), "a table stands in two files"
    return {key: text for table in tables for key, text in _flat(table)}


def _flat(table: dict[str, object], above: str = "") -> Iterator[tuple[str, str]]:
    for key, value in table.items():
        if isinstance(value, dict):
            yield from _flat(value, f"{above}{key}.")
        else:
            assert isinstance(value, str), f"{above}{key} is not a text"
            yield f"{above}{key}", value


def _placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


def _calls(function: str, table: str = "") -> Iterator[tuple[str, str, set[str]]]:
    """Place, dotted key and names of the facts of every call with a literal key.

    Calls that pass facts on with ``**`` are left out: their facts are not written there.
    """
    for file in sorted([*(ROOT / "core").rglob("*.py"), *(ROOT / "pages").rglob("*.py")]):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call) or _called(node) != function:
                continue
            facts = {keyword.arg for keyword in node.keywords}
            keys = [_text(argument) for argument in node.args[:2]]
            for key in [key for key in keys if key and (table or "." in key)]:
                if None not in facts:
                    place = f"{file.relative_to(ROOT)}:{node.lineno}"
                    yield place, f"{table}.{key}" if table else key, {name for name in facts if name}


def _called(node: ast.Call) -> str:
    return getattr(node.func, "id", getattr(node.func, "attr", ""))


def _text(node: ast.AST) -> str | None:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None


def test_every_comment_of_a_listing_is_worded_in_both_languages() -> None:
    source = (ROOT / "core" / "code" / "torch.py").read_text(encoding="utf-8")
    templates = [node.value for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Constant)]
    lines = [line for text in templates if isinstance(text, str) and "print(" in text for line in text.splitlines()]
    comments = {line.partition("# ")[2] for line in lines if "# " in line}
    assert comments
    assert comments <= {text for key, text in _words("en").items() if key.startswith("code.")}

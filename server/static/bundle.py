"""All modules of a folder as one: each becomes a function's scope, imports and exports become its values.

It understands the few forms that our modules use and refuses everything else, so that a bundle never means something
else than its modules: imports of names or of everything, each beginning a line of its own; exports before ``const``,
``function`` and ``class``; no circle.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from graphlib import CycleError, TopologicalSorter
from posixpath import dirname, join, normpath

IMPORT = re.compile(
    r"^import (?:\{\s(?P<names>[^{}]+)\s\}|\* as (?P<all>\w+))"  # the names on one line or on several
    r' from "(?P<module>\.{1,2}/[\w/]+)\.js"$',
    re.M,
)
EXPORT = re.compile(r"^export (?=(?:const|(?:async )?function|class) (?P<name>\w+)\b)", re.M)
# What would mean something else, or nothing, within a function: what the two above have left, and `import()` of ours.
FOREIGN = re.compile(r"^[^\S\n]*+(?:import|export)\b.*|^await\b.*|\bimport\.meta\b|\bimport\(\s*[\"'`].*", re.M)


class ForeignError(ValueError):
    """A module says something that this bundler does not know."""


def bundle(modules: Mapping[str, str], first: str = "") -> str:
    """One module that exports every one of ``modules`` ("folder/name" -> source) as an object of its exports.

    ``first`` is a classic script that is to run before all of them. Raises ForeignError.
    """
    # Sorted throughout: every server gives the same bundle, and therefore the same name to it.
    needs = {name: sorted(imported(name, modules[name])) for name in sorted(modules)}
    if missing := set().union(*needs.values()) - modules.keys():
        raise ForeignError(f"there is no {', '.join(sorted(missing))}")
    try:
        order = list(TopologicalSorter(needs).static_order())
    except CycleError as error:
        raise ForeignError(f"a circle: {' → '.join(error.args[1])}") from None
    exports = ", ".join(f'{_variable(name)} as "{name}"' for name in order)
    return "\n".join((first, *(_scope(name, modules[name]) for name in order), f"export {{ {exports} }}", ""))


def exported(source: str) -> list[str]:
    """The names that a module exports."""
    return [found["name"] for found in EXPORT.finditer(source)]


def imported(name: str, source: str) -> Iterator[str]:
    """The modules that the module ``name`` imports from."""
    return (_resolved(name, found["module"]) for found in IMPORT.finditer(source))


def _resolved(name: str, path: str) -> str:
    """The module at ``path``, as seen from the module ``name``: "../kit/bus" from "vjp/stage" is "kit/bus"."""
    return normpath(join(dirname(name), path))


def _variable(name: str) -> str:
    return "$" + name.replace("/", "$")


def _scope(name: str, source: str) -> str:
    inner = EXPORT.sub("", IMPORT.sub(lambda found: _destructured(name, found), source))
    if strange := FOREIGN.search(inner):
        raise ForeignError(f"{name}.js: {strange[0].strip()}")
    return f"const {_variable(name)} = (() => {{\n{inner}\nreturn {{ {', '.join(exported(source))} }}\n}})()"


def _destructured(name: str, found: re.Match[str]) -> str:
    """``import { a, b as c } from "./d.js"`` as ``const { a, b: c } = $d``."""
    module = _variable(_resolved(name, found["module"]))
    if found["all"]:
        return f"const {found['all']} = {module}"
    return f"const {{ {', '.join(_renamed(found['names']))} }} = {module}"


def _renamed(names: str) -> Iterator[str]:
    for name in re.split(r",\s*", names.strip().removesuffix(",")):
        if not re.fullmatch(r"\w+(?: as \w+)?", name):
            raise ForeignError(f"import {{ {names} }}")
        yield name.replace(" as ", ": ")

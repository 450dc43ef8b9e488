"""API pages: one for each public room, with every public name of it from its docstring."""

from __future__ import annotations

import ast
import importlib
import re
from functools import cache
from pathlib import Path
from typing import NamedTuple

import griffe


class Room(NamedTuple):
    """A package that people import, and what it is called where they have."""

    package: str
    called: str

    @property
    def page(self) -> str:
        """Where in the site its page stands."""
        return f"reference/{self.called.replace('.', '_')}.md"


class Name(NamedTuple):
    """A public name: as people write it, and where it is defined."""

    called: str
    path: str


def rooms() -> list[Room]:
    """Every package whose names are public, those people import first."""
    found = []
    for package, called in (
        ("connectome_analysis", "ca"),
        ("segmentation_core", "sc"),
        ("ingest", "ingest"),
    ):
        found.append(Room(package, called))
        inner = sorted(getattr(importlib.import_module(package), "_ROOMS", ()))
        found += [Room(f"{package}.{room}", f"{called}.{room}") for room in inner]
    return [
        *found,
        Room("neuropil.export", "neuropil.export"),
        Room("neuropil.report", "neuropil.report"),
        Room("neuropil.species_benchmark", "neuropil.species_benchmark"),
    ]


def names(room: Room) -> list[Name]:
    """The public names of a room but for its own rooms; functions, then classes, then constants."""
    module = importlib.import_module(room.package)
    inner = getattr(module, "_ROOMS", ())
    public = [name for name in getattr(module, "__all__", ()) if name not in inner]

    def order(name: str) -> tuple[bool, bool, str]:
        return name.isupper(), name[0].isupper(), name.lower()

    return [
        Name(f"{room.called}.{name}", home_of(room.package, name))
        for name in sorted(public, key=order)
    ]


def home_of(package: str, name: str) -> str:
    """Where a public name of a package is defined.

    It is read from the imports of the package, because a function may be called as its module is.
    """
    module = importlib.import_module(package)
    told = getattr(module, "_NAMES", getattr(module, "_HOMES", {})).get(name)
    if told is not None:
        home, inner = told if isinstance(told, tuple) else (told, name)
    else:
        found = _imports(package).get(name)
        if found is None:
            return f"{package}.{name}"
        home, inner = found
    return home_of(f"{package}.{home}", inner)


@cache
def _imports(package: str) -> dict[str, tuple[str, str]]:
    """From each name that a package imports from below itself to the module and its name there."""
    path = importlib.import_module(package).__file__ or ""
    if not path.endswith("__init__.py"):
        return {}
    tree = ast.parse(Path(path).read_text("utf-8"))
    return {
        alias.asname or alias.name: (node.module, alias.name)
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.level == 1 and node.module
        for alias in node.names
    }


def identifiers() -> dict[str, str]:
    """From each public name as people write it to where it is defined."""
    return {name.called: name.path for room in rooms() for name in names(room)}


def text_of(room: Room) -> str:
    """The page of a room: what it is for, a table of its names, and each name in full."""
    intro = re.sub(
        r"(^>>> .*?)(?=\n\n|\Z)",
        r"```pycon\n\1\n```",
        _docstring(room.package),
        flags=re.MULTILINE | re.DOTALL,
    )
    public = names(room)
    lines = [f"# {room.called}", "", f"`import {room.package}{_alias(room)}`", "", intro, ""]
    if public:
        lines += ["| name | what |", "|---|---|"]
        lines += [
            f"| [`{name.called.rpartition('.')[2]}`][{name.path}] | {first_sentence(name)} |"
            for name in public
        ]
    for name in public:
        lines += [
            "",
            f"::: {name.path}",
            "    options:",
            f"      heading: {name.called}",
            f"      toc_label: {name.called.rpartition('.')[2]}",
        ]
        if name.called.rpartition(".")[2].isupper():
            lines += ["", _docstring(name.path)]
    return "\n".join(lines) + "\n"


def first_sentence(name: Name) -> str:
    """The first sentence of a docstring, on one line and whole in a cell of a table."""
    paragraph = " ".join(_docstring(name.path).partition("\n\n")[0].split())
    found = re.match(r".*?\.(?=\s|$)", paragraph)
    return (found[0] if found else paragraph).rstrip(":").replace("|", "\\|")


def _alias(room: Room) -> str:
    return f" as {room.called}" if room.called in {"ca", "sc"} else ""


_COLLECTION = griffe.ModulesCollection()


def _docstring(path: str) -> str:
    package = path.partition(".")[0]
    if package not in _COLLECTION.members:
        loader = griffe.GriffeLoader(modules_collection=_COLLECTION, allow_inspection=False)
        loader.load(package)
        loader.resolve_aliases(implicit=True, external=False)
    described = _COLLECTION[path]
    if described.docstring:
        return str(described.docstring.value)
    return _comment_above(described) if described.is_attribute else ""


def _comment_above(constant: griffe.Object | griffe.Alias) -> str:
    """What a comment says of the constant that is set below it."""
    lines = Path(str(constant.filepath)).read_text("utf-8").splitlines()
    said: list[str] = []
    for line in reversed(lines[: (constant.lineno or 1) - 1]):
        if not line.startswith("# "):
            break
        said.insert(0, line[2:])
    return "\n".join(said)

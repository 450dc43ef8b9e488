"""One by one: parameters that a docstring describes together are described each, with its own type and default.

griffe gives all names of a line ``n_jobs, client`` the type and the default of the first.
"""

from __future__ import annotations

import re
from typing import Any

import griffe

_SECTION = re.compile(
    r"^(?P<title>[A-Z][\w ]+)\n-+\n(?P<body>.*?)(?=^[A-Z][\w ]+\n-+\n|\Z)", re.MULTILINE | re.DOTALL
)
_TOGETHER = re.compile(
    r"^(?P<names>\*{0,2}\w+(?:, \*{0,2}\w+)+)(?P<type> : [^\n]*)?\n(?P<said>(?:(?:[ ]+[^\n]*)?\n?)*)",
    re.MULTILINE,
)


def apart(docstring: str) -> str:
    """The docstring with each parameter in lines of its own, and types of results without quotes."""

    def each(m: re.Match[str]) -> str:
        said = m["said"].rstrip("\n")
        lines = [f"{name}{m['type'] or ''}\n{said}" for name in m["names"].split(", ")]
        return "\n".join(lines) + "\n" * (len(m["said"]) - len(said) or 1)

    def section(m: re.Match[str]) -> str:
        if m["title"] in {"Parameters", "Attributes", "Other Parameters"}:
            return m[0].replace(m["body"], _TOGETHER.sub(each, m["body"]))
        if m["title"] in {"Returns", "Yields"}:
            body = re.sub(
                r"^\S.*$", lambda line: line[0].replace("`", ""), m["body"], flags=re.MULTILINE
            )
            return m[0].replace(m["body"], body)
        return m[0]

    return _SECTION.sub(section, docstring)


class OneByOne(griffe.Extension):
    """Applies `apart` to every docstring."""

    def on_object(self, *, obj: griffe.Object, **_: Any) -> None:
        """Called by griffe for each thing it has loaded."""
        if obj.docstring is not None:
            obj.docstring.value = apart(obj.docstring.value)

"""Words: a motif's text cut into pieces, each with the line and column it stands at."""

from __future__ import annotations

import re
from typing import Literal, NamedTuple

Kind = Literal["name", "text", "number", "sign", "end of line", "end"]

_SPACE = re.compile(r"[ \t\f\v\u00a0]+|#[^\n]*")
_NAME = re.compile(r"[^\W\d]\w*")
_NUMBER = re.compile(r"[-+]?(\d+(\.\d*)?|\.\d+)([eE][-+]?\d+)?")
_TEXT = re.compile(r'"(?:[^"\\\n]|\\.)*"|' + r"'(?:[^'\\\n]|\\.)*'")
# The longest first. The arrows of the last line are not ours; they are read to be named.
_SIGN = re.compile(
    r"===|!contains\b|!in\b"
    r"|->|!>|~>"
    r"|==|!=|<>|<=|>="
    r"|<->|<-|-->|--|-\||-\+|=>|!-|~-|!\||!\+|~\||~\+|&&|\|\||>>|<<"
    r"|[=<>()\[\]{},.;]"
)


class Word(NamedTuple):
    """One piece of a motif's text.

    Attributes
    ----------
    kind : {"name", "text", "number", "sign", "end of line", "end"}
    text : str
        As it was written.
    line, column : int
        Counted from 1.
    """

    kind: Kind
    text: str
    line: int
    column: int

    def shown(self) -> str:
        """Name the word in an error."""
        ends = {"end": "the end of the motif", "end of line": "the end of the line"}
        return ends.get(self.kind) or repr(self.text)


class Place(NamedTuple):
    """Where in the text something was said, for errors that come later."""

    line: int
    column: int


def mistake(text: str, place: Word | Place, message: str) -> ValueError:
    """Make a ValueError with line, column and the line itself, a mark under the place."""
    lines = text.split("\n")
    written = lines[place.line - 1] if place.line <= len(lines) else ""
    before = re.sub(r"[^\t]", " ", written[: place.column - 1])
    msg = f"line {place.line}, column {place.column}: {message}\n{written}\n{before}^"
    return ValueError(msg)


def words(text: str) -> list[Word]:
    """Cut a text into words; a ValueError names the first character that starts none."""
    found: list[Word] = []
    line, start, at = 1, 0, 0
    while at < len(text):
        column = at - start + 1
        if text[at] == "\n":
            found.append(Word("end of line", "\n", line, column))
            line, at = line + 1, at + 1
            start = at
            continue
        if space := _SPACE.match(text, at):
            at = space.end()
            continue
        word = _word(text, at, line, column)
        found.append(word)
        at += len(word.text)
    found.append(Word("end", "", line, len(text) - start + 1))
    return found


def _word(text: str, at: int, line: int, column: int) -> Word:
    patterns: tuple[tuple[Kind, re.Pattern[str]], ...] = (
        ("name", _NAME),
        ("number", _NUMBER),
        ("text", _TEXT),
        ("sign", _SIGN),
    )
    for kind, pattern in patterns:
        if match := pattern.match(text, at):
            return Word(kind, match[0], line, column)
    place = Place(line, column)
    if text[at] in "\"'":
        raise mistake(
            text, place, f"a text that begins with {text[at]} must end with it on the same line"
        )
    raise mistake(text, place, f"{text[at]!r} means nothing in a motif")

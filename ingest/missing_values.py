"""Missing values: the spellings of "nothing here", each only where it can mean nothing else.

``NA`` in a column of numbers is a gap. ``NA`` in a column of cell types may be a cell type, so in
text only the empty field is a gap, unless the user names further spellings.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

from .workspace import literals

# Met in public releases; compared without regard to case and outer spaces.
SPELLINGS = frozenset(
    {
        "",
        "-",
        "[]",
        "<na>",
        "n/a",
        "na",
        "nan",
        "no pair",
        "none",
        "null",
        "unclear",
        "undefined",
        "unknown",
    }
)
# A neuron may be called "unknown" or "-"; these come only out of a missing value.
NAME_SPELLINGS = frozenset({"", "<na>", "nan", "null"})
TEXT_SPELLINGS = frozenset({""})


def is_missing(text: str, spellings: Collection[str]) -> str:
    """SQL condition: this trimmed text says that there is no value."""
    if set(spellings) <= {""}:
        return f"({text} IS NULL OR {text} = '')"
    return f"({text} IS NULL OR lower({text}) IN ({literals(frozenset(spellings))}))"


def with_given(
    spellings: frozenset[str], missing: Mapping[str, Collection[str]], *names: str
) -> frozenset[str]:
    """Spellings and those the user gave for a column, under any of its names.

    Parameters
    ----------
    spellings : frozenset of str
    missing : mapping of str to collection of str
        What the user gave, by contract column or source column; ``"*"`` is every column.
    *names : str
        The names the column goes by.
    """
    given = [missing.get(name, ()) for name in ("*", *names)]
    return spellings | {value.strip().lower() for values in given for value in values}

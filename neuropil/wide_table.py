"""Wide table: which columns of a table a screen has room for, so that none is a letter wide.

Few rows of many columns are shown one under the other, a line to each column; of many rows the middle
columns make room, and it is said how many.
"""

from __future__ import annotations

from collections.abc import Sequence

# A text may be folded to this width; a number is whole.
FOLDED = 24
# Rich puts a border and a space on both sides of every column.
_AROUND = 3
_GAP = 1 + _AROUND
MOST_ROWS_AS_RECORDS = 5


def least_width(name: str, cells: Sequence[str], *, numeric: bool) -> int:
    """Characters that a column needs to be read.

    Examples
    --------
    >>> least_width("pre_id", ["720575940629970489"], numeric=True)
    18
    >>> least_width("note", ["a sentence that can be folded at any place"], numeric=False)
    24
    """
    longest = max((len(line) for cell in cells for line in cell.split("\n")), default=0)
    return max(min(len(name), FOLDED), longest if numeric else min(longest, FOLDED), 1)


def columns_that_fit(least: Sequence[int], width: int) -> tuple[int, int]:
    """How many of the first and of the last columns fit beside each other.

    Where all do, that is all of them and 0; otherwise a column of dots takes the place of the middle.

    Parameters
    ----------
    least : sequence of int
        See `least_width`.
    width : int
        Of the screen.

    Examples
    --------
    >>> columns_that_fit([10, 10], 80), columns_that_fit([30] * 10, 80)
    ((2, 0), (1, 1))
    """
    if 1 + sum(each + _AROUND for each in least) <= width:
        return len(least), 0
    left, right, room = 0, 0, width - 1 - _GAP
    while left + right < len(least) - 1:
        from_left = left <= right
        room -= _AROUND + (least[left] if from_left else least[-1 - right])
        if room < 0 and left:
            break
        left, right = (left + 1, right) if from_left else (left, right + 1)
    return left, right

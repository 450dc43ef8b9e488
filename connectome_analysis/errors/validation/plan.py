"""Plan: which cells a validation has, with how many worlds each, and what it leaves out and why."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple, get_args

from .cells import Cell, Part, Rates
from .settings import BROKEN, PAIRWISE
from .truths import LARGE

PARTS: tuple[Part, ...] = get_args(Part)

# Worlds of a cell of a large truth are a tenth; each takes as long as twenty of the worm.
_LARGE_SHARE = 10
# A world of a test or of an imputation draws hundreds of graphs. On the worm there are as many worlds as
# asked for, on other truths a fifth.
_OTHERS_SHARE = 5
_FIRST = "worm"
_IMPUTED = ("even", "regions", "synapses")
_NULLS: tuple[tuple[str, Rates, str], ...] = (
    ("even", "known", "configuration"),
    ("regions", "known", "configuration"),
    ("incomplete", "known", "configuration"),
    ("regions", "fitted", "configuration"),
    ("synapses", "known", "configuration"),
    ("heavy", "known", "configuration"),
    ("regions", "known", "reciprocal_configuration"),
    ("incomplete", "known", "erdos_renyi"),
    ("regions", "known", "dyad"),
    ("regions", "known", "block"),
    ("even", "fitted", "configuration"),
)
_NULLS_OF_OTHERS = _NULLS[:3]
_COMPARED: tuple[tuple[str, Rates], ...] = (
    ("even", "known"),
    ("regions", "known"),
    ("heavy", "known"),
    ("regions", "fitted"),
)
_PLANTED = ("500 loops", "trace 0.3", "trace 0.6", "trace 1.2")
_POWER_SETTINGS = ("vanishing", "even")


class Planned(NamedTuple):
    """A cell and its number of worlds."""

    cell: Cell
    worlds: int


class LeftOut(NamedTuple):
    """What is not run, and why.

    Attributes
    ----------
    part, truth, what, why : str
    """

    part: str
    truth: str
    what: str
    why: str


def plan(worlds: int, truths: Sequence[str], parts: Sequence[Part] = PARTS) -> list[Planned]:
    """All cells, in the order in which they are run: the truths in theirs, and of each the parts."""
    return [
        planned for name in truths for part in parts for planned in _OF_PART[part](name, worlds)
    ]


def left_out(truths: Sequence[str], parts: Sequence[Part] = PARTS) -> list[LeftOut]:
    """What the plan has fewer worlds of, or not at all."""
    out = []
    for part, words, why in _LEFT_OUT:
        for name in truths:
            others = name != _FIRST and (name not in LARGE or part == "power")
            if part in parts and (name in LARGE if words[0] == "large" else others):
                out.append(LeftOut(part, name, words[1], why))
    for part in PARTS:
        if part not in parts:
            out.append(LeftOut(part, "all", "all of it", "not asked for"))
    return out


_LEFT_OUT: tuple[tuple[Part, tuple[str, str], str], ...] = (
    ("coverage", ("large", "nine in ten of the worlds"), "a world takes seconds"),
    ("imputed", ("large", "all of it"), "a world takes minutes: 16 s to prepare and 1.5 s a draw"),
    ("imputed", ("others", "four in five of the worlds"), "a world takes seconds"),
    ("false alarms", ("large", "all but a hundredth of one cell"), "a world takes a minute"),
    ("false alarms", ("others", "other nulls, and four in five worlds"), "a world takes seconds"),
    ("power", ("others", "all of it"), "power is asked of the test, not of the truth"),
)


def _coverage(name: str, worlds: int) -> Iterator[Planned]:
    here = _share(worlds, _LARGE_SHARE) if name in LARGE else worlds
    for rates in get_args(Rates):
        for key in PAIRWISE:
            yield Planned(Cell("coverage", name, key, rates), here)
    for key in BROKEN:
        yield Planned(Cell("coverage", name, key), here)


def _imputed(name: str, worlds: int) -> Iterator[Planned]:
    if name in LARGE:
        return
    here = worlds if name == _FIRST else _share(worlds, _OTHERS_SHARE)
    for rates in get_args(Rates):
        for key in _IMPUTED:
            yield Planned(Cell("imputed", name, key, rates), here)


def _false_alarms(name: str, worlds: int) -> Iterator[Planned]:
    if name in LARGE:
        key, rates, null = _NULLS[1]
        yield Planned(
            Cell("false alarms", name, key, rates, null), _share(worlds, 10 * _LARGE_SHARE)
        )
        return
    first = name == _FIRST
    here = worlds if first else _share(worlds, _OTHERS_SHARE)
    for key, rates in _COMPARED if first else _COMPARED[1:2]:
        yield Planned(Cell("false alarms", name, key, rates, "same truth"), worlds)
    for key, rates, null in _NULLS if first else _NULLS_OF_OTHERS:
        yield Planned(Cell("false alarms", name, key, rates, null), here)


def _power(name: str, worlds: int) -> Iterator[Planned]:
    if name != _FIRST:
        return
    for planted in _PLANTED:
        for key in _POWER_SETTINGS:
            yield Planned(
                Cell("power", name, key, "known", "configuration", planted), _share(worlds, 2)
            )


_OF_PART = {
    "coverage": _coverage,
    "imputed": _imputed,
    "false alarms": _false_alarms,
    "power": _power,
}


def _share(worlds: int, of: int) -> int:
    return max(worlds // of, 2)

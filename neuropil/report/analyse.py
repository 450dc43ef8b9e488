"""Analyse: from an open connectome to an entry of a report."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from .descriptive_numbers import describe
from .entry import Entry
from .part import Part
from .pictures import pictures_of
from .questions import ask

if TYPE_CHECKING:
    from connectome_analysis import Connectome

Progress = Callable[[str, float], None]

# Parts of the work beside the samples, in seconds on a small machine, for an honest bar.
_PICTURES_S, _REST_S = 2.5, 0.5
_SECONDS_PER_EDGE_AND_SAMPLE = 2.4e-7

# The longest that all samples together are let take where nobody said how many: some minutes.
_PATIENCE = 4e8
_FEWEST, _MOST = 40, 1000


def affordable_samples(connectomes: Sequence[Connectome]) -> int:
    """How many samples to draw where nobody said: 1,000, or fewer of so large a graph that it takes hours.

    40 at least, below which nothing can be shown at the 5 % level; below 640 the page says what cannot be.
    """
    edges = max((one.manifest.tables["edges"].rows for one in connectomes), default=0)
    return int(min(_MOST, max(_FEWEST, _PATIENCE // max(edges, 1))))


def expected_seconds(connectome: Connectome, n_samples: int) -> float:
    """About how long `analyse` takes; only its proportions between connectomes matter."""
    edges = connectome.manifest.tables["edges"].rows
    return edges * n_samples * _SECONDS_PER_EDGE_AND_SAMPLE + _PICTURES_S + _REST_S


def analyse(
    connectome: Connectome,
    *,
    name: str | None = None,
    part: Part | None = None,
    n_samples: int = 1000,
    seed: int = 0,
    progress: Progress | None = None,
) -> Entry:
    """Ask, count, hold against nulls and draw.

    Parameters
    ----------
    connectome : Connectome
    name : str, optional
        In place of the connectome's own.
    part : Part, optional
        What is studied; by default all neurons, and connections of the `usual_edge_type`.
    n_samples, seed : int
        Of the configuration null, for triads and rich club each.
    progress : callable, optional
        Told what is being done, and which share of the work of this connectome is done.
    """
    import connectome_analysis as ca

    from ..species_benchmark.cell import Cell, draw
    from ..species_benchmark.tables import as_rich_club, as_significance
    from .details import details_of

    title = name or connectome.name
    say = progress or (lambda _stage, _share: None)
    total = expected_seconds(connectome, n_samples)
    samples = (total - _PICTURES_S - _REST_S) / total
    say(f"{title}: asking in SQL", 0.0)
    part = part or Part()
    g = part.graph(connectome)
    answers = ask(connectome, part)
    numbers = describe(g)

    def drawn(done: int, of: int) -> None:
        say(f"{title}: triads and rich club against the null", (done / of) * samples)

    # Both are counted on the same samples: drawing them is most of the work.
    cell = Cell(
        dataset=title,
        null_model="configuration",
        graph=g.without_self_loops(),
        colors=None,
        four_nodes=False,
        n_samples=n_samples,
        seed=seed,
        exact_seed=seed,
    )
    table = draw(cell, progress=drawn)
    triads = as_significance(table[table["kind"] == "triad"])
    curve = ca.rich_club(g, null_model=None)
    rich_club = as_rich_club(table[table["kind"] == "rich_club"], curve)
    triads.attrs["graph"] = rich_club.attrs["graph"] = title
    say(f"{title}: hubs, communities and types", samples)
    details = details_of(connectome, g, seed=seed)
    say(f"{title}: drawing", samples)
    return Entry(
        name=title,
        connectome=connectome,
        part=part.in_words(connectome, g),
        weight=g.weight_meaning or "of unstated meaning",
        answers=answers,
        numbers=numbers,
        triads=triads,
        rich_club=rich_club,
        pictures=pictures_of(title, g, triads, rich_club, details.group),
        details=details,
        n_samples=n_samples,
    )

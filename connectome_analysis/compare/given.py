"""Given: connectomes as a caller has them - opened, by name or as graphs - become named graphs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from ..connectome import Connectome, open_connectome
from ..graph import Graph

if TYPE_CHECKING:
    from ..errors.error_model import ErrorModel
    from ..tables import Manifest

One: TypeAlias = Connectome | Graph | str | Path
Many: TypeAlias = Sequence[One] | Mapping[str, One]


@dataclass(frozen=True, eq=False)
class Given:
    """One connectome to compare.

    Attributes
    ----------
    name : str
        Unlike those of the others.
    graph : Graph
        Without self-loops.
    manifest : Manifest or None
        None where a graph was given, which does not know its source.
    """

    name: str
    graph: Graph
    manifest: Manifest | None


def named_graphs(
    connectomes: Many,
    *,
    least: int = 1,
    edge_type: str | None = "chemical",
    min_synapses: int | None = None,
    where: str | None = None,
    argument: str = "connectomes",
) -> list[Given]:
    """Make a graph of each connectome.

    Parameters
    ----------
    connectomes : sequence, or mapping from names
        Each a Connectome, a Graph, a folder or the name of a bundled dataset.
    least : int
        So many must be given.
    edge_type, min_synapses, where
        As for ``Connectome.graph``; a Graph has been made already, so that with one they stay as
        they are by default.
    argument : str
        What they are called, for errors.

    Raises
    ------
    ValueError
        Where there are too few, two have one name, one is of another kind, or a Graph was given
        with options that it is too late for.

    Examples
    --------
    >>> import connectome_analysis as ca
    >>> [one] = named_graphs({"worm": "celegans-varshney2011"})
    >>> one.name, one.graph.n_edges, one.manifest.species
    ('worm', 2194, 'Caenorhabditis elegans')
    """
    given: Any = connectomes
    if isinstance(given, (str, Path, Graph, Connectome)) or not isinstance(given, Iterable):
        msg = (
            f"{argument} must be a list or a mapping from names, got one "
            f"{type(given).__name__}; put it into a list."
        )
        raise ValueError(msg)  # noqa: TRY004 - one kind of error for a wrong argument
    pairs: list[tuple[Any, Any]]
    if isinstance(given, Mapping):
        pairs = list(given.items())
    else:
        pairs = [(None, one) for one in given]
    if len(pairs) < least:
        msg = f"{argument} must be {least} or more, got {len(pairs)}."
        raise ValueError(msg)
    made = [
        _made(label, one, number, edge_type, min_synapses, where)
        for number, (label, one) in enumerate(pairs, start=1)
    ]
    names = [one.name for one in made]
    for name in names:
        if names.count(name) > 1:
            msg = (
                f"Two connectomes are called {name!r}; give a mapping, such as "
                f"{{'{name} a': ..., '{name} b': ...}}."
            )
            raise ValueError(msg)
    return made


def two_graphs(
    a: One,
    b: One,
    *,
    edge_type: str | None = "chemical",
    min_synapses: int | None = None,
    where: str | None = None,
) -> tuple[Given, Given]:
    """Make a graph of each of two connectomes, which may have one name.

    Examples
    --------
    >>> import connectome_analysis as ca
    >>> one, two = two_graphs("celegans-white1986-jsh", "celegans-white1986-n2u")
    >>> one.graph.n_edges > 0, two.graph.n_edges > 0
    (True, True)
    """
    one, two = (
        _made(None, given, number, edge_type, min_synapses, where)
        for number, given in enumerate((a, b), start=1)
    )
    return one, two


def _made(
    label: Any,
    one: Any,
    number: int,
    edge_type: str | None,
    min_synapses: int | None,
    where: str | None,
) -> Given:
    if isinstance(one, Graph):
        asked = {"min_synapses": min_synapses, "where": where}
        late = [option for option, value in asked.items() if value is not None]
        if edge_type != "chemical":
            late.append("edge_type")
        if late:
            msg = (
                f"{' and '.join(late)} cannot be asked of a Graph, which has been made already: give "
                "the connectome, or make the graph with it."
            )
            raise ValueError(msg)
        name = str(label) if label is not None else one.name or f"graph {number}"
        return Given(name, one.without_self_loops(), None)
    if isinstance(one, (str, Path)):
        one = open_connectome(one)
    if not isinstance(one, Connectome):
        msg = (
            "A connectome to compare is a Connectome, a Graph, a folder or the name of a bundled "
            f"dataset, got {type(one).__name__}."
        )
        raise ValueError(msg)  # noqa: TRY004 - one kind of error for a wrong argument
    g = one.graph(min_synapses, edge_type, where)
    return Given(str(label) if label is not None else one.name, g, one.manifest)


def models_by_name(
    error_models: Sequence[ErrorModel | None] | Mapping[str, ErrorModel] | None,
    names: Sequence[str],
) -> dict[str, ErrorModel | None]:
    """One error model, or none, for each name.

    Examples
    --------
    >>> models_by_name(None, ["a", "b"])
    {'a': None, 'b': None}
    """
    if error_models is None:
        return dict.fromkeys(names)
    if isinstance(error_models, Mapping):
        unknown = [name for name in error_models if name not in names]
        if unknown:
            msg = (
                f"error_models has {unknown[0]!r}, which is no connectome given; those are "
                f"{', '.join(map(repr, names))}."
            )
            raise ValueError(msg)
        models: list[Any] = [error_models.get(name) for name in names]
    else:
        models = list(error_models)
        if len(models) != len(names):
            msg = (
                f"error_models must be one ErrorModel or None for each of {len(names)} connectomes, "
                f"got {len(models)}; a mapping from names takes fewer."
            )
            raise ValueError(msg)
    from ..errors.error_model import ErrorModel

    for model in models:
        if model is not None and not isinstance(model, ErrorModel):
            msg = f"error_models must hold errors.ErrorModel(...) or None, got {model!r}."
            raise ValueError(msg)
    return dict(zip(names, models, strict=True))

"""Colors: a label for every neuron, such as its sign, transmitter or cell type, as small integers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..graph import require_graph
from ..tables.nearest_names import names_in_words

if TYPE_CHECKING:
    import pandas as pd

    from ..graph import Graph

UNKNOWN = "unknown"
# The histogram of colored triangles has 27 C**3 numbers: 57 MB for each thread at 64 colors.
MOST_COLORS = 64
SIGN_LABELS = ("E", "I", "?", UNKNOWN)


class NodeColors(NamedTuple):
    """One color for each neuron of a graph.

    Attributes
    ----------
    codes : (N,) uint8
        Place of each neuron's label in `labels`.
    labels : tuple of str
        The labels that occur: signs as E, I and ?, categories in their own order, numbers
        ascending, text in alphabetical order; ``unknown`` comes last.
    source : str
        Column or name of the Series the colors are from; empty for a plain array.
    n_unknown : int
        Neurons whose label is missing (None, NaN, pd.NA or empty text).
    """

    codes: NDArray[np.uint8]
    labels: tuple[str, ...]
    source: str
    n_unknown: int

    @property
    def sizes(self) -> dict[str, int]:
        """Number of neurons of each color."""
        counts = np.bincount(self.codes, minlength=len(self.labels)).tolist()
        return dict(zip(self.labels, counts, strict=True))


def node_colors(g: Graph, colors: str | ArrayLike | pd.Series[Any]) -> NodeColors:
    """Read the colors of a graph's neurons.

    Parameters
    ----------
    g : Graph
    colors : str, or (N,) array or Series
        A column of ``g.nodes``, or one label for each neuron in the order of ``g.node_ids``. The
        column ``sign``, and a Series of that name, hold +1, -1 and 0, which become ``E``, ``I``
        and ``?``. A missing label, None, NaN or empty text, becomes the color ``unknown``: such
        neurons are counted like the others and their number is kept.

    Raises
    ------
    ValueError
        Where there is no such column or it is empty, the length or order is wrong, a sign is not
        +1, -1 or 0, or there are more than 64 colors.

    Examples
    --------
    >>> import connectome_analysis as ca
    >>> g = ca.open("celegans-varshney2011").graph()
    >>> ca.motifs.node_colors(g, "sign").sizes
    {'E': 140, 'I': 27, '?': 6, 'unknown': 106}
    """
    require_graph(g)
    if isinstance(colors, str):
        values, source = _column(g, colors), colors
    else:
        values = _given(g, colors)
        source = str(values.name) if values.name is not None else ""
    missing = _missing(values)
    known = values[~missing]
    if source == "sign":
        labels, places = _signs(known)
    else:
        labels, places = _sorted_labels(known)
    if missing.any() and UNKNOWN not in labels:
        labels = [*labels, UNKNOWN]
    if len(labels) > MOST_COLORS:
        raise ValueError(_too_many(g, len(labels), source))
    codes = np.zeros(len(values), dtype=np.uint8)
    codes[~missing] = places
    if missing.any():
        codes[missing] = labels.index(UNKNOWN)
    return NodeColors(codes, tuple(labels), source, int(missing.sum()))


def sign_codes(g: Graph, sign: str | ArrayLike | pd.Series[Any]) -> NDArray[np.uint8]:
    """(N,) uint8 places in `SIGN_LABELS` of signs given as a column or an array of +1, -1 and 0."""
    values = _column(g, sign) if isinstance(sign, str) else _given(g, sign)
    colors = node_colors(g, values.rename("sign"))
    table = np.array([SIGN_LABELS.index(label) for label in colors.labels], dtype=np.uint8)
    return table[colors.codes] if len(table) else np.zeros(0, dtype=np.uint8)


def _column(g: Graph, name: str) -> pd.Series[Any]:
    nodes = g.nodes
    if name not in nodes.columns:
        msg = f"There is no column {name!r}. {_columns_with_values(g, name)}"
        raise ValueError(msg)
    column: pd.Series[Any] = nodes[name]
    if len(column) and _missing(column).all():
        msg = f"The column {name!r} is empty for every neuron. {_columns_with_values(g, name)}"
        raise ValueError(msg)
    return column


def _missing(values: pd.Series[Any]) -> NDArray[np.bool_]:
    missing: NDArray[np.bool_] = values.isna().to_numpy(dtype=bool).copy()
    empty = [isinstance(value, str) and not value for value in values.astype(object)]
    missing |= np.array(empty, dtype=bool)
    return missing


def _given(g: Graph, colors: Any) -> pd.Series[Any]:
    import pandas as pd

    if isinstance(colors, pd.Series):
        values: pd.Series[Any] = colors
        in_order = np.array_equal(values.index, np.arange(g.n_nodes)) or np.array_equal(
            values.index, g.node_ids
        )
    else:
        if not isinstance(colors, pd.Categorical | pd.api.extensions.ExtensionArray):
            given, colors = colors, np.asarray(colors)
            if colors.ndim != 1:
                msg = (
                    "colors must be the name of a column of g.nodes or an array with one label for "
                    f"each neuron, got {type(given).__name__} of {colors.ndim} dimensions."
                )
                raise ValueError(msg)
        values, in_order = pd.Series(colors), True
    if len(values) != g.n_nodes:
        msg = f"colors must have {g.n_nodes} entries, one for each neuron, got {len(values)}."
        raise ValueError(msg)
    if not in_order:
        msg = (
            "The index of colors is neither 0 ... N - 1 nor the node ids in the order of the "
            "graph. Where it holds node ids, give colors.reindex(g.node_ids)."
        )
        raise ValueError(msg)
    return values.reset_index(drop=True)


def _signs(known: pd.Series[Any]) -> tuple[list[str], NDArray[np.intp]]:
    import pandas as pd

    numbers = pd.to_numeric(known, errors="coerce").to_numpy(dtype=float, na_value=np.nan)
    wrong = ~np.isin(numbers, (-1, 0, 1))
    if wrong.any():
        msg = (
            f"A sign must be +1, -1 or 0, got {known.iloc[np.flatnonzero(wrong)[0]]}. "
            "ca.motifs.transmitter_signs makes signs of neurotransmitters."
        )
        raise ValueError(msg)
    occurring = [(label, sign) for label, sign in zip("EI?", (1, -1, 0), strict=True)]
    occurring = [(label, sign) for label, sign in occurring if (numbers == sign).any()]
    places = np.zeros(len(numbers), dtype=np.intp)
    for place, (_, sign) in enumerate(occurring):
        places[numbers == sign] = place
    return [label for label, _ in occurring], places


def _sorted_labels(known: pd.Series[Any]) -> tuple[list[str], NDArray[np.intp]]:
    import pandas as pd

    if isinstance(known.dtype, pd.CategoricalDtype):
        known = known.cat.remove_unused_categories()
        unique, places = list(known.cat.categories), known.cat.codes.to_numpy(dtype=np.intp)
        order = list(range(len(unique)))
    else:
        places, found = pd.factorize(known)
        unique = list(found)
        if pd.api.types.is_numeric_dtype(known.dtype):
            order = sorted(range(len(unique)), key=lambda i: unique[i])
        else:
            order = sorted(range(len(unique)), key=lambda i: _text(unique[i]))
    labels = list(dict.fromkeys(_text(unique[i]) for i in order))  # 1 and "1" are one color
    if UNKNOWN in labels:
        labels.remove(UNKNOWN)
        labels.append(UNKNOWN)
    table = np.array([labels.index(_text(label)) for label in unique], dtype=np.intp)
    return labels, table[places] if len(table) else places.astype(np.intp)


def _text(label: Any) -> str:
    # A column of whole numbers in which one is missing is a column of floats.
    if isinstance(label, float | np.floating) and float(label).is_integer():
        return str(int(label))
    return str(label)


def _columns_with_values(g: Graph, wanted: str = "") -> str:
    nodes = g.nodes.drop(columns="node_id", errors="ignore")
    sizes = {str(name): nodes[name].astype(str)[nodes[name].notna()].nunique() for name in nodes}
    usable = [f"{name} ({size})" for name, size in sizes.items() if 0 < size <= MOST_COLORS]
    if not usable:
        return "No column of g.nodes can color its neurons; give one label for each in an array."
    return (
        f"Columns of g.nodes with at most {MOST_COLORS} labels: {names_in_words(usable, wanted)}."
    )


def _too_many(g: Graph, n_colors: int, source: str) -> str:
    where = f" in {source!r}" if source else ""
    return (
        f"At most {MOST_COLORS} colors can be told apart, got {n_colors}{where}. Take a coarser "
        "label, or keep the commonest: labels.where(labels.isin(labels.value_counts().index"
        f"[:{MOST_COLORS - 1}]), 'other'). {_columns_with_values(g)}"
    )

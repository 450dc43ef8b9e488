"""Declared errors: a preset of published precision and recall as an error model for one graph.

The published rates come from other tissue, so this answers a question, not a measurement: what if this
connectome had been made as well, and as badly, as that one?
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..error_model_option import error_model_of

if TYPE_CHECKING:
    from connectome_analysis import Graph
    from connectome_analysis.errors import ErrorModel


def declared_error_model(name: str, g: Graph) -> ErrorModel:
    """Make the model that `error_models` of the benchmark's file names.

    Parameters
    ----------
    name : str
        A preset of precision and recall, one of completeness, rates such as
        ``alpha=0.0005,beta=0.1``, or a JSON file. For precision and recall any two neurons could touch, and
        the share of pairs that is truly connected is that of the graph, times precision over recall.
    g : Graph

    Raises
    ------
    ValueError
        Where there is no such model, or it is a preset whose false rate holds for neurons of one region.

    Examples
    --------
    >>> import connectome_analysis as ca
    >>> worm = ca.open("celegans-varshney2011").graph()
    >>> declared_error_model("beta=0.1", worm)
    ErrorModel: 10 % of connections are missed.
    """
    import connectome_analysis as ca

    presets = ca.errors.presets()
    if name not in presets.index:
        return error_model_of(name)
    row = presets.loc[name]
    if row["alpha"] == row["alpha"]:  # not NaN
        msg = (
            f"The false rate of {name} holds for neurons that arborise together, not for all pairs of a "
            "connectome; give the benchmark a preset of precision and recall, or rates."
        )
        raise ValueError(msg)
    if row["precision"] != row["precision"]:
        return error_model_of(name)
    precision, recall = (float(str(row[name])) for name in ("precision", "recall"))
    density = ca.measures.density(g) * precision / recall
    return error_model_of(name, "all", density)

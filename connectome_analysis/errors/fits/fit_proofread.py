"""Fit proofread: error rates from one connectome before and after people went over it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from ..could_touch import as_could_touch
from ..error_model import ErrorModel
from ..evidence import Evidence
from ..fragments import Merge, Split
from .fit_verified import fit_verified
from .fragment_owners import FragmentOwners, as_neurons, fragment_owners

if TYPE_CHECKING:
    from ...graph import Graph


def fit_proofread(
    unproofread: Graph,
    proofread: Graph,
    *,
    mapping: Any = None,
    fragments: bool = False,
    min_synapses: int = 1,
    connection_from: int | None = None,
    could_touch: Any = "all",
    name: str = "",
    source: str = "",
) -> ErrorModel:
    """Fit an error model to the same connectome unproofread and proofread, the latter as the truth.

    Errors that proofreading left in, such as synapses the detector missed, are in both and not seen
    here; the rates are those of the unproofread version beyond the proofread one.

    Parameters
    ----------
    unproofread, proofread : Graph
        Synapses between fragments, and between neurons.
    mapping : Series, mapping or DataFrame, optional
        The neuron of each fragment; a DataFrame with ``fragment_id`` and ``neuron_id`` has several
        rows for a fragment that holds several neurons. Without it a neuron is the fragment of the
        same id, and splits and merges cannot be told.
    fragments : bool
        Without it a neuron is its largest fragment, and `alpha` and `beta` hold all that splits and
        merges do to connections. With it the fragments of a neuron are joined before the rest is
        counted, and splits and merges are parts of the model: the errors then hit neurons as they
        do in a segmentation, not pairs independently. Needs `mapping`.
    min_synapses, connection_from, could_touch
        As in `fit_verified`.

    Returns
    -------
    ErrorModel
        `alpha` and `beta` with `uncertainty`, which takes pairs as independent and is too narrow
        where a few lost axons make most of the errors. ``evidence.numbers`` has, with a mapping,
        ``split_probability`` (neurons in several fragments), ``fraction_lost`` (mean share of a
        split neuron's synapses outside its largest fragment), ``merge_probability`` (neurons in a
        fragment that stands for another) and ``merged_fragments`` (fragments with several neurons).

    Raises
    ------
    ValueError
        Where ids do not match.

    Examples
    --------
    >>> import connectome_analysis as ca
    >>> before = ca.Graph.from_edges([10, 11, 20], [20, 30, 30], weight=[5, 2, 4])
    >>> after = ca.Graph.from_edges([1, 1, 2], [2, 3, 3], weight=[5, 2, 4])
    >>> model = fit_proofread(before, after, mapping={10: 1, 11: 1, 20: 2, 30: 3})
    >>> round(model.beta, 3), round(model.evidence.numbers["split_probability"], 3)
    (0.333, 0.333)
    """
    from ...graph import require_graph

    require_graph(unproofread)
    require_graph(proofread)
    if mapping is None:
        if fragments:
            msg = "fragments=True needs mapping=..., the neuron of each fragment."
            raise ValueError(msg)
        observed, truth, of, notes = _by_same_id(unproofread, proofread)
    else:
        of = fragment_owners(mapping, unproofread, proofread)
        observed = as_neurons(unproofread, of, joined=fragments)
        truth = proofread.subgraph(of.neurons)
        notes = ()
        if of.n_unmatched:
            notes = (
                (
                    f"{of.n_unmatched:,} of {proofread.n_nodes:,} proofread neurons have no fragment in "
                    "the mapping and were left out."
                ),
            )
    model = fit_verified(
        observed,
        truth,
        min_synapses=min_synapses,
        connection_from=connection_from,
        could_touch=could_touch,
    )
    fit = model.evidence
    assert fit is not None
    numbers = {"n_neurons": truth.n_nodes, **fit.numbers}
    split = merge = None
    if of is not None:
        shares = _shares(of)
        numbers |= shares
        if fragments:
            split, merge = _parts(shares, could_touch)
    return model.replace(
        split=split,
        merge=merge,
        name=name,
        source=" ".join(filter(None, [source, *notes, model.source])),
        evidence=Evidence(
            "an unproofread and a proofread version", numbers, fit.table, notes + fit.notes
        ),
    )


def _by_same_id(
    unproofread: Graph, proofread: Graph
) -> tuple[Graph, Graph, FragmentOwners | None, tuple[str, ...]]:
    shared = np.intersect1d(unproofread.node_ids, proofread.node_ids)
    if len(shared) < 2:
        msg = (
            f"{len(shared)} of {proofread.n_nodes:,} proofread neurons have an id of the unproofread "
            "graph; give mapping=..., the neuron of each fragment."
        )
        raise ValueError(msg)
    notes = ["Splits and merges are not known without a mapping of fragments to neurons."]
    if len(shared) < proofread.n_nodes:
        notes.insert(
            0,
            f"{len(shared):,} of {proofread.n_nodes:,} proofread neurons kept their id; the others "
            "were left out.",
        )
    return unproofread.subgraph(shared), proofread.subgraph(shared), None, tuple(notes)


def _shares(of: FragmentOwners) -> dict[str, float]:
    n = len(of.neurons)
    return {
        "split_probability": of.n_split / n,
        "fraction_lost": of.fraction_lost,
        "merge_probability": of.n_merged / n,
        "merged_fragments": of.n_merged_fragments / len(of.fragments),
    }


def _parts(shares: dict[str, float], could_touch: Any) -> tuple[Split | None, Merge | None]:
    split = merge = None
    if shares["split_probability"] > 0:
        fraction = shares["fraction_lost"]
        fraction = 0.3 if np.isnan(fraction) else float(np.clip(fraction, 0.001, 0.999))
        split = Split(
            probability=shares["split_probability"],
            part="near",
            fraction=fraction,
            keep_fragment=True,
        )
    if shares["merge_probability"] > 0:
        merge = Merge(
            probability=shares["merge_probability"], could_touch=as_could_touch(could_touch)
        )
    return split, merge

"""Staged: opened tables read into the workspace, every row of them, before any is left out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from connectome_analysis.tables import ContractError

from .edge_rows import StagedRows, count_edge_rows, stage_edge_rows
from .exact_ids import IdKind, decide_id_kind
from .matrix_rows import stage_label_keys
from .neurons import neurons_from_keys, profile_ids, read_neurons, settle_unknown
from .opened import Asked, Opened
from .synapses_to_edges import StagedSynapses, count_synapses, stage_synapses, synapses_to_edges
from .weights import SYNAPSES, NegativeWeights, Weights, decide_weights, says_synapses
from .workspace import Workspace


@dataclass(frozen=True, kw_only=True)
class Staged:
    """What has been read.

    Attributes
    ----------
    edges : StagedRows
        Rows to be added up; those of synapses where the source has no edges.
    edge_rows : int
        How many of them are kept.
    weights : Weights
    synapses : StagedSynapses or None
    synapses_kept : str
        SQL condition over the staged synapses.
    meanings : mapping of str to str
        Manifest entries for columns beyond the contract.
    """

    edges: StagedRows
    edge_rows: int
    weights: Weights
    synapses: StagedSynapses | None
    synapses_kept: str
    meanings: Mapping[str, str]


def stage(
    workspace: Workspace,
    asked: Asked,
    opened: Opened,
    *,
    weight_meaning: str | None,
    weight_unit: str | None,
    negative_weights: NegativeWeights,
    min_synapses: int | None,
    min_score: float | None = None,
    keep_synapses: bool = True,
) -> Staged:
    """Read ids, synapses, edges and neurons, and count every row into a bucket.

    Raises
    ------
    ContractError
        Where a row cannot be read without guessing; see the parts.
    """
    workspace.progress("reading ids")
    kind = _id_kind(workspace, asked, opened)
    synapses = _stage_synapses(
        workspace, asked, opened, kind, min_score=min_score, keep=keep_synapses
    )
    weights = Weights(weight="1.0", syn_count="1", meaning=SYNAPSES)
    if opened.edges is not None:
        workspace.progress("reading edges")
        weights = decide_weights(
            workspace,
            opened.edges,
            opened.mappings["edges"],
            meaning=weight_meaning,
            unit=weight_unit,
            negative=negative_weights,
            missing=asked.missing,
        )
    if min_synapses is not None and weights.syn_count is None:
        msg = (
            f"min_synapses needs synapse counts, the weights are: {weights.meaning}. Leave it out, "
            "or name the column of counts: columns={'syn_count': ...} (--map syn_count=...)."
        )
        raise ContractError(msg)
    if opened.edges is not None:
        assert opened.edge_ids is not None
        edges = stage_edge_rows(
            workspace,
            opened.edges,
            opened.mappings["edges"],
            opened.edge_ids,
            kind,
            weights,
            edge_type=asked.edge_type,
            missing=asked.missing,
        )
    else:
        assert synapses is not None
        if weight_meaning is not None and not says_synapses(weight_meaning):
            msg = (
                f"rows of synapses are counted, so weights mean synapses and not "
                f"{weight_meaning!r}. Leave weight_meaning (--weight-meaning) out."
            )
            raise ContractError(msg)
        edges = synapses_to_edges(workspace, synapses, edge_type=asked.edge_type)
        workspace.account.decide("edges count the synapses of each ordered pair")
    workspace.progress("listing neurons")
    meanings = _settle_neurons(workspace, asked, opened, kind, synapses)
    kept = "true"
    rows = 0
    if synapses is not None:
        kept, rows = count_synapses(workspace, synapses)
    if opened.edges is not None:
        rows = count_edge_rows(workspace, edges)
    return Staged(
        edges=edges,
        edge_rows=rows,
        weights=weights,
        synapses=synapses,
        synapses_kept=kept,
        meanings=meanings | dict(synapses.meanings if synapses is not None else {}),
    )


def _id_kind(workspace: Workspace, asked: Asked, opened: Opened) -> IdKind:
    if opened.by_place:
        return "integers"
    declared = []
    if opened.neurons is not None and opened.neurons.key is not None:
        declared = profile_ids(workspace, [opened.neurons.key])
    columns = [*(opened.edge_ids or ()), *(opened.synapse_ids or ())]
    if opened.label_ids is not None:
        columns.append(opened.label_ids)
    referring = profile_ids(workspace, columns)
    return decide_id_kind(workspace, declared, referring, asked.ids)


def _stage_synapses(
    workspace: Workspace,
    asked: Asked,
    opened: Opened,
    kind: IdKind,
    *,
    min_score: float | None,
    keep: bool,
) -> StagedSynapses | None:
    if opened.synapses is None or opened.synapse_ids is None:
        return None
    workspace.progress("reading synapses")
    return stage_synapses(
        workspace,
        opened.synapses,
        opened.mappings["synapses"],
        opened.synapse_ids,
        kind,
        asked.scale,
        asked.missing,
        min_score=min_score,
        keep=keep,
    )


def _settle_neurons(
    workspace: Workspace,
    asked: Asked,
    opened: Opened,
    kind: IdKind,
    synapses: StagedSynapses | None,
) -> dict[str, str]:
    referring: dict[str, str] = {}
    if opened.edges is not None:
        referring["edge_rows"] = opened.edges.label
    if opened.synapses is not None and synapses is not None:
        referring[synapses.named] = opened.synapses.label
    if opened.neurons is None:
        neurons_from_keys(workspace, kind, list(referring))
        (count,) = workspace.row("SELECT count(*) FROM nodes")
        workspace.account.warn(
            f"no list of neurons: nodes are the {count:,} neurons that the rows name. Neurons "
            "without edges are missing, and density, reciprocity over chance and nulls depend on "
            "them; give the list: nodes=FILE (--nodes FILE)"
        )
        return {}
    meanings = read_neurons(workspace, opened.neurons, kind, asked.scale, asked.missing)
    if opened.labels is not None and opened.label_ids is not None:
        stage_label_keys(workspace, "label_keys", opened.labels, opened.label_ids.key(kind))
        referring["label_keys"] = opened.labels.label
    settle_unknown(workspace, kind, referring, asked.unknown_neurons)
    return dict(meanings)

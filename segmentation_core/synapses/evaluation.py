"""Evaluation: detected synapses beside planted ones, and whether confidences mean what they say."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from segmentation_core.metrics import match_synapses, synapse_scores

from .calibration import Calibration, fit_calibration, reliability
from .candidates import FEATURES, CandidateRules
from .detection import candidate_table, detect_synapses
from .net import SynapseNet
from .polarity import POLARITY_FEATURES
from .weights_file import SynapseModel

REACH_NM = 200.0


def right_rows(truth: pd.DataFrame, found: pd.DataFrame) -> np.ndarray[Any, np.dtype[np.bool_]]:
    """(R,) bool: rows of `found` that match a true row and have both its partners.

    Matched among rows of the same two partners first, so that of two receivers side by side each
    finds its own.
    """
    right = np.zeros(len(found), bool)
    known = found["pre_id"].notna() & found["post_id"].notna()
    pairs = found[known].groupby(["pre_id", "post_id"]).groups
    true_pairs = truth.groupby(["pre_id", "post_id"]).groups
    for pair, index in pairs.items():
        rows = true_pairs.get(pair)
        if rows is None:
            continue
        at = found.index.get_indexer(index)
        matched = match_synapses(truth.loc[rows], found.loc[index], reach_nm=REACH_NM)
        right[at[matched["found_row"].to_numpy()]] = True
    return right


def calibration_rows(
    volume: Mapping[str, Any], net: SynapseNet, polarity: Calibration | None = None
) -> pd.DataFrame:
    """Candidates of a simulated volume, with ``is_right``.

    Parameters
    ----------
    volume : mapping
        ``raw``, ``labels``, ``voxel_size_nm`` and ``synapses``.
    net : SynapseNet
    """
    none = no_calibration(FEATURES)
    table = candidate_table(
        volume["raw"],
        volume["labels"],
        voxel_size_nm=volume["voxel_size_nm"],
        model=SynapseModel(net, none, polarity or no_calibration(POLARITY_FEATURES), {}),
    )
    return table.assign(is_right=right_rows(volume["synapses"], table))


def no_calibration(features: tuple[str, ...]) -> Calibration:
    """All weights 0: every row as likely as not."""
    n = len(features)
    return Calibration(features, np.zeros(n), np.ones(n), np.zeros(n + 1))


def fit_polarity(volumes: Sequence[Mapping[str, Any]], net: SynapseNet) -> Calibration:
    """Learn which side sends, from the sites of volumes whose synapses are known.

    Each pair of a true sender and a true receiver that a site was found for counts once in either
    order.
    """
    parts = []
    for volume in volumes:
        rows = calibration_rows(volume, net)
        known = rows.dropna(subset=["pre_id", "post_id"]).reset_index(drop=True)
        turned = known.rename(columns={"pre_id": "post_id", "post_id": "pre_id"})
        for table, sign in ((known, 1.0), (turned, -1.0)):
            is_true = right_rows(volume["synapses"], _without_ends(table))
            looks = known.loc[is_true, [f"looks_{name}" for name in POLARITY_FEATURES]]
            parts.append(sign * looks.to_numpy())
    x = np.concatenate(parts)
    both = pd.DataFrame(np.concatenate([x, -x]), columns=list(POLARITY_FEATURES))
    return fit_calibration(both, np.arange(len(both)) < len(x), POLARITY_FEATURES, ridge=2.0)


def _without_ends(table: pd.DataFrame) -> pd.DataFrame:
    """Only the middle of the cleft, so that a row is matched whichever way it points."""
    return table[["pre_id", "post_id", "x_nm", "y_nm", "z_nm"]]


def evaluate(
    volumes: Sequence[Mapping[str, Any]],
    model: SynapseModel,
    *,
    least_confidence: float = 0.5,
    rules: CandidateRules | None = None,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Score a model on simulated volumes.

    Returns
    -------
    scores : DataFrame
        ``precision``, ``recall``, ``f``, ``partner_accuracy``, ``f_with_partners``,
        ``sign_accuracy`` over rows (site and receiver), per tissue and voxel size and for ``all``.
    reliable : DataFrame
        `reliability` of all candidates.
    """
    counted: dict[str, list[dict[str, float]]] = {}
    said: list[Any] = []
    so: list[Any] = []
    for volume in volumes:
        truth = volume["synapses"]
        every = detect_synapses(
            volume["raw"],
            volume["labels"],
            voxel_size_nm=volume["voxel_size_nm"],
            model=model,
            least_confidence=0.0,
            transmitters=("excitatory", "inhibitory"),
            rules=rules,
        )
        said.append(every["confidence"].to_numpy())
        so.append(right_rows(truth, every))
        found = every[every["confidence"] >= least_confidence]
        attached = found[found["pre_id"].notna() & found["post_id"].notna()]
        attached = attached.reset_index(drop=True)
        result = synapse_scores(truth, attached, reach_nm=REACH_NM)
        matched = match_synapses(truth, attached, reach_nm=REACH_NM)
        same_sign = (
            truth["sign"].to_numpy()[matched["truth_row"]]
            == attached["sign"].to_numpy()[matched["found_row"]]
        )
        row = {
            "n_truth": float(result.n_truth),
            "n_found": float(len(found)),
            "n_matched": float(result.n_matched),
            "n_partners_right": result.n_matched * result.partner_accuracy
            if result.n_matched
            else 0.0,
            "n_sign_right": float(same_sign.sum()),
        }
        size = " x ".join(f"{s:g}" for s in volume["voxel_size_nm"])
        for key in (f"{volume['tissue']}, {size} nm", "all"):
            counted.setdefault(key, []).append(row)
    table = pd.DataFrame({key: pd.DataFrame(rows).sum() for key, rows in counted.items()}).T
    scores = pd.DataFrame(
        {
            "precision": table["n_matched"] / table["n_found"],
            "recall": table["n_matched"] / table["n_truth"],
            "f": 2 * table["n_matched"] / (table["n_found"] + table["n_truth"]),
            "partner_accuracy": table["n_partners_right"] / table["n_matched"],
            "f_with_partners": 2
            * table["n_partners_right"]
            / (table["n_found"] + table["n_truth"]),
            "sign_accuracy": table["n_sign_right"] / table["n_matched"],
            "n_truth": table["n_truth"].astype(int),
            "n_found": table["n_found"].astype(int),
        }
    ).round(4)
    return scores, reliability(np.concatenate(said), np.concatenate(so))

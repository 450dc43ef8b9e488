"""Calibrate a connectome: from the scores of its synapses to the probability of each connection, on disk."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from ...ids import as_ids
from ...tables import write
from ..could_touch import ContactPairs, as_could_touch, touching
from ..error_model import ErrorModel
from ..provenance import made_by
from ..rate_table import Floats
from ..uncertainty import Uncertainty
from .calibration import Calibration, Method, calibrate_confidence
from .edge_confidence import edge_confidence
from .pair_counts import total_over_pairs

if TYPE_CHECKING:
    import pandas as pd

    from ...connectome import Connectome

_LEAST = 1e-9
# Kept beside the calibrated probabilities, where the detector's own number would be lost.
_OLD = "detector_confidence"


class CalibratedConnectome(NamedTuple):
    """What `calibrate_connectome` wrote.

    Attributes
    ----------
    path : Path
    model : ErrorModel
        Takes the confidences of the edges; stands in the manifest too.
    calibration : Calibration or None
        Of synapses or of pairs, with its goodness of fit; None where nothing was verified.
    edges : DataFrame
        Of `edge_confidence`, calibrated.
    """

    path: Path
    model: ErrorModel
    calibration: Calibration | None
    edges: pd.DataFrame


def calibrate_connectome(
    connectome: Connectome,
    out: str | Path,
    *,
    verified: pd.DataFrame | None = None,
    column: str = "confidence",
    method: Method | None = None,
    could_touch: Any = "all",
    recall: float | None = None,
    overwrite: bool = False,
) -> CalibratedConnectome:
    """Give every chemical connection of a connectome the probability that it is real.

    Each synapse has a probability p by its score, and a pair is connected with the probability
    that follows from those of its synapses and from how many pairs have how many, see
    `pair_evidence`. What was verified makes p, or the probability of the pair, a calibrated one.

    Parameters
    ----------
    connectome : Connectome
        With a table of synapses.
    out : str or Path
        Folder to write.
    verified : DataFrame, optional
        ``is_true`` and either ``synapse_id``: synapses that were checked; or ``pre_id`` and
        ``post_id``: pairs that were, of which those detected are used. They should be a random
        sample. Without it the column is taken for probabilities as it is.
    column : str
        Of synapses: ``"confidence"`` or ``"score"``.
    method : {"isotonic", "logistic"}, optional
        See `calibrate_confidence`; isotonic for synapses, logistic for pairs where left out.
    could_touch : "all", str, mapping or DataFrame
        Pairs between which synapses could have been detected; see `ErrorModel`.
    recall : float, optional
        Share of true synapses that is detected, known from elsewhere; goes into the model.
    overwrite : bool
        Replace a connectome that stands there.

    Returns
    -------
    CalibratedConnectome
        In the folder, ``edges.confidence`` is the probability of each chemical connection,
        and ``synapses.confidence`` that of each synapse, where synapses were verified (what the
        detector said is kept as ``score`` or ``detector_confidence``). The manifest has the
        calibration, the connectome it was made from, and an error model that takes the confidences;
        the recall and completeness of a model that was there are kept.

    Raises
    ------
    ValueError, ContractError
        Where there are no synapses, ids do not match, or nothing can be calibrated.

    Examples
    --------
    >>> import connectome_analysis as ca, numpy as np, pandas as pd, tempfile
    >>> synapses = pd.DataFrame({"synapse_id": range(4), "pre_id": [1, 1, 2, 3], "post_id": [2, 2, 3, 1],
    ...                          "x_nm": 0.0, "y_nm": 0.0, "z_nm": 0.0, "confidence": [0.8, 0.9, 0.6, 0.9]})
    >>> edges = pd.DataFrame({"pre_id": [1, 2, 3], "post_id": [2, 3, 1], "edge_type": "chemical",
    ...                       "weight": [2.0, 1.0, 1.0], "syn_count": [2, 1, 1]})
    >>> nodes = pd.DataFrame({"node_id": [1, 2, 3]})
    >>> manifest = ca.tables.Manifest(name="three", weights={"chemical": {"meaning": "synapses", "unit": "synapses"}})
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     made = {"nodes": nodes, "edges": edges, "synapses": synapses}
    ...     path = ca.tables.write(f"{folder}/three", made, manifest)
    ...     with ca.open(path) as three:
    ...         done = calibrate_connectome(three, f"{folder}/calibrated")
    ...     with ca.open(done.path) as calibrated:
    ...         calibrated.graph().confidence.round(2).tolist()
    [0.99, 0.68, 0.93]
    """
    known = connectome.manifest
    if Path(out).resolve() == connectome.path.resolve():
        msg = (
            f"{out} is the connectome that is calibrated; write the new version to another folder."
        )
        raise ValueError(msg)
    if "synapses" not in known.tables:
        msg = f"{connectome.name} has no table of synapses, whose scores the confidence of its edges comes from."
        raise ValueError(msg)
    g = connectome.graph()
    touch = as_could_touch(could_touch)
    pairs = (
        ContactPairs(touch.pre_ids, touch.post_ids) if isinstance(touch, ContactPairs) else touch
    )
    n_pairs = total_over_pairs(touching(pairs, g))
    checked = None if verified is None else _checked(verified)
    calibration, of_synapses = None, checked is not None and "synapse_id" in checked
    if checked is not None and of_synapses:
        score, true = _scores(connectome, checked, column)
        calibration = calibrate_confidence(score, true, method=method or "isotonic")
        information = _information(calibration(score))
        edges = edge_confidence(connectome, calibration, column=column, n_pairs=n_pairs)
    else:
        edges = edge_confidence(connectome, column=column, n_pairs=n_pairs)
        information = 0.0
    if checked is not None and not of_synapses:
        odds = _log_odds(edges["probability"].to_numpy(np.float64))
        place = edges.index.get_indexer(_pairs_of(checked))
        found = place >= 0
        if not found.any():
            msg = (
                f"None of the {len(checked):,} verified pairs was detected; ids of another release?"
            )
            raise ValueError(msg)
        true = checked["is_true"].to_numpy()[found]
        calibration = calibrate_confidence(odds[place[found]], true, method=method or "logistic")
        edges = edges.assign(probability=calibration(odds))
        information = _information(edges["probability"].to_numpy()[place[found]])
    model = _model(connectome, pairs, recall, information, calibration)
    manifest = replace(
        known,
        error_model=model.to_dict(),
        made_by=made_by(
            "connectome_analysis.errors.calibrate_connectome",
            known,
            calibration=_in_words(
                calibration, column, n_pairs, "synapses" if of_synapses else "pairs"
            ),
        ),
        notes=(
            *known.notes,
            "edges.confidence: probability that a chemical connection is real, from "
            f"synapses.{column} and the number of synapses of its pair"
            + ("" if calibration is None else f"; {calibration!r}"),
        ),
        columns={**known.columns, **_column_meanings(connectome, column, of_synapses)},
        tables={},
        written_at=None,
    )
    tables = _tables(connectome, edges, calibration if of_synapses else None, column)
    path = write(out, tables, manifest, overwrite=overwrite)
    return CalibratedConnectome(path, model, calibration, edges)


def _checked(verified: pd.DataFrame) -> pd.DataFrame:
    names = list(getattr(verified, "columns", []))
    keys = ["synapse_id"] if "synapse_id" in names else ["pre_id", "post_id"]
    lacking = [name for name in ("is_true", *keys) if name not in names]
    if lacking:
        msg = (
            "verified must have is_true and synapse_id, or is_true, pre_id and post_id; it has "
            f"{', '.join(map(str, names)) or 'no columns'}."
        )
        raise ValueError(msg)
    if verified.duplicated(keys).any():
        msg = f"verified names the same {' and '.join(keys)} more than once; give each once."
        raise ValueError(msg)
    truth = verified["is_true"].to_numpy()
    if truth.dtype.kind not in "biuf" or not np.isin(truth, (0, 1)).all():
        msg = "verified.is_true must be True or False in every row."
        raise ValueError(msg)
    return verified.assign(is_true=truth.astype(bool))


def _pairs_of(checked: pd.DataFrame) -> pd.MultiIndex:
    import pandas as pd

    ids = [as_ids(checked[name].to_numpy(), f"verified.{name}") for name in ("pre_id", "post_id")]
    return pd.MultiIndex.from_arrays(ids, names=["pre_id", "post_id"])


def _scores(connectome: Connectome, checked: pd.DataFrame, column: str) -> tuple[Floats, Any]:
    import pandas as pd

    names = list(connectome.synapses.columns)
    if column not in names:
        msg = f"{connectome.name} has no {column} of synapses; it has {', '.join(names)}."
        raise ValueError(msg)
    ids = as_ids(checked["synapse_id"].to_numpy(), "verified.synapse_id")
    known = pd.DataFrame({"synapse_id": ids, "is_true": checked["is_true"].to_numpy()})
    found = connectome.sql(
        f'SELECT s."{column}" AS score, v.is_true FROM synapses s JOIN verified v USING (synapse_id)',
        tables={"verified": known},
    ).df()
    if len(found) < len(known):
        msg = (
            f"{len(known) - len(found):,} of {len(known):,} verified synapses are not in {connectome.name}; "
            "ids of another release?"
        )
        raise ValueError(msg)
    return found["score"].to_numpy(np.float64, na_value=np.nan), found["is_true"].to_numpy(bool)


def _log_odds(probability: Floats) -> Floats:
    inside = np.clip(probability, _LEAST, 1.0 - _LEAST)
    result: Floats = np.log(inside) - np.log1p(-inside)
    return result


def _information(probability: Floats) -> float:
    """What the verified ones tell of one factor on all odds."""
    return float((probability * (1.0 - probability)).sum())


def _model(
    connectome: Connectome,
    pairs: Any,
    recall: float | None,
    information: float,
    calibration: Calibration | None,
) -> ErrorModel:
    before = connectome.manifest.error_model
    model = ErrorModel() if before is None else ErrorModel.from_dict(before)
    changes: dict[str, Any] = {"alpha": None} if model.of_connections else {"false_rate": 0.0}
    if recall is not None:
        changes |= {"recall": recall, "alpha": None, "beta": None}
    names: tuple[str, ...] = ()
    covariance = np.zeros((0, 0))
    if model.uncertainty is not None:
        gone = ("alpha", "false_rate", *(("recall", "beta") if recall is not None else ()))
        keep = [i for i, n in enumerate(model.uncertainty.names) if n.partition("[")[0] not in gone]
        names = tuple(model.uncertainty.names[i] for i in keep)
        covariance = model.uncertainty.covariance[np.ix_(keep, keep)]
    if information > 0:
        names = (*names, "confidence_odds")
        size = len(covariance)
        wider = np.zeros((size + 1, size + 1))
        wider[:size, :size] = covariance
        wider[size, size] = 1.0 / information
        covariance = wider
    verified = "nothing verified" if calibration is None else f"{calibration.n:,} verified"
    return model.replace(
        **changes,
        confidence_odds=1.0,
        could_touch=pairs,
        connection_from=1,
        uncertainty=Uncertainty(names, covariance) if names else None,
        source=" ".join(filter(None, [model.source, f"Confidences of edges, {verified}."])),
    )


def _in_words(
    calibration: Calibration | None, column: str, n_pairs: float, what: str
) -> dict[str, Any]:
    said: dict[str, Any] = {"column": column, "pairs_that_could_touch": n_pairs}
    if calibration is None:
        return said | {"verified": 0}
    return said | {
        "verified": calibration.n,
        "of": what,
        "real": calibration.n_true,
        "method": calibration.method,
        "brier": calibration.brier,
        "scores": calibration.scores.tolist(),
        "probabilities": calibration.probabilities.tolist(),
        "reliability": calibration.reliability.to_dict("records"),
    }


def _column_meanings(connectome: Connectome, column: str, of_synapses: bool) -> dict[str, str]:
    if of_synapses and column == "confidence" and "score" in connectome.synapses.columns:
        return {f"synapses.{_OLD}": "confidence as the detector gave it"}
    return {}


def _tables(
    connectome: Connectome, edges: pd.DataFrame, calibration: Calibration | None, column: str
) -> dict[str, Any]:
    """All tables, streamed; edges and synapses with their confidence."""
    import pandas as pd

    def stream(query: str, **tables: pd.DataFrame) -> Any:
        return connectome.sql(query, tables=tables).to_arrow_reader()

    made: dict[str, Any] = {
        name: stream(f'SELECT * FROM "{name}"') for name in connectome.manifest.tables
    }
    old = " EXCLUDE (confidence)" if "confidence" in connectome.edges.columns else ""
    table = edges.reset_index()[["pre_id", "post_id", "probability"]]
    made["edges"] = stream(
        f"SELECT e.*{old}, CASE WHEN e.edge_type = 'chemical' THEN p.probability END AS confidence "
        "FROM edges e LEFT JOIN probabilities p ON e.pre_id = p.pre_id AND e.post_id = p.post_id",
        probabilities=table,
    )
    if "edges_by_region" in made and "confidence" in connectome.table("edges_by_region").columns:
        made["edges_by_region"] = stream("SELECT * EXCLUDE (confidence) FROM edges_by_region")
    if calibration is None:
        return made
    names = list(connectome.synapses.columns)
    scores = connectome.sql(f'SELECT synapse_id, "{column}" AS score FROM synapses').df()
    known = scores["score"].notna().to_numpy()
    values = np.full(len(scores), np.nan)
    values[known] = calibration(scores["score"].to_numpy(np.float64, na_value=np.nan)[known])
    calibrated = pd.DataFrame({"synapse_id": scores["synapse_id"], "value": values})
    kept = " EXCLUDE (confidence)" if "confidence" in names else ""
    if column == "confidence":
        kept += f", s.confidence AS {_OLD if 'score' in names else 'score'}"
    made["synapses"] = stream(
        f"SELECT s.*{kept}, nullif(c.value, 'nan'::DOUBLE) AS confidence "
        "FROM synapses s JOIN calibrated c USING (synapse_id)",
        calibrated=calibrated,
    )
    return made

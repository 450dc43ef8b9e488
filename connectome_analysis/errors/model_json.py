"""Model JSON: an error model as plain JSON and back, for the manifest and for files.

A model without splits, merges or a part of its own is short; a matrix of rates is packed as text, every
bit of it, and belongs to the neurons of one graph in their order. A manifest adds ``edge_types``, the
connections that its model holds for.
"""

from __future__ import annotations

import base64
import binascii
import json
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .could_touch import (
    AllPairs,
    ContactPairs,
    SharedColumn,
    WithinDistance,
    as_could_touch,
)
from .error_model import ErrorModel
from .fragments import Merge, Split
from .uncertainty import Uncertainty
from .varying import PerColumn, PerGroup, PerMatrix, PerNeuron, PerPair

FORMAT = "neuropil-error-model"
_RATES = ("recall", "false_rate", "pre_completeness", "post_completeness", "alpha", "beta")
_PLAIN = (
    *("min_synapses", "connection_from", "confidence_odds", "confidence_kept"),
    *("name", "source"),
)
_KINDS = {
    "column": PerColumn,
    "group": PerGroup,
    "neuron": PerNeuron,
    "pair": PerPair,
    "matrix": PerMatrix,
}


def to_dict(model: ErrorModel) -> dict[str, Any]:
    """Everything of a model; parts left at their defaults are left out."""
    default = ErrorModel()
    content: dict[str, Any] = {"format": FORMAT, "version": 1}
    for name in (*_RATES, *_PLAIN):
        value = getattr(model, name)
        if not (
            value is None or (not hasattr(value, "__dict__") and value == getattr(default, name))
        ):
            content[name] = _rate_out(value)
    if model.could_touch is not None:
        content["could_touch"] = _touch_out(model.could_touch)
    if model.split is not None:
        content["split"] = {
            "probability": _rate_out(model.split.probability),
            "part": model.split.part,
            "fraction": model.split.fraction,
            "keep_fragment": model.split.keep_fragment,
        }
    if model.merge is not None:
        content["merge"] = {
            "probability": _rate_out(model.merge.probability),
            "could_touch": _touch_out(model.merge.could_touch),
        }
    if model.uncertainty is not None:
        content["uncertainty"] = {
            "names": list(model.uncertainty.names),
            "covariance": model.uncertainty.covariance.tolist(),
        }
    return content


def from_dict(content: Mapping[str, Any]) -> ErrorModel:
    """Make a model; a ValueError says what of the content is not one.

    Rates written by hand need neither "format" nor "version": ``{"beta": 0.15}``.
    """
    anything: object = content
    is_object = isinstance(anything, Mapping)
    if is_object and "format" not in content and {*content} & {*_RATES}:
        content = {"format": FORMAT, "version": 1, **content}
    if not is_object or content.get("format") != FORMAT:
        msg = (
            f'An error model is a JSON object with "format": "{FORMAT}" and "version": 1, or rates alone such '
            'as {"beta": 0.15}; this is none.'
        )
        raise ValueError(msg)
    if content.get("version") != 1:
        msg = f"The error model has version {content.get('version')!r}, this software reads 1."
        raise ValueError(msg)
    known = {
        *_RATES,
        *_PLAIN,
        *("format", "version", "edge_types", "could_touch", "split", "merge", "uncertainty"),
    }
    unknown = sorted(set(content) - known)
    if unknown:
        msg = f"An error model has no {', '.join(unknown)}; it has {', '.join(sorted(known))}."
        raise ValueError(msg)
    values: dict[str, Any] = {name: content[name] for name in _PLAIN if name in content}
    for name in _RATES:
        if name in content:
            values[name] = _rate_in(content[name], name)
    try:
        if "could_touch" in content:
            values["could_touch"] = _touch_in(content["could_touch"])
        if "split" in content:
            split = dict(content["split"])
            split["probability"] = _rate_in(split.get("probability", 0.0), "split.probability")
            values["split"] = Split(**split)
        if "merge" in content:
            merge = dict(content["merge"])
            values["merge"] = Merge(
                probability=_rate_in(merge.get("probability", 0.0), "merge.probability"),
                could_touch=_touch_in(merge.get("could_touch")),
            )
        if "uncertainty" in content:
            given = content["uncertainty"]
            values["uncertainty"] = Uncertainty(
                tuple(given["names"]), np.array(given["covariance"], dtype=np.float64)
            )
    except (KeyError, TypeError, AttributeError) as error:
        msg = f"The error model is damaged: {type(error).__name__} {error}."
        raise ValueError(msg) from None
    return ErrorModel(**values)


def write_model(model: ErrorModel, path: str | Path) -> None:
    """Write a model to a JSON file, whole or not at all."""
    target = Path(path)
    part = target.with_name(f".{target.name}.part")
    try:
        part.write_text(json.dumps(to_dict(model), indent=2) + "\n", encoding="utf-8")
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)


def read_model(path: str | Path) -> ErrorModel:
    """Read a model from a JSON file that `write_model` wrote, or of rates written by hand."""
    try:
        content = json.loads(Path(path).read_text(encoding="utf-8"))
    except OSError as error:
        msg = f"{path} cannot be read ({error.strerror})."
        raise ValueError(msg) from None
    except (json.JSONDecodeError, UnicodeDecodeError) as error:
        msg = f"{path} is not JSON ({error})."
        raise ValueError(msg) from None
    return from_dict(content)


def _rate_out(rate: Any) -> Any:
    if isinstance(rate, PerColumn):
        return {"per": "column", "column": rate.column, "default": rate.default}
    if isinstance(rate, PerGroup):
        rows = [
            [*(key if isinstance(key, tuple) else (key,)), value]
            for key, value in rate.rates.items()
        ]
        return {"per": "group", "column": rate.column, "values": rows, "default": rate.default}
    if isinstance(rate, PerNeuron):
        return {
            "per": "neuron",
            "node_ids": rate.node_ids.tolist(),
            "values": rate.rates.tolist(),
            "default": rate.default,
        }
    if isinstance(rate, PerPair):
        return {
            "per": "pair",
            "pre_ids": rate.pre_ids.tolist(),
            "post_ids": rate.post_ids.tolist(),
            "values": rate.rates.tolist(),
            "default": rate.default,
        }
    if isinstance(rate, PerMatrix):
        packed = zlib.compress(np.ascontiguousarray(rate.matrix, "<f8").tobytes())
        return {
            "per": "matrix",
            "n_neurons": len(rate.matrix),
            "float64_zlib_base64": base64.b64encode(packed).decode("ascii"),
        }
    return rate


def _rate_in(content: Any, name: str) -> Any:
    if not isinstance(content, Mapping):
        return content
    try:
        kind = content["per"]
        if kind == "column":
            return PerColumn(content["column"], content.get("default"))
        if kind == "group":
            values = {
                (row[0] if len(row) == 2 else (row[0], row[1])): float(row[-1])
                for row in content["values"]
            }
            return PerGroup(content["column"], values, content.get("default"))
        if kind == "neuron":
            ids = np.array(content["node_ids"], dtype=np.int64)
            return PerNeuron(ids, np.array(content["values"], float), content.get("default"))
        if kind == "pair":
            pre, post = _ids(content, "pre_ids"), _ids(content, "post_ids")
            return PerPair(
                pre, post, np.array(content["values"], float), content.get("default", 0.0)
            )
        if kind == "matrix":
            return _matrix_in(content)
    except (KeyError, TypeError, IndexError, binascii.Error, zlib.error) as error:
        msg = f"{name} of the error model is damaged: {type(error).__name__} {error}."
        raise ValueError(msg) from None
    msg = f"{name} of the error model varies per {kind!r}; known are {', '.join(_KINDS)}."
    raise ValueError(msg)


def _matrix_in(content: Mapping[str, Any]) -> PerMatrix:
    """Unpack a matrix: rows of little-endian float64, compressed, as text."""
    n = int(content["n_neurons"])
    values = zlib.decompress(base64.b64decode(content["float64_zlib_base64"], validate=True))
    if len(values) != 8 * n * n:
        msg = f"a matrix of {n} neurons has {8 * n * n} bytes, not {len(values)}"
        raise TypeError(msg)
    return PerMatrix(np.frombuffer(values, "<f8").reshape(n, n).astype(np.float64))


def _touch_out(could_touch: Any) -> Any:
    if isinstance(could_touch, AllPairs):
        return {"pairs": "all"}
    if isinstance(could_touch, SharedColumn):
        return {"pairs": "shared", "column": could_touch.column}
    if isinstance(could_touch, WithinDistance):
        return {"pairs": "within", "distance_um": could_touch.distance_um}
    area = could_touch.area_um2
    return {
        "pairs": "contact",
        "pre_ids": could_touch.pre_ids.tolist(),
        "post_ids": could_touch.post_ids.tolist(),
        "area_um2": None if area is None else area.tolist(),
    }


def _touch_in(content: Any) -> Any:
    if isinstance(content, str) or {*content} == {"within_um"}:  # as people write it
        return as_could_touch(content)
    kind = content["pairs"]
    if kind == "all":
        return AllPairs()
    if kind == "shared":
        return SharedColumn(content["column"])
    if kind == "within":
        return WithinDistance(float(content["distance_um"]))
    if kind == "contact":
        area = content["area_um2"]
        return ContactPairs(
            _ids(content, "pre_ids"),
            _ids(content, "post_ids"),
            None if area is None else np.array(area, dtype=np.float64),
        )
    msg = f"The error model's pairs that could touch are {kind!r}; known: all, shared, within, contact."
    raise ValueError(msg)


def _ids(content: Mapping[str, Any], key: str) -> NDArray[np.int64]:
    return np.array(content[key], dtype=np.int64)

"""Error model option: a preset, a file, rates, or what the manifest holds, as an error model."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    import connectome_analysis as ca

_WHAT = (
    "a preset (neuropil errors presets), a JSON file, rates such as alpha=0.002,beta=0.15, "
    "or manifest for the model stored with the connectome"
)
ErrorModelName = Annotated[
    str | None, typer.Option("--error-model", help=f"Errors of the reconstruction: {_WHAT}.")
]
NeededErrorModelName = Annotated[
    str, typer.Option("--error-model", help=f"Errors of the reconstruction: {_WHAT}.")
]
CouldTouch = Annotated[
    str | None,
    typer.Option(
        "--could-touch",
        metavar="COLUMN|DISTANCE|all",
        help="Pairs between which false connections can be: those with the same entry in a COLUMN "
        "of nodes, those within a distance such as 20um, or all.",
    ),
]
Density = Annotated[
    float | None,
    typer.Option(
        "--density",
        help="Share of the pairs that could touch that is truly connected, for presets of "
        "precision and recall.",
    ),
]

_RATES = ("alpha", "beta", "recall", "false_rate", "pre_completeness", "post_completeness")
_COUNTS = ("min_synapses", "connection_from")


def optional_error_model(
    given: str | None,
    could_touch: str | None,
    density: float | None,
    connectome: ca.Connectome,
    edge_type: str = "chemical",
) -> ca.errors.ErrorModel | None:
    """Make the error model where one was asked for; its other options need it."""
    if given is not None:
        return error_model_of(given, could_touch, density, connectome, edge_type)
    if could_touch is not None or density is not None:
        msg = "--could-touch and --density belong to an error model; give --error-model too."
        raise ValueError(msg)
    return None


def error_model_of(
    given: str,
    could_touch: str | None = None,
    density: float | None = None,
    connectome: ca.Connectome | None = None,
    edge_type: str = "chemical",
) -> ca.errors.ErrorModel:
    """Make the error model that was asked for.

    Parameters
    ----------
    given : str
        The text after ``--error-model``.
    could_touch, density
        Of presets and rates.
    connectome : Connectome, optional
        Whose manifest ``manifest`` means.
    edge_type : str
        The connections that it is for, as ``--edge-type`` has it.

    Raises
    ------
    ValueError
        Where there is no such model, something it needs is missing, or it is not for such connections.

    Examples
    --------
    >>> error_model_of("alpha=0.002,beta=0.15")
    ErrorModel: 15 % of connections are missed; 0.2 % of unconnected pairs are seen as connected \
(all pairs).
    """
    import connectome_analysis as ca

    _require_directed(edge_type, connectome)
    touch = touch_of(could_touch)
    if given in ca.errors.presets().index:
        return _of_preset(given, touch, density)
    if density is not None:
        msg = (
            "--density is for presets of precision and recall; a file, rates and the manifest "
            "have their false connections already."
        )
        raise ValueError(msg)
    is_file = Path(given).expanduser().is_file() or given.endswith(".json")
    if "=" in given and not is_file:
        return _of_rates(given, touch)
    if touch is not None:
        msg = "--could-touch is for presets and rates; a file and the manifest say it themselves."
        raise ValueError(msg)
    if is_file:
        return ca.errors.read_model(Path(given).expanduser())
    if given == "manifest":
        return _of_manifest(connectome, edge_type)
    msg = f"--error-model must be {_WHAT}; got {given!r}.{_near(given)}"
    raise ValueError(msg)


def touch_of(given: str | None) -> Any:
    """Read ``--could-touch``: a column, "all", or a distance such as 20um."""
    if given is None:
        return None
    distance = re.fullmatch(r"(\d+(?:\.\d*)?|\.\d+) ?um", given)
    return {"within_um": float(distance[1])} if distance else given


def _require_directed(edge_type: str, connectome: ca.Connectome | None) -> None:
    """Raise ValueError for connections that stand in both directions, whose errors are those of pairs."""
    has = {} if connectome is None or edge_type != "all" else connectome.edge_types()
    if edge_type == "electrical" or "electrical" in has:
        msg = (
            f"--edge-type {edge_type} has electrical connections, which stand in both directions, and "
            "--error-model takes errors to come one direction at a time; give --edge-type chemical."
        )
        raise ValueError(msg)


def _of_preset(name: str, touch: Any, density: float | None) -> ca.errors.ErrorModel:
    import connectome_analysis as ca

    row = ca.errors.presets().loc[name]
    scored = bool(row["precision"] == row["precision"])  # not NaN
    counted = bool(row["alpha"] == row["alpha"])
    where = "--could-touch COLUMN, --could-touch 20um, or --could-touch all where all lie together"
    if counted and touch is None:
        msg = f"{name} has false connections among neurons that arborise together; say which do: {where}."
        raise ValueError(msg)
    if scored and (touch is None) != (density is None):
        lacks = "--density is" if density is None else "--could-touch is"
        msg = (
            f"The false part of {name} needs --density and --could-touch together, {lacks} missing: "
            "how many of which pairs are connected."
        )
        raise ValueError(msg)
    if not counted and not scored and touch is not None:
        msg = f"{name} has nothing false, so --could-touch says nothing; leave it out."
        raise ValueError(msg)
    if density is not None and not scored:
        msg = (
            f"--density is for presets of precision and recall; {name} has its rates as published."
        )
        raise ValueError(msg)
    return ca.errors.preset(name, density=density, could_touch=touch)


def _of_rates(given: str, touch: Any) -> ca.errors.ErrorModel:
    import connectome_analysis as ca

    rates: dict[str, Any] = {}
    for part in given.split(","):
        name, _, text = (piece.strip() for piece in part.partition("="))
        if name not in (*_RATES, *_COUNTS) or name in rates:
            what = "more than once" if name in rates else "as a rate"
            msg = (
                f"--error-model {given!r} has {part.strip()!r} {what}; write NAME=VALUE with commas "
                f"between, each of {', '.join((*_RATES, *_COUNTS))} once."
            )
            raise ValueError(msg)
        try:
            rates[name] = int(text) if name in _COUNTS else float(text)
        except ValueError:
            kind = "a whole number" if name in _COUNTS else "a number such as 0.15"
            msg = f"{name} of --error-model must be {kind}, got {text!r}."
            raise ValueError(msg) from None
    if any(rates.get(name) for name in ("alpha", "false_rate")):
        rates["could_touch"] = "all" if touch is None else touch
    elif touch is not None:
        msg = "--could-touch is about false connections; give alpha or false_rate too."
        raise ValueError(msg)
    return ca.errors.ErrorModel(**rates)


def _of_manifest(connectome: ca.Connectome | None, edge_type: str) -> ca.errors.ErrorModel:
    import connectome_analysis as ca

    content = None if connectome is None else connectome.manifest.error_model
    if content is None:
        whose = (
            "There is no connectome" if connectome is None else f"{connectome.name} has no error"
        )
        msg = (
            f"{whose}{' model in its manifest' if connectome is not None else ' whose manifest to read'}; "
            "give a preset, a JSON file or rates such as alpha=0.002,beta=0.15."
        )
        raise ValueError(msg)
    holds = content.get("edge_types")
    asked = {edge_type}
    if edge_type == "all" and connectome is not None:
        asked = set(connectome.edge_types())
    if holds is not None and not asked <= set(holds):
        msg = (
            f"The error model in the manifest holds for {', '.join(holds)} connections, not for "
            f"--edge-type {edge_type}; give --edge-type {holds[0]}, or other rates."
        )
        raise ValueError(msg)
    return ca.errors.ErrorModel.from_dict(content)


def _near(given: str) -> str:
    from difflib import get_close_matches

    import connectome_analysis as ca

    close = get_close_matches(given, list(ca.errors.presets().index), n=1, cutoff=0.5)
    return f" Did you mean {close[0]}?" if close else ""

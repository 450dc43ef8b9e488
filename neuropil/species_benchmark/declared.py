"""Declared: the file that says which connectomes are held against which nulls, read and checked."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from difflib import get_close_matches
from importlib.resources import files
from pathlib import Path
from typing import Any

from .declared_checks import check_dataset, check_settings

OWN_FILE = "species.toml"


@dataclass(frozen=True, kw_only=True)
class Settings:
    """What holds for all datasets.

    Attributes
    ----------
    samples : int
        Graphs drawn for each dataset and null; 2 at least.
    seed : int
    null_models : tuple of str
    four_node_null_models : tuple of str
        Of these, those that classes of four neurons are held against.
    error_models : tuple of str
        Presets of `connectome_analysis.errors`, or rates such as ``alpha=0.0005,beta=0.1``.
    error_null_model : str
        The null that is seen with these errors.
    """

    samples: int = 1000
    seed: int = 0
    null_models: tuple[str, ...] = ("configuration",)
    four_node_null_models: tuple[str, ...] = ()
    error_models: tuple[str, ...] = ()
    error_null_model: str = "configuration"


@dataclass(frozen=True, kw_only=True)
class Dataset:
    """One connectome of the benchmark.

    Attributes
    ----------
    name : str
        What it is called in every table; seeds its nulls.
    connectome : str or None
        A folder, absolute or from the file's own folder, or the name of a bundled dataset.
    source, format, options
        In place of it: files to read with `ingest.read`, relative to the folder that NEUROPIL_DATA names.
    edge_type, min_synapses, where
        As for ``Connectome.graph``; ``edge_type = "all"`` adds the kinds up.
    colors : str or None
        Column that colors the neurons.
    null_models, four_node_null_models, error_models : tuple of str or None
        In place of those of the settings.
    null_options : mapping
        Null model to its options.
    published : mapping
        Numbers printed elsewhere, with ``source``, shown beside ours.
    """

    name: str
    connectome: str | None = None
    source: str | None = None
    format: str | None = None
    options: Mapping[str, Any] = field(default_factory=dict)
    edge_type: str = "chemical"
    min_synapses: int | None = None
    where: str | None = None
    colors: str | None = None
    null_models: tuple[str, ...] | None = None
    four_node_null_models: tuple[str, ...] | None = None
    error_models: tuple[str, ...] | None = None
    null_options: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    published: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Plan:
    """Settings and datasets, in the order they are reported in."""

    settings: Settings
    datasets: tuple[Dataset, ...]

    def only(self, names: Sequence[str]) -> Plan:
        """Keep the datasets of these names; a ValueError for a name that is none."""
        known = [one.name for one in self.datasets]
        for name in names:
            if name not in known:
                near = get_close_matches(name, known, n=1, cutoff=0.4)
                msg = f"There is no dataset {name!r} in the benchmark."
                msg += f" Did you mean {near[0]!r}?" if near else f" There are: {', '.join(known)}."
                raise ValueError(msg)
        kept = tuple(one for one in self.datasets if not names or one.name in names)
        return replace(self, datasets=kept)


def read_plan(own: str | Path | None = None) -> Plan:
    """Read the file of the package, and a user's own file on top.

    Parameters
    ----------
    own : path, optional
        Its datasets are added, or take the place of those of the same name; its settings go first.

    Raises
    ------
    ValueError
        Where the file is not there, is no TOML, or has a key or value that means nothing.

    Examples
    --------
    >>> plan = read_plan()
    >>> plan.settings.samples, plan.datasets[0].name
    (1000, 'worm hermaphrodite')
    """
    text = files(__package__).joinpath("species.toml").read_text(encoding="utf-8")
    plan = parse_plan(text, "the benchmark's own species.toml", Path())
    if own is None:
        return plan
    path = Path(own)
    try:
        given = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        msg = f"There is no file {path}; neuropil benchmark add NAME CONNECTOME makes one."
        raise ValueError(msg) from None
    more = parse_plan(given, str(path), path.parent, settings=plan.settings)
    new = {one.name: one for one in more.datasets}
    kept = tuple(new.pop(one.name, one) for one in plan.datasets)
    return Plan(settings=more.settings, datasets=(*kept, *new.values()))


def parse_plan(text: str, name: str, folder: Path, *, settings: Settings | None = None) -> Plan:
    """Read a plan from the text of a file.

    Parameters
    ----------
    text, name : str
        The TOML and what to call it in messages.
    folder : Path
        What relative paths of ``connectome`` begin at.
    settings : Settings, optional
        What the file does not set.
    """
    try:
        content = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        msg = f"{name} is not TOML: {error}."
        raise ValueError(msg) from None
    _require_known(content, ("settings", "dataset"), name)
    base = settings or Settings()
    given = content.get("settings", {})
    _require_known(given, [one.name for one in fields(Settings)], f"[settings] of {name}")
    found = replace(base, **{key: _value(value) for key, value in given.items()})
    check_settings(found, name)
    datasets = tuple(_dataset(one, name, folder) for one in content.get("dataset", []))
    names = [one.name for one in datasets]
    for one in names:
        if names.count(one) > 1:
            msg = f"{name} has two datasets called {one!r}; give each a name of its own."
            raise ValueError(msg)
    return Plan(settings=found, datasets=datasets)


def _dataset(given: Mapping[str, Any], name: str, folder: Path) -> Dataset:
    what = f"the dataset {given.get('name', '')!r} of {name}"
    _require_known(given, [one.name for one in fields(Dataset)], what)
    if not isinstance(given.get("name"), str) or not given["name"].strip():
        msg = f'Every dataset of {name} needs a name, such as name = "my fly".'
        raise ValueError(msg)
    found = Dataset(**{key: _value(value) for key, value in given.items()})
    if (found.connectome is None) == (found.source is None):
        msg = f"{what} needs either connectome, or source with format."
        raise ValueError(msg.capitalize() if msg[0].islower() else msg)
    if found.source is not None and found.format is None:
        msg = (
            f'The files of {what} need a format (neuropil ingest --help), such as format = "larva".'
        )
        raise ValueError(msg)
    check_dataset(found, what)
    if found.connectome is not None and (folder / found.connectome).is_dir():
        return replace(found, connectome=str(folder / found.connectome))
    return found


def _value(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


def _require_known(given: Mapping[str, Any], known: Sequence[str], what: str) -> None:
    for key in given:
        if key not in known:
            near = get_close_matches(key, known, n=1)
            hint = f" Did you mean {near[0]}?" if near else f" It may have {', '.join(known)}."
            msg = f"{what[0].upper() + what[1:]} has {key!r}, which means nothing here.{hint}"
            raise ValueError(msg)

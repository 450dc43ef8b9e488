"""Writers: which releases can be simulated, and who writes each."""

from __future__ import annotations

import difflib
import importlib
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import TypeAlias

from connectome_analysis.tables import ContractError

Writer: TypeAlias = Callable[..., None]

# ``"module:function"`` of this room by name; called as
# ``function(folder, *, n_neurons, n_connections, seed)`` on an empty folder.
WRITERS: dict[str, str] = {
    "flywire-783": "flywire:write_flywire_783",
    "flywire-630": "flywire:write_flywire_630",
    "whole-fly": "whole_fly:write_whole_fly",
    "neuprint": "neuprint:write_neuprint_export",
    "neuprint-bulk": "neuprint:write_neuprint_bulk",
    "malecns": "flyem_feather:write_malecns",
    "banc": "banc:write_banc",
    "fanc": "fanc:write_fanc",
    "cave": "cave:write_cave",
    "h01": "h01:write_h01",
    "sonata": "sonata:write_sonata",
}


def find_writer(name: str) -> Writer:
    """Import the writer of a release.

    Raises
    ------
    ContractError
        Where there is none, with those there are.
    """
    if name not in WRITERS:
        near = difflib.get_close_matches(name, WRITERS, n=1)
        hint = f" Did you mean {near[0]!r}?" if near else ""
        msg = f"{name!r} is no release that can be simulated; there are {', '.join(WRITERS)}.{hint}"
        raise ContractError(msg)
    module, function = WRITERS[name].split(":")
    loaded: Writer = getattr(importlib.import_module(f".{module}", __package__), function)
    return loaded


def simulate_release(
    name: str,
    out: str | Path,
    *,
    n_neurons: int = 1_000,
    n_connections: int = 10_000,
    seed: int = 0,
) -> Path:
    """Write a synthetic release, whole or not at all.

    Parameters
    ----------
    name : str
        One of `WRITERS`.
    out : path
        The folder to make; it must not exist, or be empty.
    n_neurons : int
        At least 20, so that every quirk of the format has a neuron to show it.
    n_connections : int
        Ordered pairs of neurons; at least as many as neurons, at most a quarter of all pairs.
    seed : int
        The same seed writes the same values.

    Returns
    -------
    Path
        The folder.

    Raises
    ------
    ContractError
        Where the name is unknown, a number out of range or the folder not empty.
    """
    writer = find_writer(name)
    if n_neurons < 20:
        msg = f"n_neurons must be at least 20, got {n_neurons:,}."
        raise ContractError(msg)
    if not n_neurons <= n_connections <= n_neurons**2 // 4:
        msg = (
            f"n_connections must be between {n_neurons:,} and {n_neurons**2 // 4:,} for "
            f"{n_neurons:,} neurons, got {n_connections:,}."
        )
        raise ContractError(msg)
    folder = Path(out).expanduser().resolve()
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        msg = f"{folder} exists and is not an empty folder. Choose another name."
        raise ContractError(msg)
    folder.parent.mkdir(parents=True, exist_ok=True)
    staging = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
    try:
        writer(staging, n_neurons=n_neurons, n_connections=n_connections, seed=seed)
        (staging / "README.txt").write_text(
            "SYNTHETIC DATA. Nothing here was measured in an animal.\n\n"
            f"Files in the format of the release {name!r}, written by\n"
            f"neuropil simulate-release {name} OUT --neurons {n_neurons} "
            f"--connections {n_connections} --seed {seed}\n",
            encoding="utf-8",
        )
        staging.chmod(0o755)
        staging.replace(folder)  # an empty folder may be replaced
    except BaseException:
        shutil.rmtree(staging, ignore_errors=True)
        raise
    return folder


def is_simulated(folder: Path) -> bool:
    """Whether a release folder says of itself that it is synthetic."""
    readme = folder / "README.txt"
    return readme.is_file() and readme.read_text("utf-8", "replace").startswith("SYNTHETIC DATA")

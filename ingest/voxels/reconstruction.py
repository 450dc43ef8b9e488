"""Reconstruction: what the way from a volume to a connectome hands back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ..account import Ingested

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, kw_only=True)
class Stage:
    """One step of the way and how long it took.

    Attributes
    ----------
    name : str
    seconds : float
    voxels : int
        That it went through.
    """

    name: str
    seconds: float
    voxels: int

    @property
    def megavoxels_per_second(self) -> float:
        """Speed; infinite where no time passed."""
        return self.voxels / 1e6 / self.seconds if self.seconds > 0 else float("inf")


@dataclass(frozen=True, kw_only=True, eq=False)
class Reconstruction(Ingested):
    """A connectome made from voxels, with what a report wants to show of it.

    Attributes
    ----------
    raw : (Z, Y, X) uint8 array or lazy volume
    labels : (Z, Y, X) uint64 array or lazy volume
        Node ids; 0 is no neuron.
    voxel_size_nm, offset_nm : (z, y, x)
        Size of a voxel, and where the middle of the first one lies.
    nodes, edges, synapses, skeletons : DataFrame
        The tables as written.
    stages : tuple of Stage
    settings : mapping
        Everything that decided the result, as the manifest has it.
    scores : mapping or None
        Against the truth, where it was given; see `against_truth.scores_of`.
    """

    raw: Any
    labels: Any
    voxel_size_nm: tuple[float, float, float]
    offset_nm: tuple[float, float, float]
    nodes: pd.DataFrame
    edges: pd.DataFrame
    synapses: pd.DataFrame
    skeletons: pd.DataFrame
    stages: tuple[Stage, ...]
    settings: Mapping[str, Any]
    scores: Mapping[str, Any] | None

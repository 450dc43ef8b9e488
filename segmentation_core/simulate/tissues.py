"""Tissues: how thick neurites are, how they branch and whom they meet, by kind of neuropil.

Numbers are those of the literature where there are any. Cortex: axons of 0.1-0.3 µm with boutons
every few µm, dendrites of 0.3-1.5 µm with about one spine per µm, one synapse per 1-2 µm³, a tenth
of the volume glia (Motta et al. 2019, doi:10.1126/science.aay3134; Kasthuri et al. 2015,
doi:10.1016/j.cell.2015.06.054). Fly: thick backbones and twigs down to 50 nm, T-bars that face
two to six partners (Takemura et al. 2015, doi:10.1073/pnas.1509820112).
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class NeuriteKind:
    """One population of neurites; lengths and radii in nm."""

    name: str  # "axon", "dendrite"
    volume_share: float  # of the tissue, before what is left over is shared out
    radius_nm: float  # median over neurites
    radius_spread: float  # of the natural logarithm, over neurites
    radius_least_nm: float
    radius_most_nm: float
    straightness: float  # 0 wanders, 1 goes straight on
    varicosity_every_nm: float = 0.0  # 0: none
    varicosity_radius_nm: float = 0.0
    branch_every_nm: float = 0.0  # 0: none
    branch_radius_ratio: float = 0.7
    spine_every_nm: float = 0.0  # 0: none
    is_presynaptic: bool = False
    is_postsynaptic: bool = False
    inhibitory_share: float = 0.0
    mitochondria_every_nm: float = 6000.0
    microtubules: bool = False


@dataclass(frozen=True, kw_only=True)
class Tissue:
    """What a piece of neuropil is made of."""

    name: str
    kinds: tuple[NeuriteKind, ...]
    glia_share: float  # wanted share of the volume
    sheet_nm: float  # half thickness of glial sheets where glia is
    warp_nm: tuple[float, float]  # amplitude of the slow and of the quick waviness
    wobble: float  # unevenness of outlines, share of the radius
    synapses_per_um3: float
    partners_least: int
    partners_most: int
    cleft_radius_nm: float
    psd_nm: float  # depth of the postsynaptic density
    t_bars: bool
    transmitters: tuple[str, str]  # of the excitatory, of the inhibitory
    vesicles_per_site: int
    cytoplasm: tuple[float, float]  # density, mean and standard deviation over neurites
    scattered_per_um3: float  # vesicles and granules away from synapses


CORTEX = Tissue(
    name="cortex",
    kinds=(
        NeuriteKind(
            name="dendrite",
            volume_share=0.34,
            radius_nm=330.0,
            radius_spread=0.35,
            radius_least_nm=160.0,
            radius_most_nm=750.0,
            straightness=0.95,
            spine_every_nm=900.0,
            is_postsynaptic=True,
            mitochondria_every_nm=3500.0,
            microtubules=True,
        ),
        NeuriteKind(
            name="axon",
            volume_share=0.46,
            radius_nm=95.0,
            radius_spread=0.28,
            radius_least_nm=55.0,
            radius_most_nm=200.0,
            straightness=0.85,
            varicosity_every_nm=3200.0,
            varicosity_radius_nm=250.0,
            branch_every_nm=25000.0,
            is_presynaptic=True,
            inhibitory_share=0.15,
            mitochondria_every_nm=5000.0,
            microtubules=True,
        ),
    ),
    glia_share=0.09,
    sheet_nm=14.0,
    warp_nm=(110.0, 21.0),
    wobble=0.2,
    synapses_per_um3=1.0,
    partners_least=1,
    partners_most=1,
    cleft_radius_nm=170.0,
    psd_nm=32.0,
    t_bars=False,
    transmitters=("glutamate", "gaba"),
    vesicles_per_site=60,
    cytoplasm=(0.25, 0.07),
    scattered_per_um3=60.0,
)

FLY = Tissue(
    name="fly",
    kinds=(
        NeuriteKind(
            name="backbone",
            volume_share=0.38,
            radius_nm=360.0,
            radius_spread=0.45,
            radius_least_nm=150.0,
            radius_most_nm=900.0,
            straightness=0.92,
            varicosity_every_nm=2600.0,
            varicosity_radius_nm=520.0,
            branch_every_nm=1500.0,
            branch_radius_ratio=0.25,
            is_presynaptic=True,
            is_postsynaptic=True,
            inhibitory_share=0.3,
            mitochondria_every_nm=2500.0,
            microtubules=True,
        ),
        NeuriteKind(
            name="twig",
            volume_share=0.42,
            radius_nm=95.0,
            radius_spread=0.4,
            radius_least_nm=45.0,
            radius_most_nm=260.0,
            straightness=0.8,
            varicosity_every_nm=2200.0,
            varicosity_radius_nm=230.0,
            branch_every_nm=2200.0,
            branch_radius_ratio=0.8,
            is_presynaptic=True,
            is_postsynaptic=True,
            inhibitory_share=0.3,
            mitochondria_every_nm=5000.0,
        ),
    ),
    glia_share=0.07,
    sheet_nm=12.0,
    warp_nm=(115.0, 20.0),
    wobble=0.2,
    synapses_per_um3=1.5,
    partners_least=2,
    partners_most=6,
    cleft_radius_nm=110.0,
    psd_nm=16.0,
    t_bars=True,
    transmitters=("acetylcholine", "gaba"),
    vesicles_per_site=30,
    cytoplasm=(0.30, 0.11),
    scattered_per_um3=90.0,
)

TISSUES = {tissue.name: tissue for tissue in (CORTEX, FLY)}


def tissue_named(name: str) -> Tissue:
    """Tissue of a name.

    Raises
    ------
    ValueError
        Where there is none of that name.

    Examples
    --------
    >>> tissue_named("fly").t_bars
    True
    """
    if name not in TISSUES:
        msg = f"tissue must be one of {', '.join(map(repr, TISSUES))}, got {name!r}."
        raise ValueError(msg)
    return TISSUES[name]

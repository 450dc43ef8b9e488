"""Presets: tissue that people plan to map, with the source of every number."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .assumptions import METHODS, Assumption

if TYPE_CHECKING:
    import pandas as pd

_MICRONS = "MICrONS 2025, doi:10.1038/s41586-025-08790-w"
_H01 = "Shapson-Coe et al. 2024, doi:10.1126/science.adk4858"
_FAFB = "Zheng et al. 2018, doi:10.1016/j.cell.2018.06.019"
_FLYWIRE = "Dorkenwald et al. 2024, doi:10.1038/s41586-024-07558-y"
_DRACHMAN = "Drachman 2005, doi:10.1212/01.WNL.0000166914.38327.BB"
_CORTEX = (
    "Braitenberg and Schüz 1998, as Faisal et al. 2005 give them, doi:10.1016/j.cub.2005.05.056"
)


def _tissue(
    volume_mm3: tuple[float, str],
    voxel_nm: tuple[float, float, float],
    voxel_source: str,
    neurons_per_mm3: tuple[float, str],
    synapses_per_mm3: tuple[float, str],
) -> tuple[Assumption, ...]:
    z, y, x = voxel_nm
    return (
        Assumption("volume_mm3", volume_mm3[0], "mm3", "tissue to be imaged", volume_mm3[1]),
        Assumption("voxel_z_nm", z, "nm", "thickness of a section", voxel_source),
        Assumption("voxel_y_nm", y, "nm", "side of a pixel", voxel_source),
        Assumption("voxel_x_nm", x, "nm", "side of a pixel", voxel_source),
        Assumption(
            "neurons_per_mm3", neurons_per_mm3[0], "per mm3", "cell bodies", neurons_per_mm3[1]
        ),
        Assumption(
            "synapses_per_mm3", synapses_per_mm3[0], "per mm3", "found or not", synapses_per_mm3[1]
        ),
    )


PRESETS: dict[str, tuple[Assumption, ...]] = {
    "adult-fly-brain": _tissue(
        (0.08, f"{_FAFB}: about 8e7 um3"),
        (40, 4, 4),
        _FAFB,
        (139_255 / 0.08, f"139,255 neurons: {_FLYWIRE}"),
        (1.3e8 / 0.08, f"130 million rows of synapses of release 783: {_FLYWIRE}"),
    ),
    "mouse-cortex-mm3": _tissue(
        (1.0, "by definition"),
        (40, 4, 4),
        _MICRONS,
        (9e4, _CORTEX),
        (7e8, _CORTEX + "; 523 million were detected in about one mm3: " + _MICRONS),
    ),
    "human-cortex-mm3": _tissue(
        (1.0, "by definition"),
        (33, 4, 4),
        _H01,
        (16_000, f"about 16,000 neurons of 57,000 cells: {_H01}"),
        (1.5e8, f"150 million detected: {_H01}"),
    ),
    "mouse-brain": _tissue(
        (500, "a cubic millimetre is 0.2 % of a mouse brain: doi:10.1016/j.cell.2020.08.010"),
        (40, 4, 4),
        f"as {_MICRONS}",
        (7.1e7 / 500, "71 million neurons: Herculano-Houzel 2006, doi:10.1073/pnas.0604911103"),
        (7e8, f"of cortex, taken for the whole: {_CORTEX}"),
    ),
    "human-brain": _tissue(
        (1.5e6, f"a litre and a half: {_DRACHMAN}"),
        (33, 4, 4),
        f"as {_H01}",
        (8.6e10 / 1.5e6, "86 billion neurons: Azevedo et al. 2009, doi:10.1002/cne.21974"),
        (
            1.5e14 / 1.5e6,
            f"1.5e14 of the neocortex alone, so a lower bound: {_DRACHMAN}",
        ),
    ),
}


def presets() -> pd.DataFrame:
    """What can be planned without further numbers.

    Returns
    -------
    DataFrame, index ``preset``
        ``volume_mm3``, ``voxel_z_nm``, ``voxel_y_nm``, ``voxel_x_nm``, ``neurons_per_mm3``,
        ``synapses_per_mm3``; their sources stand in the assumptions of `cost`.

    Examples
    --------
    >>> presets()["volume_mm3"].to_dict()["mouse-brain"]
    500.0
    """
    import pandas as pd

    rows = {name: {one.name: one.value for one in made} for name, made in PRESETS.items()}
    return pd.DataFrame.from_dict(rows, orient="index").astype(float).rename_axis("preset")


def assumptions_of(preset: str) -> dict[str, Assumption]:
    """All assumptions of one preset by name, those of the tissue first.

    Examples
    --------
    >>> assumptions_of("human-cortex-mm3")["voxel_z_nm"].value
    33
    """
    if preset not in PRESETS:
        msg = f"preset must be one of {', '.join(map(repr, PRESETS))}, got {preset!r}."
        raise ValueError(msg)
    return {one.name: one for one in (*PRESETS[preset], *METHODS)}

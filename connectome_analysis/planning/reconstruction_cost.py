"""Reconstruction cost: from a volume of tissue to voxels, bytes, days of imaging, GPU hours, tables and motifs."""

from __future__ import annotations

from math import ceil
from typing import TYPE_CHECKING, NamedTuple

from .assumptions import as_table
from .presets import assumptions_of

if TYPE_CHECKING:
    import pandas as pd


# Measured of an adult fly alone; whatever counts connections follows from them.
_OF_A_FLY = ("attached_share", "synapses_per_connection")


class Plan(NamedTuple):
    """What a reconstruction costs, and what that rests on.

    Attributes
    ----------
    table : DataFrame, index ``quantity``
        ``value``, ``unit`` and ``how`` it follows from the assumptions.
    assumptions : DataFrame, index ``assumption``
        ``value``, ``unit``, ``meaning``, ``source``; "given" for those that the caller changed.
    """

    table: pd.DataFrame
    assumptions: pd.DataFrame


def cost(preset: str = "mouse-cortex-mm3", **changes: float) -> Plan:
    """Say what a reconstruction will cost.

    Parameters
    ----------
    preset : str
        See `presets`.
    **changes : float
        Any assumption by name, for instance ``volume_mm3=0.1``, ``voxel_z_nm=30``, ``gpus=8``.

    Returns
    -------
    Plan
        Orders of magnitude: the assumptions say how well each number is known. Of tissue that is no fly's the
        table says where it rests on a fly's numbers; ``table.attrs["borrowed"]`` names them.

    Raises
    ------
    ValueError
        Where there is no such preset or assumption, or a value is not a number above 0.

    Examples
    --------
    >>> plan = cost("mouse-cortex-mm3")
    >>> f"{plan.table.loc['voxels', 'value']:.3g}"
    '1.56e+15'
    >>> quick = cost("mouse-cortex-mm3", microscopes=50)
    >>> bool(quick.table.loc["imaging", "value"] < plan.table.loc["imaging", "value"] / 9)
    True
    """
    import pandas as pd

    known = assumptions_of(preset)
    for name, value in changes.items():
        if name not in known:
            msg = f"There is no assumption {name!r}; there are {', '.join(known)}."
            raise ValueError(msg)
        known[name] = known[name].changed(value)
    borrowed = [
        name for name in _OF_A_FLY if preset != "adult-fly-brain" and known[name].source != "given"
    ]
    rows = _quantities({name: one.value for name, one in known.items()}, borrowed)
    table = pd.DataFrame(rows, columns=["quantity", "value", "unit", "how"]).set_index("quantity")
    table.attrs |= {"preset": preset, "changes": changes, "borrowed": borrowed}
    return Plan(table, as_table(known))


def compare_costs(*presets: str, **changes: float) -> pd.DataFrame:
    """Costs of several presets side by side.

    Parameters
    ----------
    *presets : str
        All where none is named.
    **changes : float
        The same for all.

    Returns
    -------
    DataFrame, index ``quantity``, one column per preset and ``unit`` first

    Examples
    --------
    >>> table = compare_costs("adult-fly-brain", "mouse-brain")
    >>> list(table.columns)
    ['unit', 'adult-fly-brain', 'mouse-brain']
    """
    import pandas as pd

    from .presets import PRESETS

    plans = {name: cost(name, **changes).table for name in presets or PRESETS}
    first = next(iter(plans.values()))
    table = pd.DataFrame({"unit": first["unit"]})
    return table.assign(**{name: plan["value"] for name, plan in plans.items()})


def _quantities(a: dict[str, float], borrowed: list[str]) -> list[tuple[str, float, str, str]]:
    of_a_fly = f"; {' and '.join(borrowed)} of an adult fly, not of this tissue" if borrowed else ""
    voxels = a["volume_mm3"] * 1e18 / (a["voxel_z_nm"] * a["voxel_y_nm"] * a["voxel_x_nm"])
    imaged = voxels * (1 + a["image_overlap"])
    imaging_days = imaged / (a["pixels_per_s_per_microscope"] * a["microscopes"]) / 86_400
    segmented = voxels / a["segmentation_voxel_factor"]
    per_gpu = a["voxels_per_s_per_core"] * a["gpu_over_core"]
    gpu_hours = segmented * a["networks"] * a["halo_factor"] / per_gpu / 3_600
    core_hours = segmented / a["fragment_voxels_per_s_per_core"] / 3_600
    neurons = a["volume_mm3"] * a["neurons_per_mm3"]
    synapses = a["volume_mm3"] * a["synapses_per_mm3"]
    connections = synapses * a["attached_share"] / a["synapses_per_connection"]
    degree = connections / max(neurons, 1.0)
    census_s = connections * degree * a["look_ups_per_edge_and_degree"] * a["ns_per_look_up"] * 1e-9
    null_s = connections * a["proposals_per_edge"] * a["ns_per_proposal"] * 1e-9
    memory_gb = connections * a["bytes_per_edge_in_memory"] / 1e9
    return [
        ("voxels", voxels, "voxels", "volume / voxel size"),
        (
            "raw_images",
            imaged * a["bytes_per_voxel"] / 1e12,
            "TB",
            "voxels, overlap, bytes of each",
        ),
        ("imaging", imaging_days, "days", "pixels / (rate x microscopes)"),
        (
            "prediction",
            gpu_hours,
            "GPU hours",
            "voxels segmented x networks x halo / rate of a GPU",
        ),
        ("prediction_days", gpu_hours / a["gpus"] / 24, "days", "on the GPUs given"),
        ("segmentation", core_hours, "core hours", "voxels segmented / rate of a core"),
        ("segmentation_days", core_hours / a["cores"] / 24, "days", "on the cores given"),
        (
            "segmentation_labels",
            segmented * a["label_bytes_per_voxel"] / 1e12,
            "TB",
            "voxels segmented x bytes of each",
        ),
        ("neurons", neurons, "neurons", "volume x density"),
        (
            "proofreading",
            neurons * a["proofreading_h_per_neuron"] / 2_000,
            "person-years",
            "neurons x hours of each / 2,000",
        ),
        ("synapse_rows", synapses, "rows", "volume x density"),
        (
            "synapse_table",
            synapses * a["bytes_per_synapse_row"] / 1e9,
            "GB",
            "rows x bytes of each, Parquet",
        ),
        (
            "connections",
            connections,
            "rows",
            f"synapses with both sides known / synapses of a connection{of_a_fly}",
        ),
        (
            "edge_table",
            connections * a["bytes_per_edge_row"] / 1e9,
            "GB",
            "rows x bytes of each, Parquet",
        ),
        ("degree", degree, "partners", f"connections / neurons{of_a_fly}"),
        ("graph_memory", memory_gb, "GB", "connections x bytes of each"),
        ("triad_census", census_s / 3_600, "core hours", "connections x degree x look-ups"),
        (
            "motif_table",
            (census_s + null_s) * a["nulls"] / 3_600,
            "core hours",
            "nulls x (switching + census)",
        ),
        (
            "motif_machines",
            float(ceil(memory_gb / a["memory_per_machine_gb"])),
            "machines",
            "whose memory holds one graph",
        ),
    ]

"""Primary ROIs: the synapses of a pair by region, where regions of a release contain one another.

neuPrint's ROIs overlap: a synapse may be counted in EB, in CX and in a layer of EB. Primary ROIs do
not, so only they may be added up. What a pair has outside them is ``NotPrimary``.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from connectome_analysis.tables import ContractError

from .text_files import choose_delimiter, read_records
from .workspace import Workspace, literals, quoted

OUTSIDE = "NotPrimary"


def primary_rois_of(meta: Path) -> list[str] | None:
    r"""Primary ROIs that a server's ``Neuprint_Meta.csv`` names; None where it has no such column.

    Parameters
    ----------
    meta : Path
        One row, in its column ``primaryRois:string[]`` the names with ``;`` between them, or as JSON.

    Raises
    ------
    ContractError
        Where the column is there and names no ROI.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     meta = Path(folder, "Neuprint_Meta.csv")
    ...     _ = meta.write_text("dataset:string,primaryRois:string[]\nhemibrain,EB;LH(R)\n")
    ...     primary_rois_of(meta)
    ['EB', 'LH(R)']
    """
    delimiter, runs = choose_delimiter(meta, None)
    records = list(read_records(meta, delimiter, runs=runs))
    names = [name.partition(":")[0].strip() for name in (records or [[]])[0]]
    if "primaryRois" not in names:
        return None
    place = names.index("primaryRois")
    named: list[str] = []
    for record in records[1:]:
        named += _names_in(record[place].strip() if place < len(record) else "")
    if not named:
        msg = (
            f"{meta.name}: primaryRois names no ROI, wanted EB;FB;...; say them: "
            "primary_rois=[...], or leave regions out: by_region=False."
        )
        raise ContractError(msg)
    return list(dict.fromkeys(named))


def _names_in(cell: str) -> list[str]:
    if cell.startswith("["):
        try:
            return [str(name) for name in json.loads(cell)]
        except (ValueError, RecursionError):  # brackets around what is no JSON
            cell = cell.strip("[]")
    return [name.strip() for name in cell.split(";") if name.strip()]


def split_by_roi(
    workspace: Workspace,
    view: str,
    totals: str,
    parts: str,
    primary: Sequence[str] | None,
    label: str,
) -> None:
    """Make a table of rows per pair and primary ROI that add up to the totals.

    Parameters
    ----------
    workspace : Workspace
    view : str
        Table to make: ``pre_id``, ``post_id``, ``region``, ``weight``. A pair of weight 0 has one
        row, without a region, so that it is counted.
    totals : str
        Table with one row per pair: ``pre_id``, ``post_id``, ``weight``.
    parts : str
        Table with a row per pair and ROI: ``pre_id``, ``post_id``, ``roi``, ``weight``.
    primary : sequence of str or None
        The ROIs that do not overlap; None where all are said not to.
    label : str
        The file, for messages.

    Raises
    ------
    ContractError
        Where the ROIs of a pair add up to more than it has.
    """
    chosen = f"roi IN ({literals(list(primary))})" if primary is not None else "true"
    others, names = workspace.row(
        f"SELECT count(*), count(DISTINCT roi) FROM {quoted(parts)} WHERE NOT ({chosen})"
    )
    if others:
        workspace.account.count("roi_rows_not_primary", others)
        workspace.account.decide(
            f"{label}: {names:,} ROIs overlap the {len(primary or ()):,} primary ones and are left "
            f"out; they say again where a synapse is"
        )
    summed = (
        f"SELECT pre_id, post_id, sum(weight) AS part FROM {quoted(parts)} WHERE {chosen} "
        "GROUP BY ALL"
    )
    workspace.run(
        f"CREATE TABLE {view}_rest AS SELECT t.pre_id, t.post_id, t.weight, "
        f"t.weight - coalesce(s.part, 0) AS rest, s.part FROM {quoted(totals)} t "
        f"LEFT JOIN ({summed}) s ON t.pre_id = s.pre_id AND t.post_id = s.post_id"
    )
    more, pre, post, part, weight = workspace.row(
        "SELECT count(*), any_value(pre_id), any_value(post_id), any_value(part), "
        f"any_value(weight) FROM {view}_rest WHERE rest < 0"
    )
    if more:
        msg = (
            f"{label}: ROIs add up to more than the pair has in {more:,} pairs, for instance "
            f"{pre} to {post}: {part} against {weight}. They overlap; name those that do not: "
            "primary_rois=[...], or leave regions out: by_region=False."
        )
        raise ContractError(msg)
    (lost,) = workspace.row(
        f"SELECT count(*) FROM (SELECT DISTINCT pre_id, post_id FROM {quoted(parts)}) p "
        f"ANTI JOIN {quoted(totals)} t USING (pre_id, post_id)"
    )
    if lost:
        msg = (
            f"{label}: {lost:,} pairs have synapses by ROI and no total. The two files are not of "
            "one release; take one of them out."
        )
        raise ContractError(msg)
    workspace.run(
        f"CREATE TABLE {quoted(view)} AS "
        f"SELECT pre_id, post_id, roi AS region, weight FROM {quoted(parts)} WHERE {chosen} "
        f"UNION ALL SELECT pre_id, post_id, '{OUTSIDE}', rest FROM {view}_rest WHERE rest > 0 "
        f"UNION ALL SELECT pre_id, post_id, NULL, weight FROM {view}_rest "
        "WHERE rest IS NULL OR (weight = 0 AND part IS NULL)"
    )
    (outside,) = workspace.row(f"SELECT count(*) FROM {view}_rest WHERE rest > 0")
    if outside:
        workspace.account.decide(
            f"{label}: {outside:,} pairs have synapses outside every primary ROI; their region is "
            f"{OUTSIDE}"
        )
    workspace.run(f"DROP TABLE {view}_rest")

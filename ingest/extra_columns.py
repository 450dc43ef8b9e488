"""Extra columns: what the contract has no column for is kept, under the source's own name."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from connectome_analysis.tables import TABLES

from .workspace import Workspace

# What sources call the people who worked on them, in small letters and without underscores.
PERSONAL = frozenset(
    {
        "user",
        "userid",
        "username",
        "useremail",
        "useraffiliation",
        "naminguser",
        "email",
        "emailaddress",
        "annotator",
        "annotatorname",
        "proofreader",
        "createdby",
        "modifiedby",
        "lasteditedby",
    }
)


def names_people(column: str) -> bool:
    """Whether a source's column tells who worked on a row.

    Examples
    --------
    >>> names_people("User_Name"), names_people("pre_pt_root_id")
    (True, False)
    """
    return column.replace("_", "").casefold() in PERSONAL


def without_people(workspace: Workspace, table: str, columns: Collection[str]) -> list[str]:
    """Columns without those that name people, unless they are asked for; it is told which.

    Parameters
    ----------
    workspace : Workspace
    table : str
    columns : collection of str
        Source columns that the contract has no column for.
    """
    if workspace.personal_data:
        return list(columns)
    personal = [name for name in columns if names_people(name)]
    if personal:
        workspace.account.decide(
            f"{table}: columns that name people are left out: {', '.join(personal)} "
            "(personal_data=True, --personal-data keeps them)"
        )
    return [name for name in columns if name not in personal]


def extra_names(
    workspace: Workspace, table: str, columns: Collection[str], written: Collection[str]
) -> Mapping[str, str]:
    """Name under which each extra column of a source is kept.

    Parameters
    ----------
    workspace : Workspace
    table : str
    columns : collection of str
        Source columns to keep.
    written : collection of str
        Columns the table has already.

    Returns
    -------
    mapping of str to str
        Name in the table by name in the source. A name that the contract or the table has
        already, in whatever case, gets ``_in_source`` behind it.
    """
    taken = {name.casefold() for name in (*TABLES[table].by_name, *written)}
    out = {}
    for column in columns:
        name = column
        while name.casefold() in taken:
            name += "_in_source"
        if name != column:
            workspace.account.decide(f"{table}: column {column!r} of the source is kept as {name}")
        taken.add(name.casefold())
        out[column] = name
    return out

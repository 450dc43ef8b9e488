"""Terms: under which licence, consent and terms of access a connectome may be used, and who lets it out."""

from __future__ import annotations

from typing import Any

from .errors import ContractError
from .manifest import FILE_NAME, Manifest
from .problem import Problem

_HUMAN = ("homo sapiens", "human")
_HUMAN_FIELDS = ("licence", "consent", "access")


def terms_of_use(manifest: Manifest) -> dict[str, str]:
    """What whoever is handed rows of a connectome must be told.

    Returns
    -------
    dict of str
        ``licence`` always, "not stated" where the source states none; ``citation``, ``doi``,
        ``consent``, ``access`` and ``restricted`` where there is something to say.

    Examples
    --------
    >>> terms_of_use(Manifest(name="two", licence="CC0-1.0", doi="10.1/2"))
    {'licence': 'CC0-1.0', 'doi': '10.1/2'}
    """
    told: dict[str, str | None] = {
        "licence": manifest.licence or "not stated",
        "citation": "; ".join(manifest.citation),
        "doi": ", ".join(manifest.doi),
        "consent": manifest.consent,
        "access": manifest.access,
        "restricted": "yes: rows leave the folder only when somebody says so explicitly"
        if manifest.restricted
        else None,
    }
    return {name: text for name, text in told.items() if text}


def require_leave(manifest: Manifest, *, allow_restricted: bool, way_out: str) -> None:
    """Raise where a restricted connectome is about to leave its folder without anybody's say-so.

    Parameters
    ----------
    manifest : Manifest
    allow_restricted : bool
        Whether somebody said so.
    way_out : str
        How to say so, for instance ``--allow-restricted``.

    Raises
    ------
    ContractError
        With the terms of access.

    Examples
    --------
    >>> require_leave(Manifest(name="two"), allow_restricted=False, way_out="")
    """
    if manifest.restricted and not allow_restricted:
        terms = f" Its terms: {manifest.access.rstrip('.')}." if manifest.access else ""
        msg = (
            f"{manifest.name} is restricted: its rows stay in its folder.{terms} If you may take "
            f"them out under these terms, say so: {way_out}."
        )
        raise ContractError(msg)


def require_human_terms(manifest: Manifest) -> None:
    """Raise where human tissue is to be written without licence, consent and terms of access."""
    for problem in human_terms_problems(manifest):
        raise ContractError(f"Not written. {problem.message}")


def human_terms_problems(manifest: Manifest) -> list[Problem]:
    """What human tissue must state and does not; empty where all is stated, or it is not human."""
    species = (manifest.species or "").strip().casefold()
    if not species.startswith(_HUMAN):
        return []
    stated: dict[str, Any] = {name: getattr(manifest, name) for name in _HUMAN_FIELDS}
    missing = [name for name, text in stated.items() if not (text or "").strip()]
    if not missing:
        return []
    message = (
        f"{manifest.name} is of {manifest.species} and does not state its {' and '.join(missing)}; "
        "human tissue must. Say them as the source does (--licence, --consent, --access)."
    )
    return [Problem(table=FILE_NAME, rule="terms of human tissue", message=message)]

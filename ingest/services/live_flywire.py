"""Live FlyWire: synapses of some neurons, through fafbseg, which knows FlyWire's datastacks and token."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Literal

from connectome_analysis.tables import ContractError

from ..account import Ingested
from ..choices import require_choices
from .live_cave import Partners, read_live_cave
from .patience import Patience

Dataset = Literal["public", "production"]
TOKEN_HELP = (
    "Log in at https://global.daf-apis.com/auth/api/v1/create_token and let fafbseg keep what it "
    "shows: fafbseg.flywire.set_chunkedgraph_secret(token)."
)


def read_live_flywire(
    source: str | Path,
    out: str | Path,
    *,
    version: int | None = None,
    ids: Sequence[Any] | None = None,
    synapse_table: str | None = None,
    box: Sequence[Sequence[float]] | None = None,
    partners: Partners = "none",
    min_synapses: int | None = None,
    keep: str | Path | None = None,
    overwrite: bool = False,
    command: str | None = None,
    progress: Callable[[str], None] | None = None,
    patience: Patience | None = None,
) -> Ingested:
    """Read the synapses of some FlyWire neurons from a server.

    Parameters
    ----------
    source : {"public", "production"}
    out : path
    version, ids, synapse_table, box, partners, min_synapses, keep, overwrite, command, progress, patience
        As for `read_live_cave`; ids are root ids such as 720575940627197566.

    Raises
    ------
    ContractError
        As for `read_live_cave`.
    """
    dataset = str(source)
    require_choices(source=(dataset, Dataset))
    try:
        from fafbseg.flywire.utils import get_cave_client
    except ImportError:
        msg = "Live FlyWire needs its client: pip install 'neuropil[flywire]'."
        raise ImportError(msg) from None
    told = progress or (lambda _: None)
    patient = patience or Patience("FlyWire", TOKEN_HELP, say=told)
    try:
        client = patient.ask("the datastack", lambda: get_cave_client(dataset=dataset))
    except (ValueError, FileNotFoundError) as error:  # how fafbseg tells that there is no token
        if isinstance(error, ContractError):
            raise
        msg = f"FlyWire: {patient.in_words(error)}. {TOKEN_HELP}"
        raise ContractError(msg) from None
    return read_live_cave(
        f"flywire_{dataset}",
        out,
        version=version,
        ids=ids,
        synapse_table=synapse_table,
        box=box,
        partners=partners,
        min_synapses=min_synapses,
        keep=keep,
        description={
            "name": f"FlyWire {dataset}",
            "species": "Drosophila melanogaster",
            "individual": "FAFB",
            "sex": "female",
            "stage": "adult",
            "licence": "CC BY-NC 4.0",
            "citation": (
                "Dorkenwald et al. 2024, Nature 634:124",
                "Schlegel et al. 2024, Nature 634:139",
            ),
            "doi": ("10.1038/s41586-024-07558-y", "10.1038/s41586-024-07686-5"),
            "detector": "Buhmann et al. 2021",
        },
        overwrite=overwrite,
        command=command,
        progress=progress,
        client=client,
        patience=patient,
    )

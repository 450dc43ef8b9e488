"""Entry: everything a report says of one connectome, finished and ready to be written down."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

    from connectome_analysis import Connectome

    from .details import Details


# Dots per inch of the pictures.
DPI = 160


@dataclass(frozen=True, kw_only=True)
class Answer:
    """A question, the SQL that asks it, and the rows that came back."""

    question: str
    query: str
    table: pd.DataFrame


@dataclass(frozen=True, kw_only=True)
class Picture:
    """A figure as it goes into the page and into a file of its own.

    Attributes
    ----------
    name : str
        Stem of the file's name.
    title, caption : str
        What it is, and how to read it.
    alt : str
        What it shows, for those who cannot see it.
    png : bytes
    """

    name: str
    title: str
    caption: str
    alt: str
    png: bytes


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One connectome and its results.

    Attributes
    ----------
    name : str
        Unlike that of any other entry of the report; names files too.
    connectome : Connectome
    part : str
        What of the connectome is studied, in words; empty where it is all.
    weight : str
        What a weight of such a connection means.
    answers : tuple of Answer
    numbers : Series
        Descriptive numbers by name; see `describe`.
    triads : DataFrame
        From ``ca.motifs.significance``.
    rich_club : DataFrame
        From ``ca.rich_club``.
    pictures : tuple of Picture
    details : Details or None
        Quality, hubs, communities and types, where they were looked at.
    n_samples : int
        Drawn from the null.
    links : mapping
        Words to the place of a table, from the folder of the page.
    """

    name: str
    connectome: Connectome
    part: str
    weight: str
    answers: tuple[Answer, ...]
    numbers: pd.Series
    triads: pd.DataFrame
    rich_club: pd.DataFrame
    pictures: tuple[Picture, ...]
    details: Details | None = None
    n_samples: int = 0
    links: Mapping[str, str] = field(default_factory=dict)

"""Vocabularies: the words of sources for sides and transmitters, and the contract's words for them."""

from __future__ import annotations

from collections.abc import Mapping

from .workspace import literal

SIDES: Mapping[str, str] = {
    "l": "left",
    "left": "left",
    "lhs": "left",
    "r": "right",
    "right": "right",
    "rhs": "right",
    "c": "center",
    "center": "center",
    "centre": "center",
    "m": "center",
    "mid": "center",
    "middle": "center",
    "midline": "center",
    "medial": "center",
}
TRANSMITTERS: Mapping[str, str] = {
    "ach": "acetylcholine",
    "glu": "glutamate",
    "glut": "glutamate",
    "da": "dopamine",
    "ser": "serotonin",
    "5ht": "serotonin",
    "5-ht": "serotonin",
    "oct": "octopamine",
    "oa": "octopamine",
    "his": "histamine",
    "hist": "histamine",
    "tyr": "tyramine",
    "gly": "glycine",
}
EDGE_TYPES: Mapping[str, str] = {
    "chemical": "chemical",
    "chemical synapse": "chemical",
    "chem": "chemical",
    "electrical": "electrical",
    "electrical synapse": "electrical",
    "electric": "electrical",
    "elec": "electrical",
    "gap junction": "electrical",
    "gap_junction": "electrical",
    "gapjunction": "electrical",
    "gap-junction": "electrical",
    "gap": "electrical",
}


def translated(text: str, words: Mapping[str, str], otherwise: str = "NULL") -> str:
    """SQL that puts the contract's word for the source's, whatever its case.

    Parameters
    ----------
    text : str
        SQL of the trimmed text.
    words : mapping of str to str
    otherwise : str
        SQL where the word is not in the vocabulary.
    """
    cases = " ".join(f"WHEN {literal(word)} THEN {literal(ours)}" for word, ours in words.items())
    return f"CASE lower({text}) {cases} ELSE {otherwise} END"

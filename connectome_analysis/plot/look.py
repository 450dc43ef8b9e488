"""Look: the colours, type sizes and line widths of every picture, in one place.

The colours are those of Okabe and Ito (2008), which people with any of the common kinds of
colour blindness can tell apart.
"""

from __future__ import annotations

BLUE = "#0072B2"
VERMILION = "#D55E00"
GREEN = "#009E73"
ORANGE = "#E69F00"
PURPLE = "#CC79A7"
SKY = "#56B4E9"
GREY = "#7F7F7F"
PALE = "#D4D4D4"

# One dataset after the other; markers and lines differ too, so that colour is never alone.
SERIES = (BLUE, VERMILION, GREEN, PURPLE, ORANGE, SKY, GREY)
MARKERS = ("o", "s", "D", "^", "v", "P", "X")

# A null model looks the same in every picture, whichever others stand beside it.
NULL_LOOKS = dict(
    zip(
        (
            "erdos_renyi",
            "dyad",
            "configuration",
            "reciprocal_configuration",
            "block",
            "spatial",
            "weights",
        ),
        zip(SERIES, MARKERS, strict=True),
        strict=True,
    )
)

MORE, FEWER = VERMILION, BLUE
MUTUAL = GREEN
SIGNIFICANT = "#FAF0C8"
# Light stands for little; the lightest third is left out, as white is kept for nothing at all.
DENSITY, DENSITY_FROM = "YlGnBu", 0.33

TITLE_PT = 11.0
LABEL_PT = 10.0
TEXT_PT = 9.0
SMALL_PT = 8.0
LINE_PT = 1.6
HAIR_PT = 0.7


def null_look(name: str) -> tuple[str, str]:
    """Colour and marker of a null model; those of one that is not ours are black stars.

    Examples
    --------
    >>> null_look("configuration") == (GREEN, "D")
    True
    """
    return NULL_LOOKS.get(name, ("black", "*"))


def ink() -> str:
    """Colour of text in the user's style: dark on light, or light on dark."""
    import matplotlib as mpl

    return str(mpl.rcParams["text.color"])

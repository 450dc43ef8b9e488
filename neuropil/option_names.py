"""Option names: an error of the library names its arguments, one on the command line names options."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

_ARGUMENTS = (
    "voxel_size_nm",
    "axes",
    "dataset",
    "scale",
    "channel",
    "intensity_range",
    "missing",
    "missing_chunks",
)
# Those of the micrographs; other volumes of a command have fewer.
IMAGE_OPTIONS = {name: "--" + name.replace("_", "-") for name in _ARGUMENTS}
WORK_OPTIONS = IMAGE_OPTIONS | {"weights": "--weights", "overwrite": "--overwrite"}


@contextmanager
def option_names(options: Mapping[str, str] = WORK_OPTIONS) -> Iterator[None]:
    """Turn ``axes=`` into ``--axes`` in the words of a ValueError.

    Parameters
    ----------
    options : mapping of str to str
        Argument of the library to option of the command.
    """
    try:
        yield
    except ValueError as error:
        text = in_options(str(error), options)
        if text == str(error):
            raise
        raise ValueError(text) from error


def in_options(text: str, options: Mapping[str, str]) -> str:
    """Words of the library as words of the command line.

    What has no option is said to be an argument of `segmentation_core.open_volume`.

    Examples
    --------
    >>> in_options("give axes=, or voxel_size_nm=(z, y, x).", IMAGE_OPTIONS)
    'give --axes, or --voxel-size-nm Z,Y,X.'
    >>> in_options("pass missing='mask' to read it as 0.", IMAGE_OPTIONS)
    'pass --missing mask to read it as 0.'
    >>> in_options("give channel=, 0 to 2.", {})
    'give channel= of segmentation_core.open_volume, 0 to 2.'
    """
    names = "|".join(sorted({*_ARGUMENTS, *options}, key=len, reverse=True))

    def worded(found: re.Match[str]) -> str:
        name, value = found["name"], found["value"] or ""
        if name not in options:
            return f"{found[0]} of segmentation_core.open_volume"
        bare = re.sub(r"[()' ]", "", value)
        if value in ("", "True", "False"):  # a flag's option says which of the two
            return options[name]
        return f"{options[name]} {bare.upper() if value.startswith('(') else bare}"

    return re.sub(rf"(?<![\w/.-])(?P<name>{names})=(?P<value>\([^)]*\)|'[^']*'|\w+)?", worded, text)

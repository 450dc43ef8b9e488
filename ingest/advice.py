"""Advice: options that a message names, as the reader that is running takes them.

Messages of the shared parts advise options of ``neuropil ingest table``. Another reader takes its options as
``--option NAME=VALUE``, and has not all of them; what it has not is not advised.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable
from typing import Any

# Flags that every command has, and readers whose own command has the flags that messages name.
_EVERYWHERE = frozenset({"option", "overwrite", "json"})
_OWN_FLAGS = frozenset({"table", "auto"})
_ADVICE = re.compile(r"\(--([a-z][a-z-]*)((?:[ =][^()]*)?)\)")
# As in "(personal_data=True, --personal-data keeps them)".
_WITH_WORDS = re.compile(r"\(([a-z_]+)=(\w+), --(?!option)([a-z][a-z-]*) ([^()]*)\)")
_OTHER_NAMES = {"map": "columns", "no_header": "header", "undirected": "directed"}


def advice_for(
    name: str, reader: Callable[..., Any], message: str, *, own_flags: bool = True
) -> str:
    """A message whose advice can be followed with this reader.

    Parameters
    ----------
    name : str
        Of the format.
    reader : callable
    message : str
    own_flags : bool
        False where the reader is called with ``--option`` even if its own command has flags.

    Examples
    --------
    >>> def read(source, out, *, unknown_neurons="error"): ...
    >>> advice_for("flywire", read, 'Say unknown_neurons="drop" (--unknown-neurons).')
    'Say unknown_neurons="drop" (--option unknown_neurons=...).'
    >>> advice_for("flywire", read, 'Read ids="names" (--ids names).')
    'Read ids="names" (flywire has no such option, neuropil ingest table has: --ids names).'
    """
    if name in _OWN_FLAGS and own_flags:
        return message
    parameters = inspect.signature(reader).parameters.values()
    there = {p.name for p in parameters if p.kind is p.KEYWORD_ONLY}
    anything = any(p.kind is p.VAR_KEYWORD for p in parameters)

    def for_reader(found: re.Match[str]) -> str:
        flag, value = found[1], found[2].strip(" =")
        if flag in _EVERYWHERE:
            return found[0]
        option = _OTHER_NAMES.get(flag.replace("-", "_"), flag.replace("-", "_"))
        if anything or option in there:
            plain = value if value and not set(value) & set(" =,-") else "..."
            return f"(--option {option}={plain})"
        words = found[0][1:-1]
        return f"({name} has no such option, neuropil ingest table has: {words})"

    def with_words(found: re.Match[str]) -> str:
        option = found[1]
        if anything or option in there:
            return f"({option}={found[2]}, --option {option}={found[2]} {found[4]})"
        return f"({name} has no such option, neuropil ingest table has: --{found[3]})"

    return _ADVICE.sub(for_reader, _WITH_WORDS.sub(with_words, message))

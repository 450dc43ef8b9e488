"""Command page: every command of ``neuropil`` with its arguments, options and examples, from its own help."""

from __future__ import annotations

import re
from typing import Any


def text() -> str:
    """The page, made by typer from the program as it is today."""
    from typer.cli import get_docs_for_click
    from typer.main import get_command

    from neuropil.command_line import app

    program = get_command(app)
    _say_in_full(program)
    context = program.make_context("neuropil", [], resilient_parsing=True)
    return get_docs_for_click(obj=program, ctx=context, name="neuropil", title="Commands")


def _say_in_full(command: Any) -> None:
    """Let lists of commands say the whole first sentence of each, which typer cuts for a screen."""
    for inner in getattr(command, "commands", {}).values():
        sentence = re.match(r".*?\.(?=\s|$)", (inner.help or "").partition("\n\n")[0], re.DOTALL)
        if sentence:
            inner.short_help = " ".join(sentence[0].split())
        _say_in_full(inner)

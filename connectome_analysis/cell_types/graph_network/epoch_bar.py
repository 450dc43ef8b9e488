"""Epoch bar: progress of a training on stderr, where stderr is a terminal."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager


@contextmanager
def epoch_bar() -> Iterator[Callable[[int, int], None]]:
    """Show epochs done and the time left; yields what is to be told of each."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
    from rich.progress import TimeRemainingColumn as Left

    screen = Console(stderr=True)
    columns = (TextColumn("epochs"), BarColumn(), MofNCompleteColumn(), Left())
    with Progress(*columns, console=screen, transient=True, disable=not screen.is_terminal) as bar:
        task = bar.add_task("epochs", total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)

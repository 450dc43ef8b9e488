"""Progress: what a training run is doing, as a bar, a table and a curve, while it does it."""

from __future__ import annotations

import contextlib
import csv
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any


class LossLog:
    """One row per step in ``losses.csv``; reopened at a step, later rows are dropped.

    Parameters
    ----------
    folder : Path
        Where ``losses.csv`` and ``losses.png`` are kept.
    step : int
        Steps already done.
    terms : strs
        Names of the terms of the loss, the whole first.
    """

    def __init__(self, folder: Path, step: int = 0, terms: Sequence[str] = ("loss",)) -> None:
        self.terms = tuple(terms)
        self.columns = ("step", *self.terms, "gradient", "learning_rate", "seconds")
        self.path = folder / "losses.csv"
        self.rows: list[dict[str, float]] = []
        if step and self.path.exists():
            with self.path.open(newline="") as file:
                rows = csv.DictReader(file)
                if tuple(rows.fieldnames or ()) != self.columns:
                    msg = (
                        f"{self.path} has columns {', '.join(rows.fieldnames or ())} and is of another "
                        "kind of run; choose another folder."
                    )
                    raise ValueError(msg)
                for text in rows:
                    if int(text["step"]) < step:
                        self.rows.append({k: float(v) for k, v in text.items()})
        folder.mkdir(parents=True, exist_ok=True)
        with self.path.open("w", newline="") as file:
            writer = csv.DictWriter(file, self.columns)
            writer.writeheader()
            for row in self.rows:
                writer.writerow({**row, "step": int(row["step"])})

    def append(self, row: Mapping[str, Any]) -> None:
        """Add one row, on disk at once."""
        self.rows.append({k: float(v) for k, v in row.items()})
        with self.path.open("a", newline="") as file:
            csv.DictWriter(file, self.columns).writerow(dict(row))

    def draw(self) -> None:
        """Write ``losses.png``: every step thinly, a running mean boldly."""
        import numpy as np
        from matplotlib.backends.backend_agg import FigureCanvasAgg
        from matplotlib.figure import Figure

        if not self.rows:
            return
        figure = Figure(figsize=(7, 4), layout="constrained")
        FigureCanvasAgg(figure)
        ax = figure.add_subplot()
        step = np.array([r["step"] for r in self.rows])
        for column in self.terms[1:] or self.terms:
            value = np.array([r[column] for r in self.rows])
            (thin,) = ax.plot(step, value, alpha=0.25, linewidth=0.5)
            width = max(1, min(100, len(value) // 5))
            mean = np.convolve(value, np.full(width, 1 / width), mode="valid")
            ax.plot(step[width - 1 :], mean, color=thin.get_color(), label=column)
        ax.set(xlabel="step", ylabel="loss", yscale="log")
        ax.legend(frameon=False)
        staging = self.path.with_name(f".losses.{os.getpid()}.png")
        figure.savefig(staging, dpi=110)
        staging.replace(self.path.with_name("losses.png"))


@contextlib.contextmanager
def step_bar(
    steps: int, *, quiet: bool = False, console: Any = None
) -> Iterator[Callable[[Mapping[str, float]], None]]:
    """Progress bar over training steps, with a running mean of the loss.

    Parameters
    ----------
    steps : int
        In total.
    quiet : bool, optional
        Show nothing.
    console : rich Console, optional
        Where to; standard output by default.

    Yields
    ------
    function of a row of the log, for ``on_step``
    """
    if quiet:
        yield lambda _: None
        return
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

    show = (
        TextColumn("step {task.completed:.0f}/{task.total:.0f}"),
        BarColumn(),
        TextColumn("loss {task.fields[loss]:.4f}"),
        TimeRemainingColumn(),
    )
    mean: list[float] = []
    with Progress(*show, console=console) as progress:
        task = progress.add_task("train", total=steps, loss=float("nan"))

        def on_step(row: Mapping[str, float]) -> None:
            mean.append(row["loss"])
            del mean[:-50]
            progress.update(task, completed=row["step"] + 1, loss=sum(mean) / len(mean))

        yield on_step

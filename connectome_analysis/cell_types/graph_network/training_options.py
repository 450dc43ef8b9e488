"""Training options: how long, how fast, how much at once, and when to stop."""

from __future__ import annotations

from typing import NamedTuple


class TrainingOptions(NamedTuple):
    """How one network is trained; see `CellTyper` for what each means."""

    epochs: int
    patience: int
    learning_rate: float
    weight_decay: float
    class_weight: str | None
    batch_size: int | None
    fanouts: tuple[int, ...]
    label_smoothing: float = 0.05
    check_every: int = 5

"""Settings of a `CellTyper`, checked once, in words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal, get_args

from ...measures.choice import require_choice
from ...whole_numbers import require_whole
from .training_options import TrainingOptions

Layer = Literal["sage", "gat"]
_WEIGHTS = ("balanced", "sqrt")


@dataclass(frozen=True, kw_only=True)
class Settings:
    """What a `CellTyper` was made with; see there."""

    layer: Layer
    features: tuple[str, ...]
    edge_types: str | None
    mirror_axis: str | None
    hidden: int
    n_layers: int
    heads: int
    dropout: float
    partner_types: bool
    n_networks: int
    rounds: int
    epochs: int
    patience: int
    learning_rate: float
    weight_decay: float
    class_weight: str | None
    batch_size: int | None
    fanout: tuple[int, ...]
    watch_share: float
    calibration_share: float
    min_confidence: float

    def __post_init__(self) -> None:
        require_choice("layer", self.layer, get_args(Layer))
        for name in ("hidden", "heads", "n_networks", "epochs", "patience"):
            require_whole(name, getattr(self, name))
        for name in ("n_layers", "rounds"):
            require_whole(name, getattr(self, name), least=0)
        if self.batch_size is not None:
            require_whole("batch_size", self.batch_size)
        for one in self.fanout:
            require_whole("fanout", one)
        if self.layer == "gat" and self.hidden % self.heads:
            msg = f"hidden must be a multiple of heads, got {self.hidden} and {self.heads}."
            raise ValueError(msg)
        if self.class_weight is not None:
            require_choice("class_weight", self.class_weight, _WEIGHTS)
        for name in ("dropout", "watch_share", "calibration_share"):
            given = getattr(self, name)
            if not 0 <= given < 1:
                msg = f"{name} must be at least 0 and below 1, got {given!r}."
                raise ValueError(msg)
        if self.watch_share + self.calibration_share >= 1:
            msg = (
                "watch_share and calibration_share leave nothing to learn from, got "
                f"{self.watch_share:g} and {self.calibration_share:g}."
            )
            raise ValueError(msg)
        for name in ("learning_rate", "weight_decay"):
            given = getattr(self, name)
            if not 0 <= given < float("inf"):
                msg = f"{name} must be a number of at least 0, got {given!r}."
                raise ValueError(msg)
        if not 0 <= self.min_confidence <= 1:
            msg = f"min_confidence must be between 0 and 1, got {self.min_confidence!r}."
            raise ValueError(msg)
        if not (self.features or self.partner_types):
            msg = "A CellTyper needs features=, partner_types=True or both; it was given nothing to see."
            raise ValueError(msg)

    def training(self, batch_size: int | None) -> TrainingOptions:
        """Options of the training of one network."""
        fanouts = self.fanouts()
        return TrainingOptions(
            epochs=self.epochs,
            patience=self.patience,
            learning_rate=self.learning_rate,
            weight_decay=self.weight_decay,
            class_weight=self.class_weight,
            batch_size=batch_size,
            fanouts=fanouts,
        )

    def fanouts(self) -> tuple[int, ...]:
        """Most partners of a relation, for each layer."""
        if len(self.fanout) == 1:
            return self.fanout * self.n_layers
        if len(self.fanout) != self.n_layers:
            msg = (
                f"fanout must be one number or one for each of {self.n_layers} layers, got "
                f"{len(self.fanout)}."
            )
            raise ValueError(msg)
        return self.fanout

    def to_dict(self) -> dict[str, Any]:
        """As JSON has it."""
        return asdict(self)

    @classmethod
    def from_dict(cls, content: dict[str, Any]) -> Settings:
        """From what `to_dict` gave, through JSON."""
        tuples = {name: tuple(content[name]) for name in ("features", "fanout")}
        return cls(**(content | tuples))


def as_fanout(given: int | Sequence[int]) -> tuple[int, ...]:
    """One number, or one for each layer, as a tuple."""
    return tuple(given) if isinstance(given, (list, tuple)) else (given,)  # type: ignore[return-value]

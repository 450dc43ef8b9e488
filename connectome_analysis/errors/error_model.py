"""Error model: what a reconstruction misses, invents, splits and merges, in one object.

The observation channel, each part optional: of the k true synapses of a pair each is found and
attached with probability recall x completeness of the sender x completeness of the receiver; a
Poisson number of false ones comes on top for pairs that could touch; neurons are split and merged;
pairs with at least `min_synapses` are kept. From it follow, for every pair, alpha = P(seen | not
connected) and beta = P(not seen | connected).
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any

import numpy as np

from ..random_streams import Seed
from ..whole_numbers import require_whole
from . import words
from .could_touch import as_could_touch
from .evidence import Evidence
from .fragments import Merge, Split
from .uncertainty import Uncertainty, bounded, unbounded
from .varying import PerGroup, Rate, as_rate

if TYPE_CHECKING:
    from ..graph import Graph
    from .edge_rates import EdgeRates


@dataclass(frozen=True, kw_only=True, repr=False, eq=False)
class ErrorModel:
    """The errors of one reconstruction.

    Rates are numbers, or vary: a column of the node table, a Series by node id,
    ``{column: {group: rate}}`` (a group, or a pair of groups ``(pre, post)``), a table of pairs, or
    a matrix; see `as_rate`.

    Parameters
    ----------
    recall : rate
        Probability that a true synapse is detected. Given per neuron or group, it is the sender's.
    false_rate : rate
        Expected number of false synapses of an ordered pair that could touch; per square
        micrometre of contact where `could_touch` has areas.
    could_touch : "all", str, mapping or DataFrame
        Pairs between which false synapses can be: a column whose entry both share, such as
        ``"region"``; ``{"within_um": 50}``; a table of ``pre_id``, ``post_id`` and perhaps
        ``area_um2``. Needed with `false_rate` or `alpha`; ``"all"`` pairs only where asked for.
    pre_completeness, post_completeness : rate
        Share of a neuron's presynaptic (postsynaptic) sites that are attached to it.
    min_synapses : int
        Pairs with fewer synapses seen are not in the graph.
    connection_from : int
        True synapses that make a connection. 1 asks for every connection; the threshold itself asks
        how well connections of that strength are told apart.
    split : Split, optional
    merge : Merge, optional
    alpha, beta : rate, optional
        False and missed connections themselves, where synapses are not counted, in place of
        `recall` and `false_rate`. Completeness comes on top of `beta`.
    confidence_odds : float, optional
        Take the ``confidence`` of each edge of a graph for the probability that it is real, in
        place of `alpha` or `false_rate`. 1 takes them as they are, another number multiplies
        their odds: 0.5 for a reader who believes them half as much.
    confidence_kept : float
        Share of the true connections seen that is left where edges of low confidence were left out.
    uncertainty : Uncertainty, optional
        How well the rates are known; intervals include it.
    name, source : str
        What it is and where the rates come from, with DOI.
    evidence : Evidence, optional
        What a fitted model was fitted to and how well it fits; not written to files.

    Examples
    --------
    >>> import connectome_analysis as ca
    >>> ca.errors.ErrorModel(recall=0.9, false_rate=0.01, could_touch="all")
    ErrorModel: 90 % of true synapses are found; 0.01 false synapses per pair that could touch (all \
pairs); connections of 1 synapse or more.
    """

    recall: Any = 1.0
    false_rate: Any = 0.0
    could_touch: Any = None
    pre_completeness: Any = 1.0
    post_completeness: Any = 1.0
    min_synapses: int = 1
    connection_from: int = 1
    split: Split | None = None
    merge: Merge | None = None
    alpha: Any = None
    beta: Any = None
    confidence_odds: float | None = None
    confidence_kept: float = 1.0
    uncertainty: Uncertainty | None = None
    name: str = ""
    source: str = ""
    evidence: Evidence | None = None

    def __post_init__(self) -> None:
        require_whole("min_synapses", self.min_synapses)
        require_whole("connection_from", self.connection_from)
        for field in ("recall", "pre_completeness", "post_completeness"):
            self._set(field, as_rate(getattr(self, field), field))
        self._set("false_rate", as_rate(self.false_rate, "false_rate", most=np.inf))
        for field in ("alpha", "beta"):
            given = getattr(self, field)
            self._set(field, None if given is None else as_rate(given, field))
        if self.could_touch is not None:
            self._set("could_touch", as_could_touch(self.could_touch))
        if self.of_connections and not (_is(self.recall, 1.0) and _is(self.false_rate, 0.0)):
            msg = (
                "alpha and beta are rates of connections, recall and false_rate of synapses; give one "
                "kind or the other."
            )
            raise ValueError(msg)
        self._check_confidence()
        if self.could_touch is None and self.has_false:
            what = "alpha" if self.of_connections else "false_rate"
            if self.confidence_odds is not None:
                what = "confidence_odds"
            msg = (
                f"{what} is above 0, so could_touch must say between which pairs: a column such as "
                "'region', {'within_um': 50}, a table of pairs, or 'all' for every pair of neurons."
            )
            raise ValueError(msg)
        for field, kind in (
            ("split", Split),
            ("merge", Merge),
            ("uncertainty", Uncertainty),
            ("evidence", Evidence),
        ):
            given = getattr(self, field)
            if given is not None and not isinstance(given, kind):
                msg = f"{field} must be errors.{kind.__name__}(...), got {given!r}."
                raise ValueError(msg)
        if self.uncertainty is not None:
            for name in self.uncertainty.names:
                self._value(name)

    def _check_confidence(self) -> None:
        for field, most in (("confidence_odds", np.inf), ("confidence_kept", 1.0)):
            given: Any = getattr(self, field)
            if field == "confidence_odds" and given is None:
                continue
            number = isinstance(given, (int, float)) and not isinstance(given, bool)
            if not number or not 0 < given <= most or not np.isfinite(given):
                limit = "a number above 0" if most > 1 else "above 0 and at most 1"
                msg = f"{field} must be {limit}, got {given!r}."
                raise ValueError(msg)
            self._set(field, float(given))
        if self.confidence_odds is None:
            if self.confidence_kept != 1.0:
                msg = "confidence_kept belongs to confidence_odds; give that too, 1 for confidences as they are."
                raise ValueError(msg)
            return
        rate = self.alpha if self.of_connections else self.false_rate
        if rate is not None and not _is(rate, 0.0):
            msg = (
                f"confidence_odds says which edges are false, so {'alpha' if self.of_connections else 'false_rate'} "
                "must be left out; give one or the other."
            )
            raise ValueError(msg)
        if self.connection_from != 1:
            msg = (
                "With confidence_odds a connection is any real synapse, so connection_from must be 1, "
                f"got {self.connection_from}."
            )
            raise ValueError(msg)

    def _set(self, field: str, value: Any) -> None:
        object.__setattr__(self, field, value)

    # ---------------------------------------------------------------- what it is

    @property
    def of_connections(self) -> bool:
        """Whether the rates are those of connections rather than of synapses."""
        return self.alpha is not None or self.beta is not None

    @property
    def has_false(self) -> bool:
        """Whether anything false can be seen."""
        if self.confidence_odds is not None:
            return True
        rate: Rate | None = self.alpha if self.of_connections else self.false_rate
        return rate is not None and not _is(rate, 0.0)

    @property
    def fragments(self) -> bool:
        """Whether neurons are split or merged, so that errors of pairs are not independent."""
        return self.split is not None or self.merge is not None

    def __repr__(self) -> str:
        return f"ErrorModel{f' {self.name!r}' if self.name else ''}: {words.of_model(self)}"

    def replace(self, **changes: Any) -> ErrorModel:
        """Return the same model with some parts changed.

        Examples
        --------
        >>> ErrorModel(beta=0.1).replace(beta=0.2).beta
        0.2
        """
        known = {field.name for field in fields(self)}
        unknown = [name for name in changes if name not in known]
        if unknown:
            msg = f"An ErrorModel has no {', '.join(unknown)}; it has {', '.join(sorted(known))}."
            raise ValueError(msg)
        return dataclasses.replace(self, **changes)

    # ---------------------------------------------------------------- on a graph

    def edge_rates(self, g: Graph) -> EdgeRates:
        """Alpha and beta of every ordered pair of a graph; see `edge_rates.edge_rates`."""
        from .edge_rates import edge_rates

        return edge_rates(self, g)

    def corrupt(self, g: Graph, rng: Seed = 0) -> Graph:
        """Draw what a reconstruction with these errors shows of a true graph; see `corrupt`.

        Examples
        --------
        >>> import connectome_analysis as ca
        >>> worm = ca.open("celegans-varshney2011").graph()
        >>> ErrorModel(beta=0.15).corrupt(worm, rng=1).n_edges < worm.n_edges
        True
        """
        from .forward.corrupt_graph import corrupt

        return corrupt(g, self, rng)

    def posterior(self, g: Graph, rng: Seed = None, **options: Any) -> Graph:
        """Draw a true graph, given one that was seen; `Posterior` prepares once to draw many.

        Parameters
        ----------
        **options
            As for `Posterior`: ``prior``, ``groups``, ``edge_probability``, ``closure``.
        """
        from .imputation.posterior import Posterior

        return Posterior(g, self, **options).draw(rng)

    # ---------------------------------------------------------------- how well it is known

    def _value(self, name: str) -> float:
        field, bracket, group = name.partition("[")
        rate = getattr(self, field, None)
        if bracket and isinstance(rate, PerGroup):
            by_name = {str(key): value for key, value in rate.rates.items()}
            if group.rstrip("]") in by_name:
                return by_name[group.rstrip("]")]
        elif not bracket and isinstance(rate, (int, float)) and not isinstance(rate, bool):
            return float(rate)
        msg = f"uncertainty names {name!r}, which is not a number of this model."
        raise ValueError(msg)

    def values(self) -> dict[str, float]:
        """The uncertain rates by name."""
        names = () if self.uncertainty is None else self.uncertainty.names
        return {name: self._value(name) for name in names}

    def with_values(self, values: Mapping[str, float]) -> ErrorModel:
        """Return the model with other values of single rates, named as in its uncertainty."""
        changes: dict[str, Any] = {}
        for name, value in values.items():
            self._value(name)
            field, bracket, group = name.partition("[")
            if not bracket:
                changes[field] = float(value)
                continue
            rate: PerGroup = changes.get(field, getattr(self, field))
            changed = {
                key: float(value) if str(key) == group.rstrip("]") else old
                for key, old in rate.rates.items()
            }
            changes[field] = PerGroup(rate.column, changed, rate.default)
        return dataclasses.replace(self, **changes)

    def draw(self, rng: Seed = None) -> ErrorModel:
        """Draw a model whose rates are as likely, given how well they are known.

        Without an uncertainty, the model itself.
        """
        if self.uncertainty is None:
            return self
        from .generators import generator

        names = self.uncertainty.names
        centre = np.array([unbounded(self._value(name), name) for name in names])
        drawn = generator(rng).multivariate_normal(centre, self.uncertainty.covariance)
        return self.with_values(
            {name: bounded(x, name) for name, x in zip(names, drawn, strict=True)}
        )

    @classmethod
    def fit(cls, **data: Any) -> ErrorModel:
        """Fit a model to whatever data there is; see `errors.fit`.

        Examples
        --------
        >>> ErrorModel.fit(detected=[[1, 0, 2], [0, 0, 0]], verified=[[2, 1, 0], [0, 0, 0]]).beta
        0.5
        """
        from .fits.fit import fit

        return fit(**data)

    # ---------------------------------------------------------------- on disk

    def to_dict(self) -> dict[str, Any]:
        """Everything of the model as JSON has it, for the manifest and for files."""
        from .model_json import to_dict

        return to_dict(self)

    @classmethod
    def from_dict(cls, content: Mapping[str, Any]) -> ErrorModel:
        """Make the model that `to_dict` wrote."""
        from .model_json import from_dict

        return from_dict(content)


def _is(rate: Any, number: float) -> bool:
    return isinstance(rate, (int, float)) and rate == number

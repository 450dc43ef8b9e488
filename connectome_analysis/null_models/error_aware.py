"""Error-aware samplers: graphs of a null model as a reconstruction with given errors would show them.

The null model describes the true wiring. Its graphs pass through the error model's channel before
anything is counted, so that the observed graph and the null carry the same errors. A graph drawn and
then corrupted would not have the degrees of the graph observed, though they are known; comparing
with such graphs mixes up what degrees do and what wiring does. So samples come from the null's
distribution *seen through the channel, given what the null keeps of the graph observed*: graphs
that all have its degrees, for instance, each in proportion to the odds of its edges; see `tilt`.

Splits and merges tie many pairs together. A null through them has no such form; of a model that
has them, the part in which pairs are independent is used, and the sampler says so.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from ..random_streams import Seed
from ..whole_numbers import require_whole
from .configuration import ConfigurationSampler
from .draw import Sampler
from .dyad_channel import dyad_channel_of
from .dyad_tilt import dyad_tilt_of
from .pair_channel import Channel, channel_of
from .reciprocal_configuration import ReciprocalConfigurationSampler
from .seen_blocks import SeenBlocksSampler
from .seen_dyads import SeenDyadsSampler
from .seen_pairs import SeenPairsSampler
from .tilt import Tilted, tilt_of
from .true_dyad_odds import fit_true_dyad_odds
from .true_odds import fit_true_odds

if TYPE_CHECKING:
    from ..errors.error_model import ErrorModel
    from ..graph import Graph

# Models drawn from the uncertainty of the rates, which samples share.
RATE_DRAWS = 20
PAIRS_ALONE = (
    "; splits and merges are left out, since they tie pairs of neurons together: only the errors "
    "of single pairs are in the null"
)

Maker = Callable[..., Sampler]


def _configuration(g: Graph, channels: tuple[Channel, ...], **options: Any) -> Sampler:
    tilts: tuple[Tilted, ...] = tuple(
        tilt_of(channel, fit_true_odds(g, channel)) for channel in channels
    )
    return ConfigurationSampler(g, tilts=tilts, **options)


def _reciprocal(g: Graph, channels: tuple[Channel, ...], **options: Any) -> Sampler:
    dyads = [dyad_channel_of(channel) for channel in channels]
    tilts = tuple(dyad_tilt_of(one, fit_true_dyad_odds(g, one)) for one in dyads)
    return ReciprocalConfigurationSampler(g, tilts=tilts, **options)


MAKERS: dict[str, Maker] = {
    "erdos_renyi": SeenPairsSampler,
    "dyad": SeenDyadsSampler,
    "configuration": _configuration,
    "reciprocal_configuration": _reciprocal,
    "block": SeenBlocksSampler,
}
# Options of these samplers that the plain ones do not have.
FURTHER_OPTIONS: dict[str, tuple[str, ...]] = {"erdos_renyi": ("rounds",), "dyad": ("rounds",)}


def error_aware_sampler(
    g: Graph,
    null: str,
    error_model: ErrorModel,
    *,
    rate_draws: int = RATE_DRAWS,
    rng: Seed = 0,
    **options: Any,
) -> Sampler | None:
    """Make a sampler of a null model seen through an error model.

    Parameters
    ----------
    g : Graph
        Without self-loops; as it was reconstructed.
    null : str
    error_model : ErrorModel
    rate_draws : int
        Where the rates are uncertain, so many models are drawn from their uncertainty, and each
        sample takes one of them. 0 takes the rates as they are.
    rng : int, Generator or None
        For these draws.
    **options
        For the null model.

    Returns
    -------
    Sampler or None
        None where the model has no errors on this graph: then the null is the plain one.

    Raises
    ------
    ValueError
        For a null model that cannot be seen through a channel, or rates that cannot be.
    """
    require_error_model(error_model)
    require_whole("rate_draws", rate_draws, least=0)
    if null not in MAKERS:
        msg = (
            f"The null {null!r} cannot be passed through an error model; these can: "
            f"{', '.join(MAKERS)}."
        )
        raise ValueError(msg)
    channels = tuple(channel_of(g, model) for model in _models(error_model, rate_draws, rng))
    if all(channel.without_errors for channel in channels):
        return None
    made = MAKERS[null](g, channels, **options)
    made.keeps = f"{made.keeps}; {in_words(error_model)}"  # type: ignore[misc]
    return made


def confident(g: Graph, error_model: ErrorModel) -> tuple[Graph, ErrorModel]:
    """The edges a comparison counts, and their errors: all, or where a model takes confidences those
    of `errors.confident_part`.
    """
    require_error_model(error_model)
    if error_model.confidence_odds is None:
        return g, error_model
    from ..errors.confident_edges import confident_part

    return confident_part(g.without_self_loops(), error_model)


def in_words(error_model: ErrorModel) -> str:
    """What an error-aware null has beside what it keeps."""
    alone = PAIRS_ALONE if error_model.fragments else ""
    return f"true wiring seen with the errors of {error_model!r}".rstrip(".") + alone


def require_error_model(given: object) -> None:
    """Raise a TypeError where something else than an error model is given."""
    from ..errors.error_model import ErrorModel

    if not isinstance(given, ErrorModel):
        msg = (
            f"error_model must be an errors.ErrorModel, got {type(given).__name__}; make one with "
            "errors.ErrorModel(...) or read one with errors.read_model(path)."
        )
        raise TypeError(msg)


def _models(error_model: ErrorModel, rate_draws: int, rng: Seed) -> list[ErrorModel]:
    if error_model.uncertainty is None or rate_draws == 0:
        return [error_model]
    from ..errors.generators import generator

    random = generator(rng)
    return [error_model.draw(random) for _ in range(rate_draws)]

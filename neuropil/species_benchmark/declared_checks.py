"""Declared checks: what a plan asks for exists and is of its kind, told before anything is read or drawn."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

from ..error_model_option import error_model_of

if TYPE_CHECKING:
    from .declared import Dataset, Settings

_LISTS = ("null_models", "four_node_null_models", "error_models")
_WORDS = ("connectome", "source", "format", "edge_type", "where", "colors")
_MAPPINGS = ("options", "null_options", "published")


def check_settings(settings: Settings, what: str) -> None:
    """Look at what holds for all datasets.

    Parameters
    ----------
    settings : Settings
    what : str
        What to call them in messages.

    Raises
    ------
    ValueError
        Where a value is of another kind, or names a null or error model that there is not.
    """
    _whole(settings.samples, f"samples of {what}", 2)
    _whole(settings.seed, f"seed of {what}", 0)
    _check_lists({name: getattr(settings, name) for name in _LISTS}, what)
    _known_null(settings.error_null_model, f"error_null_model of {what}")
    from connectome_analysis.null_models import NULL_MODELS

    if settings.error_models and not NULL_MODELS[settings.error_null_model].error_aware:
        able = ", ".join(name for name, null in NULL_MODELS.items() if null.error_aware)
        msg = (
            f"error_null_model of {what} cannot be seen with errors: {settings.error_null_model}. "
            f"These can: {able}."
        )
        raise ValueError(msg)


def check_dataset(dataset: Dataset, what: str) -> None:
    """Look at one dataset, as `check_settings` does."""
    for name in _WORDS:
        value = getattr(dataset, name)
        if value is not None and not isinstance(value, str):
            msg = f"{name} of {what} must be a string, got {value!r}."
            raise ValueError(msg)
    if dataset.min_synapses is not None:
        _whole(dataset.min_synapses, f"min_synapses of {what}", 1)
    for name in _MAPPINGS:
        _mapping(getattr(dataset, name), f"{name} of {what}")
    lists = {name: getattr(dataset, name) for name in _LISTS}
    _check_lists({name: value for name, value in lists.items() if value is not None}, what)
    from connectome_analysis.null_models import NULL_MODELS

    for null, options in dataset.null_options.items():
        _known_null(null, f"null_options of {what}")
        _mapping(options, f"null_options.{null} of {what}")
        for option in options:
            if option not in NULL_MODELS[null].options:
                has = ", ".join(NULL_MODELS[null].options) or "none"
                msg = f"null_options of {what} give the {null} null {option!r}; its options: {has}."
                raise ValueError(msg)


def require_published(dataset: Dataset, columns: Sequence[str]) -> None:
    """Raise a ValueError where a published number has the name of no column of species.parquet."""
    for name in dataset.published:
        if name != "source" and name not in columns:
            msg = (
                f"published has {name!r}, which is no number of this page.{_nearest(name, columns)}"
            )
            raise ValueError(msg)


def _check_lists(lists: Mapping[str, Any], what: str) -> None:
    for name, value in lists.items():
        if not isinstance(value, tuple) or not all(isinstance(one, str) for one in value):
            msg = f"{name} of {what} must be a list of strings, got {value!r}."
            raise ValueError(msg)
        for one in value:
            if name == "error_models":
                _known_error_model(one, f"error_models of {what}")
            else:
                _known_null(one, f"{name} of {what}")
    if lists.get("null_models") == ():
        msg = f"null_models of {what} are none; name one at least."
        raise ValueError(msg)


def _known_null(name: object, where: str) -> None:
    from connectome_analysis.null_models import NULL_MODELS

    if name not in NULL_MODELS:
        msg = f"{where}: there is no null model {name!r}.{_nearest(str(name), tuple(NULL_MODELS))}"
        raise ValueError(msg)


def _known_error_model(name: str, where: str) -> None:
    from connectome_analysis import errors

    if name in errors.presets().index:
        return
    try:
        error_model_of(name)
    except ValueError as error:
        msg = f"{where}: {error}"
        raise ValueError(msg) from None


def _whole(value: object, what: str, least: int) -> None:
    if isinstance(value, bool) or not isinstance(value, int) or value < least:
        msg = f"{what} must be a whole number of at least {least}, got {value!r}."
        raise ValueError(msg)


def _mapping(value: object, what: str) -> None:
    if isinstance(value, Mapping):
        return
    msg = f"{what} must be a table, such as {{ key = 1 }}, got {value!r}."
    raise ValueError(msg)


def _nearest(name: str, known: Sequence[str]) -> str:
    near = get_close_matches(name, known, n=1, cutoff=0.4)
    return f" Did you mean {near[0]!r}?" if near else f" There are: {', '.join(known)}."

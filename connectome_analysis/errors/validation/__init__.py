"""Validation: do corrections, intervals and tests hold on worlds whose truth is known?

``neuropil validation`` runs all of it; `run` is what it calls.
"""

from .run import Report, run, tables_of

__all__ = ["Report", "run", "tables_of"]

"""Search: every place in a graph where a motif fits, asked for in DotMotif's notation."""

from .matches import count_matches, find, iter_matches

__all__ = ["count_matches", "find", "iter_matches"]

"""Correction: unbiased counts of the true graph from one that was seen with errors."""

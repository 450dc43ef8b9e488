"""Sweeps: how large errors would have to be for a conclusion to change."""

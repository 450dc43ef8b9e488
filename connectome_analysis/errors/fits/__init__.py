"""Fits: error models from data, with how well their rates are known."""

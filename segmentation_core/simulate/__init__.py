"""Simulated EM with truth: grown, or rendered from labels; the same seed gives the same bytes."""

"""Evaluation: how well types are told, on neurons that could not have been known, beside what is simpler."""

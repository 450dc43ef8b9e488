"""Comparison: do two connectomes differ by more than the errors of their reconstructions?"""

"""Benchmarks: ours beside the fastest peer, in the same run, as ratios. ``make bench`` runs them."""

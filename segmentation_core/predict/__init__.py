"""Predict: affinities of a volume of any size, tile by tile, the same whatever the tiles."""

"""Skeletons: a label volume drawn as trees of points with radii, one forest to a label."""

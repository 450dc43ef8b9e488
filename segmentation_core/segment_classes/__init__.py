"""Segment classes: neuron, glia or soma-bearing, from the shape of a segment alone."""

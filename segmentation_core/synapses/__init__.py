"""Synapses: where one neuron sends to another, who both are, and how sure that is.

A small network shows clefts, presynaptic and postsynaptic sides; the segmentation says whose they
are; a calibration says how often a row like this one is right.
"""

"""Fragments: affinities cut into pieces small enough that none holds two neurons.

A voxel is inside a neuron where the affinities to its six neighbours are high. Inside, fragments
are the hills of the distance to the nearest boundary; two hills are one fragment unless the way
between them narrows. Boundary voxels climb to the fragment they are most strongly joined to.
"""

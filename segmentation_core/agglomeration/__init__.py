"""Agglomeration: fragments put together into neurons, the strongest joint first.

The region graph keeps what the affinities say about each pair of fragments, the merge tree every
merge and its score; so another threshold is another cut of the tree, without going back to voxels.
"""

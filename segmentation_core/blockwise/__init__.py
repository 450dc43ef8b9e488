"""Block-wise: the same segmentation as in one piece, of a volume larger than memory.

Fragments are made block by block with a halo, the statistics of pairs block by block over the
borders, then there is one agglomeration of the whole graph, and its segments are written block by
block. Each block's result is a file that is there whole or not at all, so a run that was killed
goes on where it was.
"""

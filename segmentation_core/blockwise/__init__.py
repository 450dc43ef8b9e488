"""Block-wise: the same segmentation as in one piece, of a volume larger than memory.

Hills are found block by block with a halo and put together into fragments, the statistics of pairs
are counted block by block over the borders, then there is one agglomeration of the whole graph, and its
segments are written block by block. Each block's result is a file that is there whole or not at all, so
a run that was killed goes on where it was.
"""

"""Network: what a convolutional network learns to see in an electron micrograph, and how it is taught.

An affinity network says of every voxel whether it and a neighbour (near or far) belong to the same
neuron. The rest of the core turns these numbers into neurons.
"""

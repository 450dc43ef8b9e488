"""Block models: groups of neurons that send and receive alike, given how many connections each has."""

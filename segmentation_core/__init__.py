"""Segmentation core: electron-microscopy volumes in; neurons, synapses and skeletons out.

This room takes arrays and gives arrays, and imports no other. Nothing is built in it yet: this
release holds the tables, the first analysis and the table reader.
"""

"""neuropil: the front door. The command line, the demo and the report stand here, on top of all rooms.

The rooms themselves are `connectome_analysis`, `ingest` and `segmentation_core`.
"""

__version__ = "0.1.0"

"""Voxels: a volume of electron micrographs in, a connectome out (`ingest.em`)."""

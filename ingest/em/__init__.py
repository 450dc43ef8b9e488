"""EM: a volume of electron micrographs in, a connectome out."""

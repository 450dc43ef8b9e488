"""Ingest: the only room that meets foreign formats; what leaves it satisfies the table contract."""

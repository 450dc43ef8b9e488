"""EM report: a page on one reconstruction, from micrographs to tables."""

from .build import build_em_report

__all__ = ["build_em_report"]

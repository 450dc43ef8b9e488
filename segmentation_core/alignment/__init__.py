"""Alignment: sections registered to their neighbours, tiles stitched, both relaxed all at once."""

from __future__ import annotations

from .aligned_sections import Alignment
from .section_alignment import align
from .section_transform import SectionTransform
from .tile_stitching import Mosaic, stitch

__all__ = ["Alignment", "Mosaic", "SectionTransform", "align", "stitch"]

"""Report: what was found in some connectomes, on one page that anyone can open."""

from .analyse import analyse
from .build import build_report
from .entry import Answer, Entry, Picture
from .how_made import HowMade
from .part import Part

__all__ = ["Answer", "Entry", "HowMade", "Part", "Picture", "analyse", "build_report"]

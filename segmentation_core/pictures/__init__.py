"""Pictures: what a segmentation looks like, drawn from finished arrays."""

from .label_colors import label_colors
from .section_overlay import show_section
from .surface_view import show_neurons

__all__ = ["label_colors", "show_neurons", "show_section"]

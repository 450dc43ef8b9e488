"""Forward: what a reconstruction with given errors would show of true wiring."""

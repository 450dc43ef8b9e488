"""Graph network: types told from wiring by message passing, and how sure each is."""

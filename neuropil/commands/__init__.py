"""Commands: one file for each, which reads its options, calls a room and shows the answer."""

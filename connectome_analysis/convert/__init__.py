"""Convert: graphs to and from other libraries, each of which is imported only when asked for."""

"""The HTTP server: who may ask, in which order, how long; it grades through the engine alone."""

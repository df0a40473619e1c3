"""The mathematical tree and what prints it."""

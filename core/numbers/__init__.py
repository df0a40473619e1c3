"""Numbers: exact, as floats, and how they are written."""

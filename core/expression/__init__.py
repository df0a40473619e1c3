"""The expression tree that everything shares, and its text."""

"""SymPy's part, in processes that can be killed."""

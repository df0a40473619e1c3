"""Two answers that share no code with SymPy or with each other, and the verdict on them.

``autograd`` runs PyTorch on a listing the reader can paste; ``differences`` only calls f; ``verdict`` compares
both with SymPy and names the reason where they differ, which ``local`` finds and ``reasons`` tells.
"""

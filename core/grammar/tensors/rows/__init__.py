"""What each function and method of matrices means: rows of a name, its parameters, and what they make.

call       a call with its arguments in their places, which every row gets
along      sums, norms, softmax and the like, along a dimension
products   products, the rest of algebra, losses
layout     entries in other places: reshape, cat, masks, kernels
constants  tensors that are written out
"""

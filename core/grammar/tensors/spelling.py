"""What the operations on vectors and matrices are called: one row each, beside the functions that formulas know."""

from __future__ import annotations

from core.grammar.definitions import FUNCTION_WORDS
from core.grammar.vocabulary import REFUSED_WORDS

# our name -> other words for it
_SYNONYMS = {
    "matmul": "mm mv",
    "dot": "inner vdot",
    "outer": "ger",
    "transpose": "t swapaxes",
    "inverse": "inv",
    "trace": "tr",
    "det": "determinant",
    "cat": "concat concatenate",
    "stack": "",
    "hstack": "",
    "vstack": "row_stack",
    "column_stack": "",
    "reshape": "view",
    "flatten": "ravel",
    "squeeze": "",
    "unsqueeze": "expand_dims",
    "tril": "",
    "triu": "",
    "diag": "",
    "masked_fill": "",
    "amax": "",
    "amin": "",
    "norm": "vector_norm hypot",
    "var": "variance",
    "std": "",
    "softmax": "",
    "log_softmax": "logsoftmax",
    "softmin": "",
    "logsumexp": "",
    "layer_norm": "layernorm",
    "cross_entropy": "crossentropy cross_entropy_loss",
    "nll_loss": "nll",
    "mse_loss": "mse mean_squared_error",
    "l1_loss": "mae",
    "smooth_l1_loss": "huber_loss",
    "binary_cross_entropy": "bce",
    "binary_cross_entropy_with_logits": "bce_with_logits",
    "normalize": "",
    "cosine_similarity": "",
    "linear": "",
    "attention": "scaled_dot_product_attention",
    "conv1d": "",
    "conv2d": "",
    "tensor": "array matrix as_tensor asarray from_numpy",
    "eye": "identity",
    "zeros": "",
    "ones": "",
    "full": "",
    "zeros_like": "",
    "ones_like": "",
    "full_like": "",
    "arange": "",
    "float": "double",
    "same": "clone contiguous copy requires_grad_ item",
    "size": "",
    "numel": "",
    "len": "",
    "logical_not": "",
    "logical_and": "",
    "logical_or": "",
}
# what has no meaning here, and what says the same
INSTEAD = {
    "einsum": "@, .T, sum(dim=0)",
    "bmm": "@",
    "tensordot": "@",
    "kron": "outer",
    "argmax": "max, softmax",
    "argmin": "min",
    "median": "mean",
    "cumsum": "tril(ones(n, n)) @ x",
    "gather": "x[0, 1]",
    "permute": ".T",
}
REFUSED = REFUSED_WORDS["unsupported_function"] | {"detach", "backward", "stop_gradient", "dropout"}
# lower-case word -> our name for the function
FUNCTIONS: dict[str, str] = {
    **{word: name for word, name in FUNCTION_WORDS.items() if name not in ("piecewise",)},
    **{word: name for name, words in _SYNONYMS.items() for word in (name, *words.split())},
}

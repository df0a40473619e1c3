"""Functions of matrices that are told in others, in the language itself: a name before a bracket -> lines."""

from __future__ import annotations

SCORES = "scores = q @ k.T / sqrt(q.shape[-1])"
LATER = "tril(ones(q.shape[0], k.shape[0])) == 0"
WEIGHTED = "weights = softmax(scores); weights @ u"
DEFINITIONS: dict[str, str] = {
    "linear(x, W)": "x @ W.T",
    "linear(x, W, b)": "x @ W.T + b",
    "attention(q, k, u)": f"{SCORES}; {WEIGHTED}",
    "attention(q, k, u, added)": f"{SCORES} + added; {WEIGHTED}",
    "attention(q, k, u, kept)": f"{SCORES}; scores = where(kept, scores, -inf); {WEIGHTED}",
    "attention(q, k, u, causal)": f"{SCORES}; scores = masked_fill(scores, {LATER}, -inf); {WEIGHTED}",
    "softmin(x, dim)": "softmax(-x, dim)",
    "normalize(x, dim)": "x/clamp_min(norm(x, 2, dim, True), 1e-12)",
    "cosine_similarity(x, y, dim)": "sum(x*y, dim)/(norm(x, 2, dim)*norm(y, 2, dim))",
    "var(x, n, dim, keepdim)": "sum((x - mean(x, dim, True))^2, dim, keepdim)/n",
    "l1_loss(x, y)": "mean(abs(x - y))",
    "smooth_l1_loss(x, y)": "mean(where(abs(x - y) < 1, (x - y)^2/2, abs(x - y) - 1/2))",
    "binary_cross_entropy(x, y)": "-mean(y*log(x) + (1 - y)*log(1 - x))",
    "binary_cross_entropy_with_logits(x, y)": "mean(softplus(x) - x*y)",
    "cross_entropy(x, y)": "mean(-sum(y*log_softmax(x), -1))",
    "nll_loss(x, y)": "mean(-sum(y*x, -1))",
    "diagonal(x, eye, dim)": "sum(x*eye, dim)",
}

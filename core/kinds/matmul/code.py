"""The notebook of c = a·b."""

from __future__ import annotations

from core.code.sympy import matmul_source
from core.export.cells import Cells, derivation, expected
from core.kinds.matmul import equations
from core.kinds.matmul.explanation import MatmulExplanation, constants
from core.kinds.matmul.slides import title


def cells(e: MatmulExplanation, lang: str) -> Cells:
    """Its parts in a language."""
    wrt = e.problem.wrt
    other = "a" if wrt == "b" else "b"  # what the derivative by wrt is made of
    derived = f"derived = list({wrt}_grad.subs(at_{other}).subs(at_v))\n"
    flat = [n.value for row in e.grad(wrt) for n in row]
    again = "a.grad = b.grad = None\n(a @ b).backward(v)\n"  # the listing may have gone on to other weights
    return Cells(
        title(e, lang),
        [
            equations.product(e),
            equations.upstream(e),
            equations.gradient_sum_symbols(e, wrt),
            equations.gradient(e, wrt),
        ],
        derivation(lang, e.verdict, matmul_source(*constants(e.problem)), derived),
        e.torch.source,
        expected(lang, e.verdict, flat, again, f"{wrt}.grad.flatten().tolist()"),
    )

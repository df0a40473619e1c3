"""Example 2: for c = a·b, one small matrix per element of c; weighted by v they add up to b.grad (and a.grad)."""

from functools import partial

import streamlit as st

from core.kinds.matmul import equations
from core.kinds.matmul.explanation import MAX_DERIVED, derivation
from pages.components.guess import guess
from pages.components.product import product
from pages.shared import inputs, views

explanation, refusal = views.explained("matmul")
m, k, n = explanation.sizes
wrt = explanation.problem.wrt
views.title("matmul", wrt=wrt, m=m, n=n)
inputs.address_errors()
guess("matmul", explanation)
product(explanation, fresh=refusal is None)
with views.card("general"):
    views.equation(equations.general_product(), caption="matmul.general_product")
    views.equation(equations.general_derivative(wrt), caption="matmul.general_element")
    views.equation(equations.general_sum(wrt), caption="matmul.general_ones")
    views.equation(equations.general_weighted(wrt), caption="matmul.general_weighted")
    views.text("matmul")
sympy, torch = st.columns(2, gap="large")
with torch, views.card("torch"):
    views.verdict(explanation.verdict)
    views.transcript(explanation.torch.transcript, views.HALF)
with sympy, views.card("sympy"):
    if max(m, k, n) <= MAX_DERIVED:
        views.sympy_listing(partial(derivation, explanation), views.HALF)
    else:
        views.hint("matmul.sympy_large", limit=MAX_DERIVED)

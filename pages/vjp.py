"""Example 1: v weights the rows of the Jacobian."""

from functools import partial

import streamlit as st

from core.kinds.vector import equations
from core.kinds.vector.explanation import derivation
from pages.components.geometry import arrows, explorer
from pages.components.guess import guess
from pages.components.stage import stage
from pages.shared import inputs, views

views.title("vjp")
fields, shown = views.beside()

with fields:
    inputs.vector_problem("vjp")

with shown, views.result("vjp") as explanation:
    guess("vjp", explanation)
    here, pulled = explanation.map, explanation.pullback
    with st.container(border=True, key="card.stage"):
        stage(explanation)
        inputs.vector_weights("vjp")
    picture, proof = st.columns(2, gap="medium")
    with picture, views.card("arrows" if len(here.inputs) == 2 else "bars"):
        arrows(explanation)
    with picture if len(here.inputs) < 3 else st.container(), views.card("transpose"):
        views.equation(equations.weighted_symbols(here), caption="section.letters")
        for line in equations.transposed_product(here, pulled):
            views.equation(line)
    with proof, views.card("torch"):
        views.verdict(explanation.verdict)
        views.transcript(explanation.torch.transcript, views.HALF)
    with views.card("explorer"):
        explorer(explanation)
    with views.card("sympy"):
        views.sympy_listing(partial(derivation, explanation))
    with views.card("pitfalls"):
        views.text("vjp")

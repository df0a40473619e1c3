"""x → y → z: v pulled back through one Jacobian after the other, their product, its cost, and torch's tape."""

import streamlit as st

from core.kinds.chain import equations
from pages.components.cost import cost
from pages.components.guess import guess
from pages.components.paths import paths
from pages.components.sweep import sweep
from pages.components.tape import tape
from pages.shared import inputs, views

letters = views.explained("chain")[0].letters
views.title("chain", last=letters[-1], path=" → ".join(letters))
fields, shown = views.beside()

with fields:
    inputs.chain_problem("chain")

with shown, views.result("chain") as explanation:
    guess("chain", explanation)
    with st.container(border=True, key="card.sweep"):
        views.reason(explanation)
        sweep(explanation)
        if collapsed := equations.chain_collapse(explanation):
            with views.answer("collapse"):
                views.equation(collapsed)
    with views.card("chain_general"):
        views.text("chain")
        for piece in equations.chain_general(len(explanation.maps)):
            views.equation(piece)
        st.caption(views.words("chain.this", sizes=equations.sizes(explanation)))
        for piece in equations.chain_jacobians(explanation, views.BANDED):
            views.equation(piece)
    with views.card("chain_product"):
        views.equation(equations.chain_entry(len(explanation.maps)), caption="chain.entry")
        paths(explanation)
    with views.card("cost"):
        cost(explanation)
    with views.card("tape"):
        tape(explanation.tape)
    with views.card("torch"):
        views.verdict(explanation.verdict)
        views.transcript(explanation.torch.transcript)

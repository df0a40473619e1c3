"""Example 3, any expression in matrices: one small matrix per element of the output; weighted by v they add up."""

from functools import partial

import streamlit as st

from core.kinds.tensor.closed import closed
from core.kinds.tensor.lettered import called, derivation
from core.wording import tell
from pages.components.backward import steps
from pages.components.guess import guess
from pages.components.tensor import tensor
from pages.shared import inputs, session, views

explanation, refusal = views.explained("tensor")
form = closed(explanation)
said = tell(session.language(), (form.point,)) if form and form.holds else ""
views.title("tensor", said, wrt=explanation.wrt, letter=explanation.letter)
inputs.address_errors()
guess("tensor", explanation)
tensor(explanation, fresh=refusal is None)
backward, torch = st.columns([1.4, 1], gap="large")
with backward, views.card("backward_steps"):
    steps(explanation)
with torch, views.card("torch"):
    views.verdict(explanation.verdict)
    views.transcript(explanation.torch.transcript, views.HALF)
with views.card("sympy"):
    chosen = st.selectbox(
        views.words("matrices.derive"),
        range(len(explanation.places)),
        index=None,
        format_func=partial(called, explanation),
        placeholder="∂",
        key="derive",
        width=320,
    )
    if chosen is not None:
        views.sympy_listing(partial(derivation, explanation, chosen))

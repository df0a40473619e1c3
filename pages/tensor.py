"""Example 3, any expression in matrices: one small matrix per element of the output; weighted by v they add up."""

import streamlit as st

from pages.components.backward import steps
from pages.components.guess import guess
from pages.components.tensor import tensor
from pages.shared import inputs, views

explanation, refusal = views.explained("tensor")
views.title("tensor", wrt=explanation.wrt, letter=explanation.letter)
inputs.address_errors()
guess("tensor", explanation)
tensor(explanation, fresh=refusal is None)
backward, torch = st.columns([1.4, 1], gap="large")
with backward, views.card("backward_steps"):
    steps(explanation)
with torch, views.card("torch"):
    views.verdict(explanation.verdict)
    views.transcript(explanation.torch.transcript, views.HALF)

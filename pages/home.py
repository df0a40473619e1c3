"""What a Jacobian is, what backward(v) computes, and the gallery of examples."""

import streamlit as st

from core.kinds import KINDS, explain
from core.kinds.vector import equations
from pages.components.gallery import gallery
from pages.shared import pasting, views

views.title("home")
pasting.paste("home")
definition, backward = st.columns(2, gap="large")
with definition, views.card("definition"):
    views.text("definition")
    views.equation(equations.general_jacobian())
with backward, views.card("sum"):
    views.text("backward")
    example = explain(KINDS["vjp"].default)
    views.equation(equations.jacobian_at(example.map, example.pullback.weights), caption="label.for_example")
    views.equation(equations.weighted_sum(example.map, example.pullback))
st.header(views.words("section.gallery"), anchor=False)
gallery()

"""The page /vjp with st.latex and st.plotly_chart in the place of its browser components."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

import plotly.graph_objects as go
import streamlit as st

from core.kinds.vector import equations
from core.kinds.vector.explanation import derivation
from core.numbers.floats import evaluate
from pages.shared import inputs, session, views

STEPS = [k / 10 for k in range(-10, 11)]

st.set_page_config(layout="wide")
session.language()
session.follow("vjp")
st.html(Path("pages/static/lens.css"))


def near(x: list[float], p: float, q: float) -> list[float]:
    """The outputs a step away from x."""
    env = dict(zip(here.inputs, (x[0] + p, x[1] + q), strict=True))
    return [evaluate(node, env) for node in here.outputs]


def tip_to_tail() -> go.Figure:
    """The weighted rows as arrows."""
    figure, x, y = go.Figure(), 0.0, 0.0
    for i, row in enumerate(pulled.rows):
        dx, dy = (n.value for n in row)
        figure.add_scatter(x=[x, x + dx], y=[y, y + dy], mode="lines+markers", line_color=views.palette().hue(i))
        x, y = x + dx, y + dy
    return figure.add_scatter(x=[0, x], y=[0, y], mode="lines", line_dash="dash")


def grid() -> go.Figure:
    """The image of the grid near x."""
    figure = go.Figure()
    for fixed in STEPS[::4]:
        for line in ([(fixed, s) for s in STEPS], [(s, fixed) for s in STEPS]):
            images = [near(x, p, q) for p, q in line]
            figure.add_scatter(x=[y[0] for y in images], y=[y[1] for y in images], mode="lines")
    return figure


def heights(height: Callable[[list[float]], float]) -> list[list[float]]:
    """A function of the outputs around x."""
    return [[height(near(x, p, q)) for p in STEPS] for q in STEPS]


views.title("vjp")
fields, shown = st.columns([1, 2.6], gap="large")
with fields:
    inputs.vector_problem("vjp")
with shown, views.result("vjp") as explanation:
    here, pulled = explanation.map, explanation.pullback
    x = [n.value for n in here.point]
    v = [n.value for n in pulled.weights]
    views.equation(equations.jacobian(here, pulled.weights))
    views.plain_stage(explanation)
    inputs.vector_weights("vjp")
    picture, proof = st.columns(2, gap="medium")
    with picture, views.card("arrows"):
        st.plotly_chart(tip_to_tail(), key="arrows")
    with picture, views.card("transpose"):
        views.equation(equations.weighted_symbols(here), caption="section.letters")
        for line in equations.transposed_product(here, pulled):
            views.equation(line)
    with proof, views.card("torch"):
        views.verdict(explanation.verdict)
        views.transcript(explanation.torch.transcript)
    with views.card("explorer"):
        st.plotly_chart(grid(), key="grid")
        for i in range(len(v)):
            contours = heights(lambda y, i=i: y[i])
            st.plotly_chart(go.Figure(go.Contour(x=STEPS, y=STEPS, z=contours)), key=f"contours{i}")
        total = heights(lambda y: sum(a * b for a, b in zip(v, y, strict=True)))
        st.plotly_chart(go.Figure(go.Surface(x=STEPS, y=STEPS, z=total)), key="surface")
    with views.card("sympy"):
        views.sympy_listing(partial(derivation, explanation))
    with views.card("pitfalls"):
        views.text("vjp")

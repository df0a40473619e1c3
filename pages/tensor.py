"""Any expression in matrices: one derivative per element of the output; weighted by v they add up."""

from core.kinds.tensor import equations
from pages.components.guess import guess
from pages.shared import inputs, views

explanation, _ = views.explained("tensor")
views.title("tensor", wrt=explanation.wrt, letter=explanation.letter)
inputs.address_errors()
guess("tensor", explanation)
with views.answer("equations"):
    for equation in equations.shown(explanation):
        views.equation(equation)
with views.card("torch"):
    views.verdict(explanation.verdict)
    views.transcript(explanation.torch.transcript)

"""Example 3, any expression in matrices: one small matrix per element of the output; weighted by v they add up."""

from pages.components.guess import guess
from pages.components.tensor import tensor
from pages.shared import inputs, views

explanation, refusal = views.explained("tensor")
views.title("tensor", wrt=explanation.wrt, letter=explanation.letter)
inputs.address_errors()
guess("tensor", explanation)
tensor(explanation, fresh=refusal is None)
with views.card("torch"):
    views.verdict(explanation.verdict)
    views.transcript(explanation.torch.transcript)

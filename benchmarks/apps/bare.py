"""The least that a Streamlit app can be: one slider and one equation."""

import streamlit as st

x = st.slider("x", 0, 100, 1)
st.latex(rf"x^2 = {x * x}")

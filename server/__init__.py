"""The server around Streamlit: what is ready before the first visitor, what is sent how, and who may have how much."""

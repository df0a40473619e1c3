"""x → y → z, or longer: the page /chain."""

"""y = f(x) and v: the page /vjp."""

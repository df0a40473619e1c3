"""c = a·b: the page /matmul."""

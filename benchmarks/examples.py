"""The problems that the benchmarks in the browser look at."""

SMALL = "/vjp?f=2*x1%2Bx2^2;x1^2%2B2*x2^3&at=x1:1,x2:2&v=2,1"
LARGE = (
    "/vjp?f="
    + ";".join(
        "%2B".join(f"{i * j % 7 + 1}*x{j}" + ("^2" if (i + j) % 3 == 0 else "") for j in range(1, 9))
        + (f"%2Bsin(x{i})" if i % 2 else "")
        for i in range(1, 9)
    )
    + "&at="
    + ",".join(f"x{j}:{j}" for j in range(1, 9))
    + "&v=1,2,-1,0,0.5,-2,3,1"
)

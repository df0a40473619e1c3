"""What PyTorch really answers: a listing is written, run exactly as shown, and its prints are the result."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from threading import RLock
from types import CodeType

import torch

from core.code import torch as listing
from core.code import transcript
from core.code.transcript import Listing, Printed, Transcript, Vocabulary
from core.expression.tree import Node

torch.set_num_threads(1)  # no tensor here is large enough to share: threads would only wait for one another
torch.set_default_dtype(torch.float64)  # what every listing says first; said here, no thread ever sees another

# Of torch's own state one process has only one: the levels of forward mode (torch.func.jvp) are a list that all threads
# share, and two that push and pop at once get "no level exists", another's tangent, or a broken heap.
alone = RLock()

Vector = tuple[float, ...]
Matrix = tuple[Vector, ...]


@dataclass(frozen=True)
class Autograd:
    """One backward pass of y = f(x).

    ``vjp[j]`` is x.grad[j], sum over i of v_i * dy_i/dx_j; ``jacobian[i][j]`` = dy_i/dx_j, row i from the
    one-hot pass i; ``jacrev`` is the same from torch.func.jacrev. Where y does not depend on x at all PyTorch
    keeps x.grad at None: ``vjp`` is then zeros and ``depends`` is false.
    """

    values: Vector
    vjp: Vector
    jacobian: Matrix
    jacrev: Matrix
    depends: bool
    source: str
    transcript: Transcript


@dataclass(frozen=True)
class ChainAutograd:
    """z = g(f(x)): ``middle`` is y, ``values`` is z, ``middle_grad`` is y.grad and ``vjp`` is x.grad.

    ``outer[i][k]`` = dz_i/dy_k and ``inner[k][j]`` = dy_k/dx_j. Of a longer chain ``values`` is what comes out of its
    end; ``grads`` are x.grad, y.grad, z.grad, … and ``jacobians`` those of every stage, the first stage first;
    ``tangents`` are what u = (1, 0, …) at x becomes at y, z, …, from torch.func.jvp.
    """

    middle: Vector
    values: Vector
    middle_grad: Vector
    vjp: Vector
    outer: Matrix
    inner: Matrix
    grads: tuple[Vector, ...]
    jacobians: tuple[Matrix, ...]
    tangents: tuple[Vector, ...]
    depends: bool
    source: str
    transcript: Transcript


@dataclass(frozen=True)
class MatmulAutograd:
    """c = a @ b and one c.backward(v); every field has the shape of the matrix it is named after.

    ``a_closed`` and ``b_closed`` are v @ b.T and a.T @ v as torch multiplies them; ``passed`` is the c.grad that each
    loss of the listing leaves.
    """

    c: Matrix
    a_grad: Matrix
    b_grad: Matrix
    a_closed: Matrix
    b_closed: Matrix
    source: str
    transcript: Transcript
    passed: tuple[Matrix, ...] = ()


def differentiate(
    outputs: Sequence[Node], inputs: Sequence[str], point: Sequence[float], cotangent: Sequence[float]
) -> Autograd:
    """y = f(x) at ``point`` (one number per input) and backward(``cotangent``) (one number per output)."""
    ran = run(listing.vector_listing(outputs, inputs, point, cotangent))
    rows = ran.every("rows")
    depends = "y.requires_grad" not in ran
    none = (0.0,) * len(inputs)
    return Autograd(
        values=_vector(ran["y"]),
        vjp=_vector(ran["x.grad"]) if depends else none,
        jacobian=tuple(map(_vector, rows)) if depends else (none,) * len(outputs),
        jacrev=_matrix(ran["J"]),
        depends=depends,
        source=ran.source,
        transcript=ran,
    )


def differentiate_chain(
    inner: Sequence[Node],
    outer: Sequence[Node],
    inputs: Sequence[str],
    point: Sequence[float],
    cotangent: Sequence[float],
    further: Sequence[Sequence[Node]] = (),
) -> ChainAutograd:
    """z = g(f(x)) at ``point`` and z.backward(``cotangent``); ``outer`` is written in y1, y2, …

    ``further`` stages follow, each in the outputs of the one before: z1, z2, …; the cotangent is that of the last.
    """
    count = 2 + len(further)
    ran = run(listing.chain_listing(inner, outer, inputs, point, cotangent, further))
    letters = listing.CHAIN_VECTORS[: count + 1]
    depends = f"{letters[-1]}.requires_grad" not in ran
    between = tuple(_vector(ran[f"{letter}.grad" if depends else f"v at {letter}"]) for letter in letters[1:-1])
    grads = (_vector(ran["x.grad"]) if depends else (0.0,) * len(inputs), *between)
    jacobians = tuple(_matrix(ran[f"J of {name}"]) for name in listing.CHAIN_FUNCTIONS[:count])
    return ChainAutograd(
        middle=_vector(ran["y"]),
        values=_vector(ran[letters[-1]]),
        middle_grad=grads[1],
        vjp=grads[0],
        outer=jacobians[1],
        inner=jacobians[0],
        grads=grads,
        jacobians=jacobians,
        tangents=tuple(_vector(ran[f"u at {letter}"]) for letter in letters[1:]),
        depends=depends,
        source=ran.source,
        transcript=ran,
    )


def differentiate_matmul(
    a: Sequence[Sequence[float]],
    b: Sequence[Sequence[float]],
    v: Sequence[Sequence[float]],
    losses: Sequence[str] = (),
) -> MatmulAutograd:
    """c = a @ b (m×k times k×n) and c.backward(v), v of c's shape m×n; and of each loss, what it passes to c."""
    ran = run(listing.matmul_listing(a, b, v, losses))
    return MatmulAutograd(
        c=_matrix(ran["c"]),
        a_grad=_matrix(ran["a.grad"]),
        b_grad=_matrix(ran["b.grad"]),
        a_closed=_matrix(ran["v @ b.T"]),
        b_closed=_matrix(ran["a.T @ v"]),
        source=ran.source,
        transcript=ran,
        passed=tuple(map(_matrix, ran.every("c.grad"))),
    )


def _vector(shown: Printed) -> Vector:
    assert isinstance(shown.value, torch.Tensor)
    return tuple(shown.value.tolist())


def _matrix(shown: Printed) -> Matrix:
    assert isinstance(shown.value, torch.Tensor)
    return tuple(map(tuple, shown.value.tolist()))


# The source is written by the tables of core.code.torch from a tree, so its vocabulary is closed.
VOCABULARY = Vocabulary(
    modules={"torch": None},
    names=frozenset(
        {"torch", "print", "a", "b", "c", "u", "v", "loss", "one_hot", *listing.CHAIN_FUNCTIONS, *listing.CHAIN_VECTORS}
    ),
    attributes=frozenset(
        {
            *"T backward detach eye float64 func grad inf jacrev jvp nan new_tensor no_grad".split(),
            *"requires_grad retain_grad set_default_dtype stack sum mean tensor".split(),
            *(name for template in listing.OPERATIONS.values() for name in re.findall(r"\.(\w+)", template)),
        }
    ),
    keywords=frozenset({"requires_grad", "retain_graph"}),
)


def checked(source: str) -> CodeType:
    """The compiled source; RuntimeError where it holds anything but the vocabulary of a torch listing."""
    return transcript.checked(source, VOCABULARY)


def run(written: Listing, vocabulary: Vocabulary = VOCABULARY) -> Transcript:
    """Runs a listing exactly and keeps what it prints. RuntimeError for foreign code, or torch's own."""
    with alone:
        return transcript.run(written, vocabulary, keep=_detached)


def execute(source: str, note: Callable[[object], None]) -> dict[str, object]:
    """Runs ``source`` with ``note`` for its print; the names it has given. RuntimeError for foreign code.

    Whoever goes on with what it made keeps others out by ``alone``.
    """
    with alone:
        return transcript.execute(source, VOCABULARY, note)


def _detached(value: object) -> object:
    return value.detach().clone() if isinstance(value, torch.Tensor) else value

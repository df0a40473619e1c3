"""What the components send to the browser. pages/static/js/messages.d.ts says the same to the scripts.

``python -m pages.components.declarations`` writes that file anew; a test holds the two, and what is really sent,
against each other.
"""

from __future__ import annotations

from typing import Any, Literal, NotRequired, TypedDict

Real = float | Literal["nan", "inf", "-inf"]  # JSON has no words for what is not finite
Tree = float | str | list["Tree"]  # a number, or [operation, *arguments]
Value = float | tuple[str, Real]  # of a matrix product: a decimal, or LaTeX with the number that it is
Written = tuple[str, Real]  # of a chain: how a number is written, and the number
Words = dict[str, str]

# ── Around every page ────────────────────────────────────────────────────────────────────────────────────


class Link(TypedDict):
    """A page, or a language."""

    text: str
    href: str
    current: bool
    lang: NotRequired[str]


class Header(TypedDict):
    """The bar at the top."""

    home: str
    pages: list[Link]
    languages: list[Link]
    labels: Words
    lang: str


class Card(TypedDict):
    """An example of the gallery."""

    href: str
    title: str
    why: str
    latex: str


class Gallery(TypedDict):
    """The gallery of the home page."""

    cards: list[Card]


class Modes(TypedDict):
    """The ways to look at a page: which of them is on, and what their buttons say."""

    guess: bool
    words: Words


class GuessedSlip(TypedDict):
    """A known wrong answer, what is said of it, and where it happens: outputs, inputs and stages of a chain."""

    said: str
    answer: list[Real]
    rows: list[int]
    inputs: list[int]
    stages: list[int]


class Guess(TypedDict):
    """What is asked before it is shown: a gradient in rows of ``columns``, and the slips around it."""

    channel: str
    problem: str
    columns: int
    answer: list[Real]
    labels: list[str]
    slips: list[GuessedSlip]
    words: Words


# ── v, J and their product ───────────────────────────────────────────────────────────────────────────────


class Try(TypedDict):
    """A vector that is one click away."""

    label: str
    v: list[int]


class Weights(TypedDict):
    """v as typed, as read (None: refused), and as last shown."""

    channel: str
    texts: list[str]
    values: list[Real | None]
    shown: list[Real]
    hues: list[str]
    names: list[str]
    labels: list[str]
    tries: list[Try]
    words: Words
    longest: int
    serial: int
    anew: bool
    alive: bool


class Weight(TypedDict):
    """v_i, its size for a sum where the sign stands apart, and the name of its term: LaTeX."""

    value: Real
    latex: str
    size: str
    name: str


class Entry(TypedDict):
    """∂y_i/∂x_j: formula, number, name and both together as LaTeX, and a label as text."""

    formula: str
    number: str
    value: Real
    name: str
    told: str
    label: str


class Sum(TypedDict):
    """An entry of x.grad. ``rough``: its decimal stands beside it; ``rounded``: what is written is not all of it."""

    value: Real
    latex: str
    rough: bool
    rounded: bool


class Step(TypedDict):
    """A step of how the gradient comes about (core.maps.Step), in the reader's language."""

    id: str
    lit: list[int]
    shown: int
    sentence: str
    answer: list[list[Real]]


class Stage(TypedDict):
    """vᵀJ as the sum of the weighted rows."""

    channel: str
    steps: list[Step]
    hues: list[str]
    words: Words
    said: str
    outputs: list[str]
    at: str
    x: list[Real]
    v: list[Weight]
    J: list[list[Entry]]
    total: list[Sum]


class Scene(TypedDict):
    """What the pictures of /vjp see. The explorer's have f and J as trees, and torch's J."""

    names: list[str]
    outputs: list[str]
    x: list[Real]
    v: list[Real]
    J: list[list[Real]]
    f: NotRequired[list[Tree]]
    df: NotRequired[list[list[Tree]]]
    torch: NotRequired[list[list[Real]]]
    slopes: NotRequired[list[list[Real]]]  # where J has others by convention: nan if there is no derivative


class Hues(TypedDict):
    """The colours of a theme."""

    rows: list[str]
    ink: str
    faint: str


class Complaint(TypedDict):
    """What torch says to some lines: its error, or the x.grad they leave."""

    code: str
    calls: str
    error: str | None
    outcome: str
    grad: list[Real] | None


class Pictures(TypedDict):
    """One picture, or several behind tabs."""

    page: str
    views: list[str]
    scene: Scene
    words: dict[str, Any]  # tables of content/*/geometry.toml, some in others
    hues: Hues
    complaints: NotRequired[list[Complaint]]


# ── x → y → z ────────────────────────────────────────────────────────────────────────────────────────────


class Space(TypedDict):
    """x, y, z, …: names in LaTeX and plain, values, the cotangent there, torch's .grad and torch.func.jvp."""

    letter: str
    names: list[str]
    plain: list[str]
    values: list[Written]
    adjoint: list[Written]
    torch: list[Real]
    pushed: list[Real]


class Jacobian(TypedDict):
    """The Jacobian of one function of the chain."""

    function: str
    name: str
    entries: list[list[Written]]
    formulas: list[list[str]]


class Chain(TypedDict):
    """What the pictures of /chain share."""

    channel: str
    hues: list[str]
    spaces: list[Space]
    stages: list[Jacobian]
    product: list[list[Written]]
    depends: bool


class Said(TypedDict):
    """A sentence for every space, in the order in which it is reached."""

    backward: list[str]
    forward: list[str]


class Sweep(Chain):
    """The rail."""

    steps: list[Step]
    words: Words
    said: Said


class Paths(Chain):
    """The product and its paths."""

    words: Words


class Sizes(TypedDict):
    """Sizes of a chain that are one click away."""

    sizes: list[int]
    label: str


class Cost(TypedDict):
    """The counts of multiplications."""

    names: list[str]
    labels: list[str]
    sizes: list[int]
    words: Words
    tries: list[Sizes]


class Use(TypedDict):
    """An argument of an operation: which, the derivative by it as a rule and at the point, and what is sent there."""

    of: int
    rule: str
    local: list[Real]
    sent: list[Real]


class Operation(TypedDict):
    """An operation that torch recorded."""

    name: str
    node: str
    text: str
    value: list[Real]
    adjoint: list[Real]
    uses: list[Use]


class Tape(TypedDict):
    """All operations, and the order in which backward passes them."""

    operations: list[Operation]
    order: list[int]
    words: Words


# ── a × b = c ────────────────────────────────────────────────────────────────────────────────────────────


class Shaped(TypedDict):
    """A number, vector or matrix: its name as text and as LaTeX, and its shape."""

    name: str
    tex: str
    shape: list[int]


class Complained(TypedDict):
    """What is wrong with an entry (``index`` row by row; None: the whole matrix), and its text in three parts."""

    matrix: str
    index: NotRequired[int | None]
    message: str
    parts: list[str]


class Torch(TypedDict):
    """What torch printed for the gradient, and its numbers."""

    text: str
    grad: list[list[Real]]


class Verdict(TypedDict):
    """What the engines come to, as a sentence; ``calm``: nothing has to be explained."""

    calm: bool
    said: str


class Product(TypedDict):
    """a × b = c with v: what is typed, what it comes to, and every step of the sum as (i, j, what the line is then)."""

    typed: dict[str, list[list[str]]]
    serial: int | None
    anew: bool
    wrt: Literal["a", "b"]
    fresh: bool
    sizes: tuple[int, int, int]
    values: dict[str, list[list[Value]]]
    latex: dict[str, list[list[str | None]]]
    grad: list[list[Value]]
    weighted: list[list[list[Value]]]
    ledgers: dict[str, list[tuple[int, int, list[Value]]]]
    strengths: list[list[float]]
    negative: list[tuple[int, int]]
    losses: Words
    induced: list[str]
    torch: Torch
    verdict: Verdict
    errors: list[Complained]
    refusal: Complained | None
    limit: int
    hues: list[str]
    words: Words


# ── Any expression in matrices ───────────────────────────────────────────────────────────────────────────


class Told(TypedDict):
    """What a line of the text (from 0) is called, and its shape: 2×3 of a matrix, 3 of a vector, empty of a number."""

    line: int
    name: str
    shape: str


class Choice(TypedDict):
    """How a text was read; ``other`` says how it could be read as well, which the whole text ``instead`` says."""

    said: str
    other: str
    instead: str


class Operand(Shaped):
    """An input as typed, and how each entry looks; ``guessed``: nobody typed it."""

    typed: list[list[str]]
    looks: list[list[str | None]]
    guessed: bool


class Cotangent(TypedDict):
    """v row by row: as typed, as read (None: refused), as last shown, exactly, and how strong each tint is."""

    texts: list[str]
    values: list[Real | None]
    shown: list[Real]
    exact: list[Value]
    strengths: list[float]
    serial: int
    anew: bool


class Closed(TypedDict):
    """A closed form: its lines and what its letters stand for as LaTeX, and why it is so, a sentence a rule."""

    lines: list[str]
    letters: list[str]
    said: list[str]


class Lettered(TypedDict):
    """A card in letters: its entries row by row, the same times v, and what letters in them stand for."""

    entries: list[str]
    weighted: list[str]
    where: list[str]


class Tensor(TypedDict):
    """A program, its shapes, its inputs and v; every ∂output/∂wrt row by row, and their sum.

    ``weighted`` (the same times v) and ``sums`` (after each term in an order) come where a browser could not compute
    them as exactly.
    """

    serial: int | None
    anew: bool
    fresh: bool
    text: str
    told: list[Told]
    choices: list[Choice]
    remarks: list[str]
    operands: list[Operand]
    v: Cotangent
    output: Shaped
    value: list[list[Value]]
    wrt: Shaped
    batch: str
    sampled: str
    cards: list[list[Value]]
    weighted: list[list[Value]] | None
    orders: dict[str, list[int]]
    sums: dict[str, list[list[Value]]] | None
    grad: list[list[Value]]
    size: list[int]
    hued: list[str]
    closed: Closed | None
    letters: list[Lettered | None] | None
    losses: Words
    induced: list[str]
    torch: Torch
    verdict: Verdict
    errors: list[Complained]
    refusal: Complained | None
    limit: int
    longest: int
    words: Words


class Sent(TypedDict):
    """What the value ``to`` is sent: as a rule, before it is summed over copies (None: there are none), and then.

    ``sources``: for each entry the entries of what arrived from which it comes, row by row.
    """

    to: int
    rule: str
    whole: list[list[Value]] | None
    sent: list[list[Value]]
    sources: list[list[int]]


class Passed(TypedDict):
    """A value of a program, its gradient, and what it sends. ``formula``: empty of an input; ``single``: a number.

    ``node``: what PyTorch has recorded for it, or nothing.
    """

    at: int
    node: str
    name: str
    grad: str
    formula: str
    value: list[list[Value]]
    adjoint: list[list[Value]]
    single: bool
    sent: list[Sent]


class Backward(TypedDict):
    """The values in the order in which backward passes them."""

    values: list[Passed]
    words: Words

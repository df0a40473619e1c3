// Made from pages/components/messages.py by `python -m pages.components.declarations`.

export type Real = number | "nan" | "inf" | "-inf"
export type Tree = number | string | Tree[]
export type Value = number | Written
export type Written = [string, Real]
export type Words = Record<string, string>

/** A page, or a language. */
export interface Link {
  text: string
  href: string
  current: boolean
  lang?: string
}

/** The bar at the top. */
export interface Header {
  home: string
  pages: Link[]
  languages: Link[]
  labels: Words
  lang: string
}

/** An example of the gallery. */
export interface Card {
  href: string
  title: string
  why: string
  latex: string
}

/** The gallery of the home page. */
export interface Gallery {
  cards: Card[]
}

/** The ways to look at a page: which of them is on, and what their buttons say. */
export interface Modes {
  guess: boolean
  words: Words
}

/** A known wrong answer, what is said of it, and where it happens: outputs, inputs and stages of a chain. */
export interface GuessedSlip {
  said: string
  answer: Real[]
  rows: number[]
  inputs: number[]
  stages: number[]
}

/** What is asked before it is shown: a gradient in rows of ``columns``, and the slips around it. */
export interface Guess {
  channel: string
  problem: string
  columns: number
  answer: Real[]
  labels: string[]
  slips: GuessedSlip[]
  words: Words
}

/** A vector that is one click away. */
export interface Try {
  label: string
  v: number[]
}

/** v as typed, as read (None: refused), and as last shown. */
export interface Weights {
  channel: string
  texts: string[]
  values: (Real | null)[]
  shown: Real[]
  hues: string[]
  names: string[]
  labels: string[]
  tries: Try[]
  words: Words
  longest: number
  serial: number
  anew: boolean
  alive: boolean
}

/** v_i, its size for a sum where the sign stands apart, and the name of its term: LaTeX. */
export interface Weight {
  value: Real
  latex: string
  size: string
  name: string
}

/** ∂y_i/∂x_j: formula, number, name and both together as LaTeX, and a label as text. */
export interface Entry {
  formula: string
  number: string
  value: Real
  name: string
  told: string
  label: string
}

/** An entry of x.grad. ``rough``: its decimal stands beside it; ``rounded``: what is written is not all of it. */
export interface Sum {
  value: Real
  latex: string
  rough: boolean
  rounded: boolean
}

/** A step of how the gradient comes about (core.maps.Step), in the reader's language. */
export interface Step {
  id: string
  lit: number[]
  shown: number
  sentence: string
  answer: Real[][]
}

/** vᵀJ as the sum of the weighted rows. */
export interface Stage {
  channel: string
  steps: Step[]
  hues: string[]
  words: Words
  said: string
  outputs: string[]
  at: string
  x: Real[]
  v: Weight[]
  J: Entry[][]
  total: Sum[]
}

/** What the pictures of /vjp see. The explorer's have f and J as trees, and torch's J. */
export interface Scene {
  names: string[]
  outputs: string[]
  x: Real[]
  v: Real[]
  J: Real[][]
  f?: (number | string | (number | string | Tree[])[])[]
  df?: ((number | string | (number | string | Tree[])[])[])[]
  torch?: Real[][]
  slopes?: Real[][]
}

/** The colours of a theme. */
export interface Hues {
  rows: string[]
  ink: string
  faint: string
}

/** What torch says to some lines: its error, or the x.grad they leave. */
export interface Complaint {
  code: string
  calls: string
  error: string | null
  outcome: string
  grad: Real[] | null
}

/** One picture, or several behind tabs. */
export interface Pictures {
  page: string
  views: string[]
  scene: Scene
  words: Record<string, any>
  hues: Hues
  complaints?: Complaint[]
}

/** x, y, z, …: names in LaTeX and plain, values, the cotangent there, torch's .grad and torch.func.jvp. */
export interface Space {
  letter: string
  names: string[]
  plain: string[]
  values: Written[]
  adjoint: Written[]
  torch: Real[]
  pushed: Real[]
}

/** The Jacobian of one function of the chain. */
export interface Jacobian {
  function: string
  name: string
  entries: Written[][]
  formulas: string[][]
}

/** What the pictures of /chain share. */
export interface Chain {
  channel: string
  hues: string[]
  spaces: Space[]
  stages: Jacobian[]
  product: Written[][]
  depends: boolean
}

/** A sentence for every space, in the order in which it is reached. */
export interface Said {
  backward: string[]
  forward: string[]
}

/** The rail. */
export interface Sweep {
  channel: string
  hues: string[]
  spaces: Space[]
  stages: Jacobian[]
  product: Written[][]
  depends: boolean
  steps: Step[]
  words: Words
  said: Said
}

/** The product and its paths. */
export interface Paths {
  channel: string
  hues: string[]
  spaces: Space[]
  stages: Jacobian[]
  product: Written[][]
  depends: boolean
  words: Words
}

/** Sizes of a chain that are one click away. */
export interface Sizes {
  sizes: number[]
  label: string
}

/** The counts of multiplications. */
export interface Cost {
  names: string[]
  labels: string[]
  sizes: number[]
  words: Words
  tries: Sizes[]
}

/** An argument of an operation: which, the derivative by it as a rule and at the point, and what is sent there. */
export interface Use {
  of: number
  rule: string
  local: Real[]
  sent: Real[]
}

/** An operation that torch recorded. */
export interface Operation {
  name: string
  node: string
  text: string
  value: Real[]
  adjoint: Real[]
  uses: Use[]
}

/** All operations, and the order in which backward passes them. */
export interface Tape {
  operations: Operation[]
  order: number[]
  words: Words
}

/** A number, vector or matrix: its name as text and as LaTeX, and its shape. */
export interface Shaped {
  name: string
  tex: string
  shape: number[]
}

/** What is wrong with an entry (``index`` row by row; None: the whole matrix), and its text in three parts. */
export interface Complained {
  matrix: string
  index?: number | null
  message: string
  parts: string[]
}

/** What torch printed for the gradient, and its numbers. */
export interface Torch {
  text: string
  grad: Real[][]
}

/** What the engines come to, as a sentence; ``calm``: nothing has to be explained. */
export interface Verdict {
  calm: boolean
  said: string
}

/** a × b = c with v: what is typed, what it comes to, and every step of the sum as (i, j, what the line is then). */
export interface Product {
  typed: Record<string, string[][]>
  serial: number | null
  anew: boolean
  wrt: "a" | "b"
  fresh: boolean
  sizes: [number, number, number]
  values: Record<string, Value[][]>
  latex: Record<string, ((string | null)[])[]>
  grad: Value[][]
  weighted: Value[][][]
  ledgers: Record<string, [number, number, Value[]][]>
  strengths: number[][]
  negative: [number, number][]
  losses: Words
  induced: string[]
  torch: Torch
  verdict: Verdict
  errors: Complained[]
  refusal: Complained | null
  limit: number
  hues: string[]
  words: Words
}

/** What a line of the text (from 0) is called, and its shape: 2×3 of a matrix, 3 of a vector, empty of a number. */
export interface Told {
  line: number
  name: string
  shape: string
}

/** How a text was read; ``other`` says how it could be read as well, which the whole text ``instead`` says. */
export interface Choice {
  said: string
  other: string
  instead: string
}

/** An input as typed, and how each entry looks; ``guessed``: nobody typed it. */
export interface Operand {
  name: string
  tex: string
  shape: number[]
  typed: string[][]
  looks: ((string | null)[])[]
  guessed: boolean
}

/** v row by row: as typed, as read (None: refused), as last shown, exactly, and how strong each tint is. */
export interface Cotangent {
  texts: string[]
  values: (Real | null)[]
  shown: Real[]
  exact: Value[]
  strengths: number[]
  serial: number
  anew: boolean
}

/** A closed form: its lines and what its letters stand for as LaTeX, and why it is so, a sentence a rule. */
export interface Closed {
  lines: string[]
  letters: string[]
  said: string[]
}

/** A card in letters: its entries row by row, the same times v, and what letters in them stand for. */
export interface Lettered {
  entries: string[]
  weighted: string[]
  where: string[]
}

/** A program, its shapes, its inputs and v; every ∂output/∂wrt row by row, and their sum.

    ``weighted`` (the same times v) and ``sums`` (after each term in an order) come where a browser could not compute
    them as exactly.
     */
export interface Tensor {
  serial: number | null
  anew: boolean
  fresh: boolean
  text: string
  told: Told[]
  choices: Choice[]
  remarks: string[]
  operands: Operand[]
  v: Cotangent
  output: Shaped
  value: Value[][]
  wrt: Shaped
  batch: string
  sampled: string
  cards: Value[][]
  weighted: Value[][] | null
  orders: Record<string, number[]>
  sums: Record<string, Value[][]> | null
  grad: Value[][]
  size: number[]
  hued: string[]
  closed: Closed | null
  letters: (Lettered | null)[] | null
  losses: Words
  induced: string[]
  torch: Torch
  verdict: Verdict
  errors: Complained[]
  refusal: Complained | null
  limit: number
  longest: number
  words: Words
}

/** What the value ``to`` is sent: as a rule, before it is summed over copies (None: there are none), and then.

    ``sources``: for each entry the entries of what arrived from which it comes, row by row.
     */
export interface Sent {
  to: number
  rule: string
  whole: Value[][] | null
  sent: Value[][]
  sources: number[][]
}

/** A value of a program, its gradient, and what it sends. ``formula``: empty of an input; ``single``: a number.

    ``node``: what PyTorch has recorded for it, or nothing.
     */
export interface Passed {
  at: number
  node: string
  name: string
  grad: string
  formula: string
  value: Value[][]
  adjoint: Value[][]
  single: boolean
  sent: Sent[]
}

/** The values in the order in which backward passes them. */
export interface Backward {
  values: Passed[]
  words: Words
}

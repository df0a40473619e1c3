// How large the stage is written and how its parts stand: as large as fits, on one line if that stays readable.
//
// Every length is in em, so one measurement at a known size tells all others.

const LARGEST = 30 // px; readable from the back row
const PRESENTED = 0.075 // of the height of a screen that shows nothing else
const ONE_LINE = 21 // smaller than this, the terms rather stand below one another
const BESIDE = 19 // smaller than this, the sum rather stands below the product
const SMALLEST = 15 // and then the box scrolls
const GAP = 0.6 // em between the product and the sum
const SLACK = 0.4 // em for every number that may grow while it moves: the weights and the sums

const presented = () => document.documentElement.hasAttribute("data-lens-present")

// Answers with a function that arranges the board; call it when the entries may have changed, and with the width that
// the observer of the root was told: asking an element for it would cost a layout of the page each time.
export function fit({ root, board, product, sum, v, bus }) {
  let [width, last] = [0, ""]
  const arrange = (now = width) => {
    width = now
    if (!root.isConnected || !width || bus.state.dragging) return
    const room = width - 2
    // Measuring costs two layouts of the page; digits are all of one width, so another digit needs none.
    const looks = [
      room,
      presented() && innerHeight,
      document.fonts.status,
      board.textContent.replace(/\d/g, "0"),
    ].join()
    if (looks === last) return
    last = looks
    const need = measure(board, product, sum, v)
    if (document.fonts.status === "loading") document.fonts.ready.then(() => arrange()) // other digits, other widths
    const slack = SLACK * (sum.children.length + v.querySelectorAll(".lens-cell").length)
    need.line += slack
    need.stack += slack / 2
    const ways = [
      { name: "lens-inline", ems: need.product + need.line + GAP, least: ONE_LINE },
      { name: "lens-stacked", ems: need.product + need.stack + GAP, least: BESIDE },
      { name: "lens-stacked lens-below", ems: Math.max(need.product, need.stack), least: SMALLEST },
      {
        name: "lens-stacked lens-below lens-tall",
        ems: Math.max(need.product - need.v, need.v, need.stack),
        least: 0,
      },
    ]
    const { name, ems } = ways.find(({ ems, least }) => room / ems >= least)
    board.className = `lens-board ${name}`
    const largest = presented() ? Math.max(LARGEST, PRESENTED * innerHeight) : LARGEST
    board.style.fontSize = `${Math.floor(Math.min(largest, Math.max(SMALLEST, room / ems)))}px`
  }
  return arrange
}

// Widths in em of the product, of v in it, and of the sum on one line and stacked.
function measure(board, product, sum, v) {
  board.style.fontSize = "20px"
  board.className = "lens-board lens-measured lens-inline"
  const line = sum.offsetWidth / 20
  board.className = "lens-board lens-measured lens-stacked"
  const [stack, whole, vector] = [sum, product, v].map(element => element.offsetWidth / 20)
  return { line, stack, product: whole, v: vector }
}

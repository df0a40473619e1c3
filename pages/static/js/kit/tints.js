// How strong the band of a row is. The same numbers as core/numbers/tints.py has: tests/cases/display.json.

const [FULL, FAINTEST] = [0.34, 0.06] // opacity: ink on the strongest band still has 4.5:1
const USUAL = 3 // a weight of this size has the full tint; larger ones are told apart by sharing it out

// The opacity of every row's band for its weights. It grows faster at first, so that small weights differ too.
export function strengths(weights) {
  const strongest = Math.max(USUAL, ...weights.filter(Number.isFinite).map(Math.abs))
  return weights.map(weight => strength(Math.abs(weight) / strongest))
}

const strength = share => (share > 0 ? Math.max(FAINTEST, FULL * Math.min(1, share) ** 0.7) : 0) // nan has none

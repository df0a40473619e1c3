// How many multiplications a chain of sizes a, b, c, … takes, by the order of multiplying. The counts are those of
// core/kinds/chain/cost.py: a p×q matrix times a q×r matrix takes p·q·r.

// One gradient backward, and with the product of the Jacobians first; the whole Jacobian backward, and forward.
export function counts(sizes) {
  const stages = sizes.slice(1).map((rows, s) => rows * sizes[s])
  const once = stages.reduce((sum, n) => sum + n, 0)
  const [inputs, outputs] = [sizes[0], sizes.at(-1)]
  const products = stages.slice(1).reduce((sum, n) => sum + n * inputs, 0)
  return [once, products + outputs * inputs, outputs * once, inputs * once]
}

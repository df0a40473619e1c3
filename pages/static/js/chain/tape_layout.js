// Where the operations of a tape stand: inputs on the left, the last vector on the right.

const THIN = 0.42 // of a line: the place of an edge that passes
const SWEEPS = 12

// Columns from the left as soon as everything needed is there; an edge that passes over a column keeps a place of its
// own in it, so that it runs through no node (Sugiyama, Tagawa and Toda 1981). Within a column, near the neighbours.
export function layout(operations) {
  const x = []
  operations.forEach(({ uses }, i) => (x[i] = uses.length ? 1 + Math.max(...uses.map(use => x[use.of])) : 0))
  const items = operations.map((_, i) => ({ x: x[i], size: 1, near: [], order: i }))
  const join = (i, k) => {
    items[i].near.push(k)
    items[k].near.push(i)
  }
  const through = operations.map(({ uses }, i) =>
    uses.map(use => {
      const passed = []
      for (let column = x[i] - 1; column > x[use.of]; column--)
        passed.push(items.push({ x: column, size: THIN, near: [], order: i - 0.5 }) - 1)
      const way = [i, ...passed, use.of]
      way.slice(1).forEach((item, k) => join(way[k], item))
      return passed
    }),
  )
  const columns = []
  items.forEach((item, i) => (columns[item.x] ??= []).push(i))
  const tall = column => column.reduce((sum, i) => sum + items[i].size, 0)
  const tallest = Math.max(...columns.map(tall))
  const settle = column => {
    let top = (tallest - tall(column)) / 2
    for (const i of column) {
      items[i].y = top + items[i].size / 2
      top += items[i].size
    }
  }
  columns.forEach(column => settle(column.sort((a, b) => items[a].order - items[b].order)))
  let best = { crossed: crossings(items, columns), y: items.map(item => item.y) }
  for (let sweep = 0; sweep < SWEEPS && best.crossed; sweep++) {
    for (const column of sweep % 2 ? [...columns].reverse() : columns) {
      const wish = new Map(column.map(i => [i, mean(items[i].near.map(k => items[k].y))]))
      column.sort((a, b) => wish.get(a) - wish.get(b) || a - b)
      settle(column)
    }
    const crossed = crossings(items, columns)
    if (crossed < best.crossed) best = { crossed, y: items.map(item => item.y) }
  }
  items.forEach((item, i) => (item.y = best.y[i]))
  return {
    places: items.slice(0, operations.length),
    tallest,
    bends: through.map(uses => uses.map(passed => passed.map(i => items[i]))),
  }
}

// How many pairs of edges between neighbouring columns cross.
export function crossings(items, columns) {
  return columns.reduce((count, column, x) => {
    const ends = column.flatMap(i => items[i].near.filter(k => items[k].x === x + 1).map(k => [items[i].y, items[k].y]))
    return ends.reduce(
      (sum, [a, b], i) => sum + ends.slice(i + 1).filter(([c, d]) => (a - c) * (b - d) < 0).length,
      count,
    )
  }, 0)
}

const mean = numbers => numbers.reduce((sum, n) => sum + n, 0) / Math.max(1, numbers.length)

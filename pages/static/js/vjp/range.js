// The part of a plane that a picture shows: [[low, high], [low, high]]. While a hand drags it only grows, so that the
// picture does not swim under it; afterwards it glides to what fits.

import { reducedMotion } from "../kit/dom.js"

const REFIT = 0.55 // a picture that fills less than this of its range is drawn larger
const GLIDE = 180 // milliseconds

export class Range {
  // `repaint` is called in every frame of a glide.
  constructor(repaint) {
    this.repaint = repaint
    this.now = null
  }

  // The range for a picture that wants to show `wanted`; `shape` may widen what was grown, to a square for example.
  fit(wanted, dragging, shape = range => range) {
    if (!wanted.flat().every(Number.isFinite))
      return (this.now ??= [
        [-1, 1],
        [-1, 1],
      ])
    if (!this.now) this.now = wanted
    else if (dragging)
      this.now = shape(this.now.map(([low, high], k) => [Math.min(low, wanted[k][0]), Math.max(high, wanted[k][1])]))
    else if (!this.gliding && !wanted.every((range, k) => snug(range, this.now[k]))) {
      if (reducedMotion()) this.now = wanted
      else this.glide(wanted)
    }
    return this.now
  }

  glide(wanted) {
    const from = this.now
    const start = performance.now()
    this.gliding = true
    const step = time => {
      const t = Math.min(1, Math.max(0, (time - start) / GLIDE))
      const ease = 1 - (1 - t) ** 3
      this.now = from.map((range, k) => range.map((value, e) => value + ease * (wanted[k][e] - value)))
      this.gliding = t < 1
      this.repaint()
      if (t < 1) requestAnimationFrame(step)
    }
    requestAnimationFrame(step)
  }
}

const snug = ([low, high], [from, to]) => {
  const slack = 1e-9 * (to - from)
  return low >= from - slack && high <= to + slack && high - low >= REFIT * (to - from)
}

// What the browser tells the server, and which of its answers to believe.
//
// Every message has a number, and every answer repeats the number of the last message that the server has seen. An
// answer to an older one would take back what the reader has done since.

const PATIENCE = 10_000 // ms after which an old answer is believed again: the message may be lost

export class Remote {
  /** @type {((message: object) => void) | null} */
  send = null // tells the server; null while no component is there to do so
  #serial = 0
  #at = Number.NEGATIVE_INFINITY // when the server was told last
  /** @type {object | null} */
  #last = null // and what

  tell(message) {
    this.#last = message
    this.#at = performance.now()
    this.#serial += 1
    this.send?.({ ...message, serial: this.#serial })
  }

  // Whether to believe an answer: `serial` is the number it repeats. A new server (`anew`; the old one has been
  // replaced) has not heard of the last message at all: it is told again.
  /** @param {{ serial: number | null, anew?: boolean }} answer */
  believes({ serial, anew }) {
    const late = (serial ?? 0) < this.#serial && performance.now() - this.#at < PATIENCE
    if (late && anew) this.tell(this.#last)
    return !late
  }

  // Goes on after the number that the server knows.
  start(serial = 0) {
    this.#serial = serial
  }
}

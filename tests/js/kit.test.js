import assert from "node:assert/strict"
import { mock, test } from "node:test"
import { later } from "../../pages/static/js/kit/later.js"
import { Remote } from "../../pages/static/js/kit/remote.js"
import { say } from "../../pages/static/js/kit/words.js"

// A component and the messages it has sent.
function told() {
  const remote = new Remote()
  const sent = []
  remote.send = message => sent.push(message)
  return { remote, sent }
}

test("every message has the next number", () => {
  const { remote, sent } = told()
  remote.tell({ v: "1" })
  remote.tell({ v: "2" })
  assert.deepEqual(sent, [
    { v: "1", serial: 1 },
    { v: "2", serial: 2 },
  ])
})

test("an answer to an older message is late, one to the last is not", () => {
  const { remote } = told()
  assert.ok(remote.believes({ serial: 0 }))
  remote.tell({})
  remote.tell({})
  assert.ok(!remote.believes({ serial: 1 }))
  assert.ok(!remote.believes({ serial: null }))
  assert.ok(remote.believes({ serial: 2 }))
})

test("after ten seconds an old answer is believed: the message may be lost", () => {
  const { remote } = told()
  const now = mock.method(performance, "now", () => 1000)
  remote.tell({})
  now.mock.mockImplementation(() => 10_999)
  assert.ok(!remote.believes({ serial: 0 }))
  now.mock.mockImplementation(() => 11_000)
  assert.ok(remote.believes({ serial: 0 }))
  mock.restoreAll()
})

test("a new server is told again what the old one was told last", () => {
  const { remote, sent } = told()
  remote.start(7)
  remote.tell({ v: "2" })
  assert.ok(!remote.believes({ serial: 0, anew: true }))
  assert.deepEqual(sent.at(-1), { v: "2", serial: 9 })
})

test("work that is put off is done once, with the last facts, or not at all", () => {
  mock.timers.enable({ apis: ["setTimeout"] })
  const done = []
  const work = later(fact => done.push(fact), 60)
  work(1)
  mock.timers.tick(59)
  work(2)
  mock.timers.tick(60)
  work(3)
  work.cancel()
  mock.timers.tick(60)
  assert.deepEqual(done, [2])
  mock.timers.reset()
})

test("gaps are filled; one that nobody fills stays", () => {
  assert.equal(say("{at} of {count}, {other}", { at: 1, count: 2 }), "1 of 2, {other}")
})

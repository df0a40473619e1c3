import assert from "node:assert/strict"
import { test } from "node:test"
import { said } from "../../pages/static/js/frame/tending.js"

test("a typeset name is said as it is typed", () => {
  const cases = { "$x_{1}$": "x1", "$\\alpha$": "alpha", "\\mathrm{loss}": "loss", "$k_{\\mathrm{cat}}$": "kcat" }
  for (const [latex, name] of Object.entries(cases)) assert.equal(said(latex), name)
})

// The cases that Python's half is tested with, too.

import { readFileSync } from "node:fs"

export const cases = name => JSON.parse(readFileSync(new URL(`../cases/${name}.json`, import.meta.url), "utf8"))

// A page that has lost its server and found it, or another one, again.
//
// Streamlit is content with the connection then and asks for no run (1.67): an edit that the old server had not heard
// would stand in its field and mean nothing until the next one, and a socket that asks for nothing is closed after half
// a minute. Whoever waits for an answer asks soon; all others show what they showed, and a class comes back at once:
// they take their time.

const SOON = 500 // milliseconds
const LATER = 20_000

let ask = null

// Calls the last `again` that was handed over, once after every time that this page is connected again.
export function returning(again) {
  if (!ask) watch(document.querySelector('[data-testid="stApp"]'))
  ask = again
}

function watch(app) {
  const connected = () => app.dataset.testConnectionState === "CONNECTED"
  const waits = () => app.dataset.testScriptState !== "notRunning"
  let [before, waited, timer] = [connected(), waits(), 0]
  new MutationObserver(() => {
    const now = connected()
    if (now && before && waits()) clearTimeout(timer) // a run, for whatever reason
    if (now && !before) {
      clearTimeout(timer)
      if (document.hidden)
        ask() // where a timer may come late or never
      else timer = setTimeout(() => ask(), Math.random() * (waited ? SOON : LATER))
    }
    if (now) waited = waits() // without a connection nothing runs, whatever was waited for
    before = now
  }).observe(app, { attributeFilter: ["data-test-connection-state", "data-test-script-state"] })
}

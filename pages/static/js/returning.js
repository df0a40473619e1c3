// A page that has lost its server and found it, or another one, again.
//
// Streamlit is content with the connection then and asks for no run (1.67): what was typed just before would stand in
// its field and mean nothing until the next edit, and a socket that asks for nothing is closed after a while.

const WITHIN = 2000 // milliseconds: a whole class comes back at once, and is not to ask at once

let ask = null

// Calls the last `again` that was handed over, every time this page is connected again.
export function returning(again) {
  if (!ask) watch(document.querySelector('[data-testid="stApp"]'))
  ask = again
}

function watch(app) {
  const connection = () => app.dataset.testConnectionState
  let before = connection()
  new MutationObserver(() => {
    const back = connection() === "CONNECTED" && before !== "CONNECTED"
    before = connection()
    if (back) document.hidden ? ask() : setTimeout(() => ask(), Math.random() * WITHIN) // hidden: a minute or never
  }).observe(app, { attributes: true, attributeFilter: ["data-test-connection-state"] })
}

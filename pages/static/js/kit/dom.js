// Small tools for elements: making, filling, and the choices a reader has.

// An element with its class, its attributes and what stands in it: elements or words.
export function make(tag, className = "", attributes = {}, ...children) {
  const element = document.createElement(tag)
  if (className) element.className = className
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value)
  element.append(...children)
  return element
}

export const text = (tag, className, words, attributes = {}) => make(tag, className, attributes, words)

// Sets attributes, those that change: writing the same again would still cost the browser a look at its styles.
export function set(element, attributes) {
  for (const [name, value] of Object.entries(attributes))
    if (element.getAttribute(name) !== String(value)) element.setAttribute(name, value)
  return element
}

// Writes words into an element, if they are other words: writing the same again would cost a layout.
export function write(element, words) {
  if (element.textContent !== String(words)) element.textContent = words
  return element
}

// Makes an element have exactly `count` children and answers with them.
export function resize(parent, count, create) {
  while (parent.children.length > count) parent.lastElementChild.remove()
  while (parent.children.length < count) parent.append(create(parent.children.length))
  return [...parent.children]
}

// ── Choices ──────────────────────────────────────────────────────────────────────────────────────────────

// A button. One that can do nothing now stays where it is and keeps the focus: see `enable`.
export function button(words, press, attributes = {}) {
  const element = text("button", "lens-button", words, { type: "button", ...attributes })
  element.onclick = event => element.ariaDisabled !== "true" && press?.(event)
  return element
}

// Whether a button can do something now. `disabled` would throw the focus of the keyboard back to the page.
export const enable = (element, able) => set(element, { "aria-disabled": !able })

// A labelled list of [value, words] pairs. `pick` is called with the value; `choose(value)` shows one.
export function select(label, options, pick, attributes = {}) {
  const list = make("select", "", { "aria-label": label, ...attributes })
  list.append(...options.map(([value, words]) => new Option(words, value)))
  list.onchange = () => pick(list.value)
  const element = make("label", "lens-select", {}, text("span", "", label), list)
  return { element, choose: value => (list.value = value) }
}

// A row of buttons of which one is pressed, of [value, words, id] each. `pick` is called with the value.
export function choice(label, options, pick) {
  const buttons = options.map(([value, words, id]) =>
    button(
      words,
      () => {
        choose(value)
        pick(value)
      },
      id ? { "data-testid": id } : {},
    ),
  )
  const choose = value => buttons.forEach((each, k) => set(each, { "aria-pressed": options[k][0] === value }))
  return { element: make("span", "lens-choice", { role: "group", "aria-label": label }, ...buttons), choose }
}

export const reducedMotion = () => matchMedia("(prefers-reduced-motion: reduce)").matches

// What gives the answer away is covered: lens.css hides it, in its place and from everybody, as long as the page says
// so.

const page = document.documentElement

export const cover = covered => page.toggleAttribute("data-lens-covered", covered)
export const covers = () => page.hasAttribute("data-lens-covered")

// Sentences that the server sends with gaps.

// "{i} of {n}" with its gaps filled.
export const say = (words, facts = {}) => words.replace(/\{(\w+)\}/g, (gap, name) => facts[name] ?? gap)

// For TensorBoard's own page alone: one that is nobody's has neither storage nor cookies, and TensorBoard does not start
// without.
for (const name of ["localStorage", "sessionStorage"]) {
  const kept = new Map();
  Object.defineProperty(window, name, { value: {
    getItem: (key) => kept.get(String(key)) ?? null,
    setItem: (key, value) => void kept.set(String(key), String(value)),
    removeItem: (key) => void kept.delete(String(key)),
    clear: () => kept.clear(),
    key: (place) => [...kept.keys()][place] ?? null,
    get length() { return kept.size; },
  } });
}
Object.defineProperty(document, "cookie", { get: () => "", set: () => {} });

// Whether so many minutes of speech suffice, as far as that was measured.

/** A sentence of a report's or an estimate's `verdict`. */
export function sufficiency({ t, format }, { minutes, measured, cloned, reached, gains, enough }) {
  const key = !reached ? "Below" : !gains ? "Nothing" : enough ? "Enough" : "More";
  const told = { minutes: format.number(minutes, 1), measured: format.number(measured.minutes, 1) };
  return t(`common.verdict${key}`, { ...told, similarity: format.number(measured.similarity, 2), cloned: format.number(cloned.similarity, 2) });
}

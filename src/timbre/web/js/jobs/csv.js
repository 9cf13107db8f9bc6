// A table as text: what a spreadsheet writes, read into rows for a look before anything is sent.

// Our columns, and what people call them: as the service reads a sheet.
const COLUMNS = {
  text: ["text", "texto", "input", "line"],
  voice: ["voice", "voz", "voice_id", "voice_preset"],
  language: ["language", "idioma", "lang", "target_language"],
  name: ["name", "nome", "file", "filename", "title"],
};
const DELIMITERS = [",", ";", "\t"];
export const MOST = 100;
export const LONGEST_NAME = 200;

/** The cells of a CSV, row by row. Quoted cells may hold the delimiter, line ends, and quotes written twice. */
export function cells(source, delimiter) {
  const rows = [[""]];
  let quoted = false;
  for (let at = 0; at < source.length; at++) {
    const letter = source[at];
    const row = rows.at(-1);
    if (quoted && letter === '"' && source[at + 1] === '"') { row[row.length - 1] += '"'; at++; }
    else if (letter === '"' && (quoted || row.at(-1) === "")) quoted = !quoted;
    else if (quoted) row[row.length - 1] += letter;
    else if (letter === delimiter) row.push("");
    else if (letter === "\n" || letter === "\r") { if (letter === "\r" && source[at + 1] === "\n") at++; rows.push([""]); }
    else row[row.length - 1] += letter;
  }
  return rows.filter((row) => row.some((cell) => cell.trim()));
}

/** The rows of a CSV as {text, voice, language, name}; null where its first line names no column for the text. */
export function table(source) {
  const plain = source.replace(/^\uFEFF/, "");
  const [line] = plain.split(/\r?\n/, 1);
  const delimiter = DELIMITERS.reduce((best, one) => (line.split(one).length > line.split(best).length ? one : best));
  const [first, ...rows] = cells(plain, delimiter);
  const head = (first ?? []).map((cell) => cell.trim().toLowerCase());
  const places = Object.entries(COLUMNS).map(([key, words]) => [key, head.findIndex((cell) => words.includes(cell))]);
  if (places[0][1] < 0) return null;
  return rows.map((row) => Object.fromEntries(places.map(([key, place]) => [key, (row[place] ?? "").trim()])));
}

/** A text a line; empty lines are passed over. */
export const lines = (source) => source.split(/\r?\n/).map((line) => line.trim()).filter(Boolean).map((text) => ({ text, voice: "", language: "", name: "" }));

/** What is wrong with a row before the service is asked: a key of the words, or nothing. */
export function problem(row, known) {
  const count = [...row.text].length;
  if (!row.text) return "jobs.rowEmpty";
  if (count > known.limit) return "jobs.rowLong";
  if ([...row.name].length > LONGEST_NAME) return "jobs.rowName";
  if (row.voice && known.voices.length && !known.voices.some((voice) => voice.id === row.voice)) return "jobs.rowVoice";
  if (row.language && known.languages.length && !known.languages.includes(base(row.language))) return "jobs.rowLanguage";
  return null;
}

/** The language that a tag means here: pt of pt-BR. */
function base(tag) {
  const [first] = tag.toLowerCase().split(/[-_]/);
  return first === "zh" ? "zh-cn" : first;
}

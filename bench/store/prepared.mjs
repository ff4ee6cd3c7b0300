/** Our statements as `pg`'s named queries: prepared once, rows as arrays of PostgreSQL's text. */
import { RecognitionStore } from "../../dist/src/recognitions/store/recognition.store.js";

const names = new Map();
const AS_TEXT = { getTypeParser: () => (text) => text };

export function prepared({ text, values }) {
  let name = names.get(text);
  if (name === undefined) names.set(text, (name = `s${names.size}`));
  return { name, text, values, rowMode: "array", types: AS_TEXT };
}

/** Stores a reading by our own statement. */
export async function store(pool, tables, { request, recognition }) {
  const commands = [];
  new RecognitionStore({ add: (command) => commands.push(command) }, tables).add(request, [recognition]);
  for (const command of commands) await pool.query(prepared(command));
}

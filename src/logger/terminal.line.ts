/** A line of the log for a person at a terminal: time, level, message, then the fields as `name=value`. */

const LEVELS: Readonly<Record<number, string>> = {
  10: "trace",
  20: "debug",
  30: "info",
  40: "warn",
  50: "error",
  60: "fatal",
};

/** `{"level":30,"time":"2026-11-23T04:05:06.789Z","port":4000,"msg":"up"}` as `04:05:06.789 info  up  port=4000`; times are UTC. */
export function terminalLine(json: string): string {
  const { level, time, msg = "", err, ...fields } = JSON.parse(json) as Record<string, unknown>;
  const clock = String(time).slice(11, 23);
  const name = (LEVELS[Number(level)] ?? String(level)).padEnd(5);
  const rest = Object.entries(fields).map(([key, value]) => `  ${key}=${shown(value)}`);
  return `${clock} ${name} ${shown(msg)}${rest.join("")}${errorText(err)}\n`;
}

/** Quoted where it holds spaces, line breaks or control characters, which a terminal would obey. */
function shown(value: unknown): string {
  if (typeof value !== "string") return escaped(JSON.stringify(value));
  return /^[\p{L}\p{N}\p{P}\p{S} ]*$/u.test(value) ? value : escaped(JSON.stringify(value));
}

/** JSON leaves DEL and the C1 control characters as they are. */
function escaped(text: string): string {
  return text.replace(
    /[\u007f-\u009f\u2028\u2029]/gu,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

function errorText(error: unknown): string {
  if (error === undefined) return "";
  if (typeof error !== "object" || error === null || !("stack" in error)) return `  err=${shown(error)}`;
  const lines = String(error.stack).split("\n");
  return lines.map((line) => `\n    ${shown(line)}`).join("");
}

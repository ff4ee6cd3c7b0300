/** What the program says once it listens: its addresses, who may call it, and a first command to try. */
import { networkInterfaces } from "node:os";
import type { Config } from "./config.js";

export interface Greeting {
  /** The line that names the address. */
  listening: string;
  /** What follows from the settings for everybody who can reach the server; null on a loopback address. */
  warning: string | null;
  /** Plain text for a person. */
  text: string;
}

export interface Started {
  /** Such as `http://127.0.0.1:4000`. */
  url: string;
  engine: string;
  database: string;
}

export function greetingOf({ url, engine, database }: Started, config: Config): Greeting {
  const others = otherAddresses(config.http.host).map((address) => urlOn(url, address));
  const everywhere = others.length === 0 ? "" : ` and on every address of this machine (${others.join(", ")})`;
  const lines = [`engine    ${engine}`, `database  ${database}`, `explore   ${url}/graphql`];
  // An example that answers 401 helps nobody.
  if (config.allowAnonymous) lines.push(`try       ${exampleFor(url)}`);
  return {
    listening: `listening on ${url}${everywhere}`,
    warning: config.http.loopback ? null : warningFor(config.allowAnonymous),
    text: `\n${lines.map((line) => `  ${line}\n`).join("")}\n`,
  };
}

function warningFor(allowAnonymous: boolean): string {
  return allowAnonymous
    ? "HOST is not a loopback address and ALLOW_ANONYMOUS is true: everybody who reaches it may store photos' readings and read all of them"
    : "HOST is not a loopback address, so ALLOW_ANONYMOUS is false: callers without an accepted key are answered UNAUTHENTICATED";
}

function exampleFor(url: string): string {
  return `curl ${url}/graphql -H 'apollo-require-preflight: true' \\
              -F operations='{"query":"mutation($image:Upload!){recognizeUpload(image:$image){recognitions{plateNumber confidence}}}","variables":{"image":null}}' \\
              -F map='{"0":["variables.image"]}' -F 0=@photo.jpg`;
}

/** Where a server on a wildcard address can be reached besides loopback. */
function otherAddresses(host: string): string[] {
  if (host !== "0.0.0.0" && host !== "::") return [];
  return Object.values(networkInterfaces())
    .flatMap((addresses) => addresses ?? [])
    .filter(({ internal, family, scopeid }) => !internal && (family === "IPv4" || (host === "::" && scopeid === 0)))
    .map(({ address, family }) => (family === "IPv6" ? `[${address}]` : address));
}

function urlOn(url: string, host: string): string {
  return `http://${host}:${new URL(url).port || "80"}`;
}

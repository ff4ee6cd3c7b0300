/** The message of a started server: its addresses, who may call it, and an example of a call. */
import { networkInterfaces } from "node:os";
import type { Config } from "./config.js";

export interface StartupMessage {
  /** The line that names the address. */
  listening: string;
  /** Who may call a server that others can reach; null on a loopback address. */
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

export function startupMessage({ url, engine, database }: Started, config: Config): StartupMessage {
  const others = otherAddresses(config.http.host).map((address) => urlOn(url, address));
  const everywhere = others.length === 0 ? "" : ` and on every address of this machine (${others.join(", ")})`;
  const lines = [`engine    ${engine}`, `database  ${database}`, `explore   ${url}/graphql`];
  // Without a key the example would be answered 401.
  if (config.allowAnonymous) lines.push(`try       ${exampleFor(url)}`);
  return {
    listening: `listening on ${url}${everywhere}`,
    warning: config.http.loopback ? null : warningFor(config.allowAnonymous),
    text: `\n${lines.map((line) => `  ${line}\n`).join("")}\n`,
  };
}

function warningFor(allowAnonymous: boolean): string {
  return allowAnonymous
    ? "HOST is not a loopback address and ALLOW_ANONYMOUS is true: everybody who reaches it may store readings and read all of them"
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

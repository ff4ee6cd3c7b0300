/** The measured figures as tables. */
import { readFile, writeFile } from "node:fs/promises";
import { cpus, availableParallelism } from "node:os";
import { table } from "../tables.mjs";
import { CASES } from "./cases.mjs";

/** Ratios to reach: ours to the peer's. */
const TARGETS = {
  postgraphile: { newest: 2.5, plate: 2.5, byId: 2.5, deep: 2.5, store: 2 },
  mercurius: { newest: 1, plate: 1, byId: 0.9, deep: 1, store: 1 },
};
const PEERS = ["postgraphile", "mercurius", "limit"];
const NAMES = {
  plategraph: "PlateGraph",
  mercurius: "Mercurius, JIT, loaders",
  postgraphile: "PostGraphile 5",
  limit: "the limit",
};

export async function writeResults(results, uploads, { rows, rounds, seconds, write }) {
  const text = [
    `Measured on ${cpus()[0]?.model ?? "an unknown processor"}, ${availableParallelism()} cores, Node ${process.version}: ${rows} rows, ` +
      `${rounds} interleaved rounds of ${seconds} s, 32 connections; one core for the server, the rest for PostgreSQL and wrk. Middle of the rounds.`,
    "### Requests a second",
    perSecond(results, ({ perSecond: value }) => value.toFixed(0)),
    "### p99, milliseconds",
    perSecond(results, ({ p99 }) => p99.toFixed(1)),
    "### PlateGraph's requests a second as a multiple of the peer's, middle of the rounds' ratios (target)",
    ratios(results),
    ...(uploads === null ? [] : [uploads]),
  ].join("\n\n");
  console.log(`\n${text}\n`);
  if (write) await writeSection("comparison", text);
}

function perSecond(results, show) {
  const servers = Object.keys(NAMES).filter((name) => Object.values(results).some((each) => each[name]));
  return table(
    ["server", ...Object.keys(results).map((each) => CASES[each])],
    servers.map((name) => [
      NAMES[name],
      ...Object.values(results).map((each) => show(middle(each[name], "perSecond"))),
    ]),
  );
}

function ratios(results) {
  const servers = PEERS.filter((name) => Object.values(results).some((each) => each[name]));
  return table(
    ["against", ...Object.keys(results).map((each) => CASES[each])],
    servers.map((name) => [
      NAMES[name],
      ...Object.entries(results).map(([each, measured]) => {
        const rounds = measured.plategraph.map(({ perSecond }, index) => perSecond / measured[name][index].perSecond);
        const ratio = rounds.sort((a, b) => a - b)[Math.floor(rounds.length / 2)];
        const target = TARGETS[name]?.[each];
        return target === undefined ? ratio.toFixed(2) : `${ratio.toFixed(2)} (${target})`;
      }),
    ]),
  );
}

function middle(rounds, key) {
  return [...rounds].sort((a, b) => a[key] - b[key])[Math.floor(rounds.length / 2)];
}

export async function writeSection(name, text) {
  const path = new URL("../RESULTS.md", import.meta.url);
  const old = await readFile(path, "utf8");
  const section = new RegExp(`(<!-- ${name} -->)[\\s\\S]*?(<!-- /${name} -->)`);
  if (!section.test(old)) throw new Error(`RESULTS.md has no place for ${name}.`);
  await writeFile(
    path,
    old.replace(section, (_all, open, close) => `${open}\n\n${text}\n\n${close}`),
  );
}

/** `npm run schema`: writes `schema.graphql`, or with `--check` fails when the file is stale. */
import { readFile, writeFile } from "node:fs/promises";
import { lexicographicSortSchema, printSchema } from "graphql";
import { createSchema } from "./schema.js";

const FILE = "schema.graphql";
const text = `# Written by \`npm run schema\`; do not edit.\n\n${printSchema(lexicographicSortSchema(await createSchema([])))}\n`;

if (process.argv.includes("--check")) {
  if ((await readFile(FILE, "utf8").catch(() => "")) !== text) {
    process.stderr.write(`${FILE} is stale: run \`npm run schema\` and commit it.\n`);
    process.exitCode = 1;
  }
} else {
  await writeFile(FILE, text);
}

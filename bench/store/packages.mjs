/** What only these benches need is installed beside them when it is first needed, so that nobody else waits for it. */
import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const run = promisify(execFile);
const folder = fileURLToPath(new URL(".", import.meta.url));

/** PostGraphile 5 needs Node 22, which npm's package `node` brings. */
export const NODE_22 = `${folder}node_modules/.bin/node`;

export async function installPackages() {
  if (existsSync(`${folder}node_modules`)) return;
  console.log("installing what the bench needs …");
  await run("npm", ["install", "--no-package-lock", "--no-audit", "--no-fund"], { cwd: folder });
}

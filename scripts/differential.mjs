/** `npm run differential -- --documents 20000 --seed 1`: the differential test with more documents than `npm test` takes, on the built server. */
import { spawnSync } from "node:child_process";
import { parseArgs } from "node:util";

const { values } = parseArgs({
  options: { documents: { type: "string", default: "20000" }, seed: { type: "string" } },
});
for (const [name, value] of Object.entries(values)) {
  if (!/^\d{1,7}$/.test(value)) {
    process.stderr.write(`--${name} must be a whole number below 10,000,000, and is ${value}.\n`);
    process.exit(1);
  }
}
const { status } = spawnSync(
  process.execPath,
  [
    "--experimental-vm-modules",
    "--no-warnings",
    "node_modules/jest/bin/jest.js",
    "test/integration/differential.test.ts",
  ],
  {
    stdio: "inherit",
    env: {
      ...process.env,
      DIFFERENTIAL_DOCUMENTS: values.documents,
      ...(values.seed !== undefined && { DIFFERENTIAL_SEED: values.seed }),
    },
  },
);
process.exit(status ?? 1);

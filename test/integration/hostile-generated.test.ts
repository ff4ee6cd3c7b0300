/** A small run of `npm run hostile:generated`. */
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { expect, test } from "@jest/globals";

/** The first half is the server's warm-up here; the command itself allows 50 MB, 10 of them in the heap, over 100,000 requests. */
const MEMORY_MB = "250";

test("2,000 generated hostile requests leave the server answering, and show nothing of another partner", async () => {
  const args = [
    "test/hostile/generated.mjs",
    "--requests",
    "2000",
    "--rows",
    "500",
    "--memory-mb",
    MEMORY_MB,
    "--heap-mb",
    "60",
  ];
  const { stdout, stderr } = await promisify(execFile)(process.execPath, args, { timeout: 110_000 });
  expect(stderr).toBe("");
  expect(stdout).toContain("2000 requests");
  // Requests of each kind got through to what they aim at.
  for (const code of ["BAD_USER_INPUT", "GRAPHQL_VALIDATION_FAILED", "UNAUTHENTICATED", "FORBIDDEN", "271103"])
    expect(stdout).toContain(`×${code}`);
});

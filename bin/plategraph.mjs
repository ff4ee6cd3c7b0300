#!/usr/bin/env node
/** `plategraph`: refuses a Node.js that is too old, compiles sources that are newer than the build, and hands over to the compiled program. */
const MIN_NODE = [20, 19];

const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
if (major < MIN_NODE[0] || (major === MIN_NODE[0] && minor < MIN_NODE[1])) {
  process.stderr.write(
    `plategraph needs Node.js ${MIN_NODE.join(".")} or newer, and this is ${process.versions.node}.\n`,
  );
  process.exit(1);
}
process.setSourceMapsEnabled(true);
const { ensureBuilt } = await import("../scripts/build.mjs");
try {
  await ensureBuilt();
} catch (error) {
  process.stderr.write(`The build failed: ${error.message}\n`);
  process.exit(1);
}
await import("../dist/src/plategraph.js");

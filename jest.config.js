/** Tests run as native ES modules; integration tests drive the built server in `dist/` from outside. */

// Tests have a copy of `process.env`, so the engine can't set this for the process itself; see src/engines/local/runtime.telemetry.ts.
process.env.ORT_DISABLE_TELEMETRY = "1";

export default {
  testEnvironment: "node",
  roots: ["<rootDir>/test"],
  testMatch: ["**/*.test.ts"],
  extensionsToTreatAsEsm: [".ts"],
  transform: { "^.+\\.ts$": "@swc/jest" },
  moduleNameMapper: { "^(\\.{1,2}/.*)\\.js$": "$1" },
  globalSetup: "<rootDir>/test/support/global-setup.mjs",
  globalTeardown: "<rootDir>/test/support/global-teardown.mjs",
  // Starting PostgreSQL and a server takes 5 s; beside six busy programs on two processors the set-up with a replica took over 60.
  testTimeout: 180_000,
  maxWorkers: 2,
  // ES modules of finished test files stay in memory. A worker with a larger heap is replaced after its file: freeing 800 MB at the end took more than
  // 400 ms of the 500 that Jest allows before it ends a worker by force and warns.
  workerIdleMemoryLimit: "300MB",
};

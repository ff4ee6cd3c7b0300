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
  testTimeout: 60_000,
  maxWorkers: 2,
};

/** The floors of the house: imports run downward only, and each foreign library stays where it belongs. */
const FLOORS = [
  "config|errors|logger|metrics|tracing",
  "images|plates",
  "juhe",
  "engines",
  "accounts|database",
  "plate-records",
  "recognitions",
  "statistics",
  "jobs",
  "graphql",
  "http",
  "entities|commands",
];
const path = (names) => `^src/(${names})(/|\\.ts$)`;

const upward = FLOORS.slice(0, -1).map((names, index) => ({
  name: `${names.replaceAll("|", "-")}-imports-downward`,
  severity: "error",
  from: { path: path(names) },
  to: { path: [...FLOORS.slice(index + 1).map(path), "^src/(app|main|entities|stores)\\.ts$"] },
}));

const only = (name, library, homes) => ({
  name: `${name}-stays-home`,
  severity: "error",
  from: { path: "^(src|migrations|ormconfig)", pathNot: homes },
  to: { path: `node_modules/${library}` },
});

module.exports = {
  forbidden: [
    { name: "no-cycles", severity: "error", from: {}, to: { circular: true } },
    { name: "no-orphans", severity: "error", from: { orphan: true, path: "^src", pathNot: "\\.d\\.ts$" }, to: {} },
    ...upward,
    {
      name: "app-is-imported-by-main-only",
      severity: "error",
      from: { pathNot: "^src/main\\.ts$" },
      to: { path: "^src/app\\.ts$" },
    },
    {
      name: "database-knows-no-engine",
      severity: "error",
      from: { path: path("database") },
      to: { path: path("images|plates|juhe|engines") },
    },
    only("typeorm", "(typeorm|pg)/", [
      "\\.entity\\.ts$",
      "^src/[^/]+/store/",
      "\\.store\\.ts$",
      "^src/database/",
      "^migrations/",
      "^ormconfig",
    ]),
    only("graphql", "(graphql|type-graphql|graphql-upload-ts|dataloader|@apollo)/", ["^src/graphql/", "^src/http/"]),
    only("inference", "(onnxruntime-node|piscina)/", ["^src/engines/local/"]),
    only("fastify", "(fastify|@fastify)/", ["^src/http/"]),
  ],
  options: {
    tsConfig: { fileName: "tsconfig.json" },
    tsPreCompilationDeps: true,
    doNotFollow: { path: "node_modules" },
    enhancedResolveOptions: {
      conditionNames: ["import", "node", "default", "types"],
      exportsFields: ["exports"],
      extensions: [".ts", ".js"],
    },
  },
};

import { kindTable } from "./bench/engine/kinds.mjs"; import { LocalEngine } from "./dist/src/recognizers/local/local.engine.js";
console.log(await kindTable(await LocalEngine.load(process.argv[2]),"/tmp/kinds"));

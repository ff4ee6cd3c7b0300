/** `npm run imports`: checks the import rules, and that the check itself saw the code and can fail. */
import { cruise } from "dependency-cruiser";
import extractDepcruiseOptions from "dependency-cruiser/config-utl/extract-depcruise-options";
import extractTSConfig from "dependency-cruiser/config-utl/extract-ts-config";

const options = await extractDepcruiseOptions("./.dependency-cruiser.cjs");
const tsConfig = extractTSConfig("./tsconfig.json");
const { output } = await cruise(["src", "migrations", "ormconfig.ts"], options, undefined, { tsConfig });
const { modules, summary } = output;

const own = modules.filter(({ source }) => source.startsWith("src/"));
const edges = own.flatMap(({ dependencies }) => dependencies.filter(({ resolved }) => resolved.startsWith("src/")));
for (const { rule, from, to } of summary.violations) console.error(`${rule.name}: ${from} → ${to}`);
console.log(`${own.length} modules, ${edges.length} imports between them, ${summary.error} faults`);

// With a compiler that it does not know the tool finds nothing and says that all is well.
if (own.length < 40 || edges.length < 100)
  throw new Error("the import check saw too little of the code to say anything");
if (summary.error > 0) process.exitCode = 1;

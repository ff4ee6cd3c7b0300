/**
 * `npm run graphiql`: bundles GraphiQL and React into `explorer/bundle`, which is kept in the repository. They are development packages: with all that
 * they need they take 130 MB, the bundle 1.2. So the page is the same in every install. Run it after changing one of their versions; a test compares.
 */
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const FOLDER = join(ROOT, "explorer/bundle");

/** @returns text by file name */
export async function bundleGraphiql() {
  const { build } = await import("esbuild");
  const { outputFiles } = await build({
    entryPoints: [
      { in: join(FOLDER, "graphiql.packages.ts"), out: "graphiql" },
      { in: "graphiql/style.css", out: "graphiql" },
    ],
    outdir: FOLDER,
    absWorkingDir: ROOT,
    tsconfig: join(ROOT, "explorer/tsconfig.json"),
    bundle: true,
    format: "esm",
    platform: "browser",
    target: "es2022",
    minify: true,
    legalComments: "eof",
    define: { "process.env.NODE_ENV": '"production"' },
    write: false,
    logLevel: "warning",
    plugins: [withoutFonts],
  });
  return Object.fromEntries(outputFiles.map(({ path, text }) => [path.slice(FOLDER.length + 1), text]));
}

/** GraphiQL's style sheet carries two fonts of 370 kB as data; the page uses those of the system. */
const withoutFonts = {
  name: "without-fonts",
  setup(build) {
    build.onLoad({ filter: /graphiql[\\/]dist[\\/]style\.css$/ }, async ({ path }) => ({
      contents: (await readFile(path, "utf8")).replace(/@font-face\s*\{[^}]*\}/g, ""),
      loader: "css",
    }));
  },
};

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  for (const [name, text] of Object.entries(await bundleGraphiql())) await writeFile(join(FOLDER, name), text);
}

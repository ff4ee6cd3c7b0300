/** Bundles the page of `explorer/` into `dist/explorer`: assets named by their content, compressed beforehand, and two pages that load them. */
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const SANDBOX_SCRIPT =
  "https://embeddable-sandbox.cdn.apollographql.com/_latest/embeddable-sandbox.umd.production.min.js";

/** Made by scripts/build-graphiql.mjs: a production install has none of the packages that it is made of. */
const BUNDLE = join(ROOT, "explorer/bundle");

/** @param outdir becomes a folder of pages and `assets` */
export async function buildExplorer(outdir) {
  const { build } = await import("esbuild");
  const { outputFiles, metafile } = await build({
    entryPoints: [join(ROOT, "explorer/page.ts"), join(ROOT, "explorer/page.css")],
    outdir,
    absWorkingDir: ROOT,
    tsconfig: join(ROOT, "explorer/tsconfig.json"),
    bundle: true,
    splitting: true,
    format: "esm",
    platform: "browser",
    target: "es2022",
    minify: true,
    legalComments: "eof",
    define: { "process.env.NODE_ENV": '"production"' },
    entryNames: "assets/[name]-[hash]",
    chunkNames: "assets/[name]-[hash]",
    metafile: true,
    write: false,
    logLevel: "warning",
    plugins: [fromBundle],
  });
  await mkdir(join(outdir, "assets"), { recursive: true });
  await Promise.all(
    outputFiles.flatMap(({ path, contents }) => [
      writeFile(path, contents),
      writeFile(`${path}.gz`, gzipSync(contents)),
      // Quality 9 takes a tenth of the time of 11 and leaves 4% more.
      writeFile(`${path}.br`, brotliCompressSync(contents, { params: { [constants.BROTLI_PARAM_QUALITY]: 9 } })),
    ]),
  );
  const addressOf = (entry) => {
    const [path] = Object.entries(metafile.outputs).find(([, { entryPoint }]) => entryPoint === entry);
    return `/explorer/assets/${basename(path)}`;
  };
  const template = await readFile(join(ROOT, "explorer/page.html"), "utf8");
  const page = template
    .replace("{{SCRIPT}}", addressOf("explorer/page.ts"))
    .replace("{{STYLE}}", addressOf("explorer/page.css"));
  await writeFile(join(outdir, "explorer.html"), page.replace("{{SANDBOX}}", ""));
  await writeFile(join(outdir, "sandbox.html"), page.replace("{{SANDBOX}}", `data-script="${SANDBOX_SCRIPT}"`));
}

/** Every package that the page imports is in the one bundle. */
const fromBundle = {
  name: "from-bundle",
  setup(build) {
    build.onResolve({ filter: /^graphiql\/style\.css$/ }, () => ({ path: join(BUNDLE, "graphiql.css") }));
    build.onResolve({ filter: /^[^./]/ }, ({ kind }) =>
      kind === "import-statement" ? { path: join(BUNDLE, "graphiql.js") } : undefined,
    );
  },
};

if (process.argv[1] === fileURLToPath(import.meta.url)) await buildExplorer(join(ROOT, "dist/explorer"));

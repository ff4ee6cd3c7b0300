/** Bundles the page of `explorer/` into `dist/explorer`: assets named by their content, compressed beforehand, and two pages that load them. */
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const SANDBOX_SCRIPT =
  "https://embeddable-sandbox.cdn.apollographql.com/_latest/embeddable-sandbox.umd.production.min.js";

/** GraphiQL is a development package: a production install (`npm ci --omit=dev`) has it only where a bundle came with it. */
export const HAS_GRAPHIQL = isInstalled("graphiql/package.json");

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
    plugins: [HAS_GRAPHIQL ? withoutFonts : withoutGraphiql],
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

/** A production install has no development packages; the page then shows the examples as text, and the photo panel. */
const withoutGraphiql = {
  name: "without-graphiql",
  setup(build) {
    build.onLoad({ filter: /explorer[\\/]graphiql\.tsx$/ }, () => ({
      contents: `throw new Error("GraphiQL is not in this build.");`,
      loader: "js",
    }));
    build.onResolve({ filter: /^graphiql\/style\.css$/ }, () => ({ path: "none", namespace: "empty" }));
    build.onLoad({ filter: /.*/, namespace: "empty" }, () => ({ contents: "", loader: "css" }));
  },
};

function isInstalled(file) {
  try {
    createRequire(import.meta.url).resolve(file);
    return true;
  } catch {
    return false;
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await buildExplorer(join(ROOT, "dist/explorer"));

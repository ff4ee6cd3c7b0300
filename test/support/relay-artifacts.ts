/** Compiles a module with Relay's `graphql` tags as an application's build does, so that Node.js can run it. */
import { execFile } from "node:child_process";
import { copyFile, mkdir, readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { basename, dirname, join, resolve } from "node:path";
import { promisify } from "node:util";
import { build } from "esbuild";

const run = promisify(execFile);
const COMPILER = createRequire(import.meta.url).resolve("relay-compiler/cli.js");
const TAG = /graphql`\s*(?:query|mutation|fragment)\s+(\w+)[^`]*`/g;

/**
 * @param folder an empty one, which gets the sources, the artifacts of relay-compiler, and the bundle
 * @param config a file relay.config.json, whose `src` is ./src
 * @returns the path of a module that Node.js can import
 */
export async function compileRelayModule(folder: string, source: string, config: string): Promise<string> {
  await mkdir(join(folder, "src"));
  await copyFile("schema.graphql", join(folder, "schema.graphql"));
  await copyFile(config, join(folder, "relay.config.json"));
  await copyFile(source, join(folder, "src", basename(source)));
  await run(process.execPath, [COMPILER, "relay.config.json"], { cwd: folder });
  const bundle = join(folder, "bundle.mjs");
  await build({
    entryPoints: [resolve(source)],
    outfile: bundle,
    bundle: true,
    platform: "node",
    format: "esm",
    logLevel: "silent",
    define: { "process.env.NODE_ENV": '"production"' },
    plugins: [
      {
        name: "relay",
        // What babel-plugin-relay does: a tag becomes the artifact of its name.
        setup: (bundler) =>
          bundler.onLoad({ filter: new RegExp(`${basename(source).replace(".", "\\.")}$`) }, async ({ path }) => {
            const text = await readFile(path, "utf8");
            const artifacts = join(folder, "src", "__generated__");
            const imports = [...text.matchAll(TAG)].map(
              ([, name = ""]) => `import ${name} from ${JSON.stringify(join(artifacts, `${name}.graphql.ts`))};\n`,
            );
            const contents = imports.join("") + text.replaceAll(TAG, "$1");
            return { contents, loader: "ts", resolveDir: dirname(path) };
          }),
      },
    ],
  });
  return bundle;
}

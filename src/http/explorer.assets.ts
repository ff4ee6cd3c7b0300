/** The built page and its assets, read once at start, each in the encodings that it was compressed to. */
import { readFile, readdir } from "node:fs/promises";
import { extname } from "node:path";
import { fileURLToPath } from "node:url";

export type Encoding = "br" | "gzip" | "identity";

export interface Asset {
  /** With its character set. */
  contentType: string;
  bodies: ReadonlyMap<Encoding, Buffer>;
}

export interface ExplorerAssets {
  /** Loads Apollo Sandbox besides, from Apollo's site. */
  sandboxPage: string;
  /** Loads nothing from elsewhere. */
  explorerPage: string;
  /** By file name, which holds a hash of the content. */
  assets: ReadonlyMap<string, Asset>;
}

/** Beside the compiled sources; scripts/build-explorer.mjs makes it. */
const FOLDER = new URL("../../explorer/", import.meta.url);

const CONTENT_TYPES: Readonly<Record<string, string>> = {
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
};

/** @throws Error where the page was not built */
export async function readExplorer(folder = FOLDER): Promise<ExplorerAssets> {
  const names = await readdir(new URL("assets/", folder)).catch((cause: unknown) => {
    throw new Error(`${fileURLToPath(folder)} is missing; npm run build makes it.`, { cause });
  });
  const assets = names
    .filter((name) => extname(name) in CONTENT_TYPES)
    .map(async (name): Promise<[string, Asset]> => {
      const read = (suffix: string): Promise<Buffer> => readFile(new URL(`assets/${name}${suffix}`, folder));
      const [identity, gzip, br] = await Promise.all([read(""), read(".gz"), read(".br")]);
      const contentType = CONTENT_TYPES[extname(name)] ?? "";
      return [
        name,
        {
          contentType,
          bodies: new Map<Encoding, Buffer>([
            ["br", br],
            ["gzip", gzip],
            ["identity", identity],
          ]),
        },
      ];
    });
  return {
    sandboxPage: await readFile(new URL("sandbox.html", folder), "utf8"),
    explorerPage: await readFile(new URL("explorer.html", folder), "utf8"),
    assets: new Map(await Promise.all(assets)),
  };
}

/** Uploads: 2 MB photos, 32 at once, through the whole server but for the recogniser, against a handler that does nothing but take the form apart. */
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import sharp from "sharp";
import { middle, table } from "../tables.mjs";
import { load, startServer } from "./processes.mjs";
import { inRounds } from "./rounds.mjs";

const PHOTO_BYTES = 2_000_000;
const BOUNDARY = "plategraph-bench-7f3a";
/** How many uploads there were when memory is looked at. */
const MEMORY_AT = [500, 1000, 2000, 4000];
const NAMES = { plategraph: "PlateGraph, stored", multipart: "bare multipart handler" };
const TARGET = 0.5;

const peers = fileURLToPath(new URL("peers/", import.meta.url));

/** Requests a second of both, in turn, and our memory as uploads go by; as text for the results. */
export async function measureUploads(folder, environment, options) {
  const file = join(folder, "upload");
  await writeFile(file, formOf(await photo()));
  const measured = await withServer("plategraph", environment, (ours) =>
    withServer("multipart", environment, (bare) => {
      const urls = { plategraph: ours.url, multipart: bare.url };
      return inRounds(Object.keys(urls), options, (name, seconds) =>
        load({ url: urls[name], file, boundary: BOUNDARY, seconds }),
      );
    }),
  );
  const ratios = measured.plategraph.map(({ perSecond }, index) => perSecond / measured.multipart[index].perSecond);
  const ratio = middle(ratios);
  const memory = await memoryAsUploadsGoBy(environment, file);
  return [
    "### Uploads: a 2 MB JPEG, 32 at once",
    table(
      ["server", "requests a second", "p99, ms"],
      Object.entries(measured).map(([name, results]) => [
        NAMES[name],
        middle(results.map(({ perSecond }) => perSecond)).toFixed(0),
        middle(results.map(({ p99 }) => p99)).toFixed(0),
      ]),
    ),
    `Ours as a share of the bare handler's, middle of the rounds: ${ratio.toFixed(2)} (${TARGET}).`,
    table(
      ["uploads so far", ...memory.map(({ uploads }) => uploads)],
      [["peak memory since the last look, MB", ...memory.map(({ peak }) => peak.toFixed(0))]],
    ),
  ].join("\n\n");
}

async function memoryAsUploadsGoBy(environment, file) {
  const looks = [];
  await withServer("plategraph", environment, async ({ url, pid }) => {
    let uploads = 0;
    for (const at of MEMORY_AT) {
      // Forgets the peak so far.
      await writeFile(`/proc/${pid}/clear_refs`, "5");
      while (uploads < at) uploads += (await load({ url, file, seconds: 1, boundary: BOUNDARY })).requests;
      const [, kilobytes] = /VmHWM:\s+(\d+) kB/.exec(await readFile(`/proc/${pid}/status`, "utf8"));
      looks.push({ uploads, peak: Number(kilobytes) / 1024 });
    }
  });
  return looks;
}

async function withServer(name, environment, work) {
  const server = await startServer(process.execPath, [join(peers, `${name}.mjs`)], environment);
  try {
    return await work({ ...server, url: `${server.url}/graphql` });
  } finally {
    await server.stop();
  }
}

/** Noise, which compresses badly: as many pixels as make the file as long as it shall be. */
async function photo() {
  let pixels = 1_500_000;
  for (;;) {
    const width = 1600;
    const height = Math.round(pixels / width);
    const noise = {
      create: { width, height, channels: 3, background: "grey", noise: { type: "gaussian", mean: 128, sigma: 60 } },
    };
    const bytes = await sharp(noise).jpeg({ quality: 90 }).toBuffer();
    if (Math.abs(bytes.length - PHOTO_BYTES) < PHOTO_BYTES / 50) return bytes;
    pixels *= PHOTO_BYTES / bytes.length;
  }
}

/** The GraphQL multipart request specification. */
function formOf(bytes) {
  const query =
    "mutation ($image: Upload!) { recognizeUpload(image: $image) { request { id } recognitions { id plateNumber } } }";
  const field = (name, value) => `--${BOUNDARY}\r\ncontent-disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`;
  return Buffer.concat([
    Buffer.from(
      field("operations", JSON.stringify({ query, variables: { image: null } })) +
        field("map", JSON.stringify({ 0: ["variables.image"] })) +
        `--${BOUNDARY}\r\ncontent-disposition: form-data; name="0"; filename="photo.jpg"\r\ncontent-type: image/jpeg\r\n\r\n`,
    ),
    bytes,
    Buffer.from(`\r\n--${BOUNDARY}--\r\n`),
  ]);
}

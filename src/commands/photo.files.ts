/** Lists the photos that a command line names, those in folders included, and reads their bytes. */
import { createReadStream } from "node:fs";
import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";

const PHOTO_NAME = /\.(?:jpe?g|png|webp|bmp)$/i;

/**
 * A named folder stands for every photo in it and below it, in the order of their names; anything else stays as it is.
 * @throws Error for a folder that can't be listed
 * @param absolute where a path on the command line is looked up
 */
export async function photoFiles(
  paths: readonly string[],
  absolute: (path: string) => string,
): Promise<{ files: string[]; hasFolder: boolean }> {
  const files: string[] = [];
  let hasFolder = false;
  for (const path of paths) {
    // What does not exist is reported when it is opened.
    const isFolder = await stat(absolute(path)).then(
      (found) => found.isDirectory(),
      () => false,
    );
    hasFolder ||= isFolder;
    if (!isFolder) {
      files.push(path);
      continue;
    }
    const entries = await readdir(absolute(path), { recursive: true });
    files.push(
      ...entries
        .filter((name) => PHOTO_NAME.test(name))
        .sort()
        .map((name) => join(path, name)),
    );
  }
  return { files, hasFolder };
}

/**
 * Of a file that is larger, `maxBytes` and a little more, by which it is refused: a disk image or an endless stream is not read to its end.
 * @param source the path of a file, or a stream
 */
export async function photoBytes(source: string | NodeJS.ReadableStream, maxBytes: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let length = 0;
  const stream = typeof source === "string" ? createReadStream(source, { highWaterMark: 1 << 20 }) : source;
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    chunks.push(chunk);
    length += chunk.length;
    if (length > maxBytes) break;
  }
  return Buffer.concat(chunks);
}

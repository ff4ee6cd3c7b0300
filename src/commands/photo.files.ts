/** Lists the photos that a command line names, those in folders included. */
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

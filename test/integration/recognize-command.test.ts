/** The command that reads photos without a server, as a person runs it. */
import { execFile } from "node:child_process";
import { once } from "node:events";
import { copyFile, mkdtemp, readFile, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import sharp, { type Region } from "sharp";

const COMMAND = fileURLToPath(new URL("../../dist/src/commands/recognize.js", import.meta.url));
const FIXTURES = fileURLToPath(new URL("../fixtures", import.meta.url));
const BLUE = join(FIXTURES, "blue.jpg");
const TWO_PLATES = join(FIXTURES, "two-plates.jpg");
const NO_PLATE = join(FIXTURES, "no-plate.jpg");

/** Python makes the terminal. */
const terminal = await promisify(execFile)("python3", ["-c", "import pty"]).then(
  () => test,
  () => test.skip,
);

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "plategraph-recognize-"));
});

afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

interface Run {
  code: number;
  stdout: string;
  stderr: string;
}

function run(...args: string[]): Promise<Run> {
  return runWith({}, ...args);
}

function runWith(settings: Record<string, string>, ...args: string[]): Promise<Run> {
  const env = { PATH: process.env.PATH, ...settings };
  return new Promise((resolve) => {
    execFile(process.execPath, [COMMAND, ...args], { env }, (error, stdout, stderr) => {
      resolve({ code: typeof error?.code === "number" ? error.code : 0, stdout, stderr });
    });
  });
}

interface Line {
  file: string;
  readings: { plateNumber: string; boundingBox: { left: number; top: number; right: number; bottom: number } }[];
  error: { code: string } | null;
}

describe("npm run recognize", () => {
  test("prints a line for every plate, in the order of the photos", async () => {
    const { code, stdout, stderr } = await run(TWO_PLATES, NO_PLATE, BLUE);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    const [header, ...lines] = stdout.trim().split("\n");
    // E7
    expect(header).toBe("FILE: PLATE  COLOR  TYPE  CONFIDENCE  LEFT,TOP RIGHT,BOTTOM");
    expect(lines).toHaveLength(4);
    // Both are told with 99 and are as large but for a pixel: which comes first is the reader's affair.
    const [yellow, blue] = lines.slice(0, 2).sort();
    expect(blue).toMatch(/two-plates\.jpg: 闽A31901 {2}BLUE {2}BLUE {2}\d+ {2}\d+,\d+ \d+,\d+$/u);
    expect(yellow).toMatch(/two-plates\.jpg: 津JK8958 {2}YELLOW {2}SINGLE_ROW_YELLOW /u);
    expect(lines[2]).toMatch(/no-plate\.jpg: no plate$/u);
    expect(lines[3]).toMatch(/blue\.jpg: 渝X32547 /u);
  });

  test("a folder stands for its photos, and what is least sure comes first", async () => {
    const { code, stdout } = await run("--json", FIXTURES);
    const lines = stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as { file: string; readings: { confidence: number }[] });
    expect(code).toBe(0);
    expect(lines).toHaveLength(6);
    expect(lines[0]?.file).toBe(NO_PLATE);
    const least = lines.slice(1).map(({ readings }) => Math.min(...readings.map(({ confidence }) => confidence)));
    expect(least).toEqual([...least].sort((first, second) => first - second));
    const [blue] = (await run("--json", join(FIXTURES, "blue.jpg"))).stdout.trim().split("\n");
    expect(stdout.split("\n")).toContain(blue);
  });

  test("a folder without photos is refused", async () => {
    const empty = await mkdtemp(join(folder, "empty-"));
    expect(await run(empty)).toEqual({ code: 2, stdout: "", stderr: "No photo is in the folder.\n" });
  });

  test("--json prints one object a photo, and what can't be read costs only its own line", async () => {
    const text = join(folder, "not-a-photo.jpg");
    await writeFile(text, "hello");
    const { code, stdout } = await run("--json", join(folder, "missing.jpg"), text, BLUE);
    const lines = stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as Line);
    expect(code).toBe(1);
    expect(lines.map(({ error }) => error?.code ?? null)).toEqual(["BAD_USER_INPUT", "INVALID_IMAGE", null]);
    expect(lines[2]?.readings.map(({ plateNumber }) => plateNumber)).toEqual(["渝X32547"]);
  });

  test("--annotate draws into a copy, around the plate and nowhere else", async () => {
    const out = join(folder, "annotated");
    const { stdout } = await run("--json", "--annotate", out, BLUE);
    const { boundingBox: box } = (JSON.parse(stdout) as Line).readings[0] ?? {};
    if (box === undefined) throw new Error("no plate was read");
    const drawn = await readFile(join(out, "blue.annotated.jpg"));
    const frame = { left: box.left - 6, top: box.top - 6, width: box.right - box.left + 12, height: 20 };
    expect(await meanDifference(BLUE, drawn, frame)).toBeGreaterThan(10);
    const { height } = await sharp(BLUE).metadata();
    expect(await meanDifference(BLUE, drawn, { left: 0, top: height - 60, width: 200, height: 60 })).toBeLessThan(4);
  });

  // E7
  test("what can't be read is one line on standard error", async () => {
    const missing = join(folder, "missing.jpg");
    const { code, stdout, stderr } = await run(missing, BLUE);
    expect(code).toBe(1);
    expect(stderr).toMatch(/missing\.jpg: BAD_USER_INPUT: The file can't be read: ENOENT: [^\n]*\n$/);
    expect(stdout.trim().split("\n")).toHaveLength(2);
  });

  test("E7: a name with a line break is one line", async () => {
    const photo = join(folder, "two\nlines.jpg");
    await copyFile(BLUE, photo);
    const { stdout, stderr } = await run(photo, join(folder, "not\nthere.jpg"));
    expect(stdout).toMatch(/^FILE[^\n]*\n[^\n]*two\\nlines\.jpg: 渝X32547[^\n]*\n$/u);
    expect(stderr).toMatch(/^[^\n]*not\\nthere\.jpg: BAD_USER_INPUT: [^\n]*\n$/);
  });

  terminal("E7: on a terminal, lines stand apart from the progress", async () => {
    const child = promisify(execFile)("python3", [
      "-c",
      "import pty, sys; pty.spawn(sys.argv[1:])",
      process.execPath,
      COMMAND,
      BLUE,
      NO_PLATE,
    ]);
    const lines = (await child).stdout.split("\r\n");
    expect(lines[0]).toMatch(/^FILE: /);
    expect(lines[1]).toMatch(/^\/\S*blue\.jpg: 渝X32547 /u);
    const folder = promisify(execFile)("python3", [
      "-c",
      "import pty, sys; pty.spawn(sys.argv[1:])",
      process.execPath,
      COMMAND,
      FIXTURES,
    ]);
    const [header = "", bar = ""] = (await folder).stdout.split("\r\n");
    expect(header).toMatch(/^FILE: /);
    // The bar is drawn, then the line is cleared, and the first photo follows.
    expect(bar).toMatch(/6\/6 photos.*\u001B\[2K\/\S*no-plate\.jpg: no plate$/);
  });

  test("E7: what is too large or endless is not read to its end", async () => {
    const huge = join(folder, "huge.jpg");
    // Sparse: it takes no space. Node.js reads no file of more than 2 GiB at once.
    await writeFile(huge, "");
    await truncate(huge, 3 * 2 ** 30);
    const { code, stderr } = await run(huge, "/dev/zero");
    expect(code).toBe(1);
    expect(
      stderr
        .trim()
        .split("\n")
        .map((line) => line.split(": ")[1]),
    ).toEqual(["IMAGE_TOO_LARGE", "IMAGE_TOO_LARGE"]);
  });

  // E7: Node's recursive mkdir never ended for the second.
  test.each([
    ["a file", BLUE, "EEXIST"],
    ["a folder that can't be", "/proc/nope/deeper", "ENOENT"],
    ["a folder below a file", join(BLUE, "below"), "ENOTDIR"],
  ])("--annotate with %s ends at once with one line", async (_name, path, reason) => {
    const { code, stdout, stderr } = await run("--annotate", path, BLUE);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toMatch(new RegExp(`^--annotate: ${reason}: .*\n$`));
  });

  test("E7: --format csv has a header and a row for every plate, and one for a photo without", async () => {
    const { code, stdout, stderr } = await run("--format", "csv", TWO_PLATES, NO_PLATE);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    const rows = stdout.split("\r\n").map((line) => line.split(","));
    expect(rows[0]).toEqual(["file", "plateNumber", "color", "type", "confidence", "left", "top", "right", "bottom"]);
    const numbers = rows.slice(1, 4).map((row) => row[1]);
    expect([...numbers.slice(0, 2).sort(), numbers[2]]).toEqual(["津JK8958", "闽A31901", ""]);
    expect(rows.every((row) => row.length === 9 || row.join("") === "")).toBe(true);
    const refused = await run("--format", "xml", BLUE);
    expect(refused).toEqual({
      code: 2,
      stdout: "",
      stderr: "--format must be one of text, csv, json, and is xml.\n",
    });
  });

  test("E7: - is the photo on standard input", async () => {
    const child = execFile(process.execPath, [COMMAND, "--json", "-"], { env: { PATH: process.env.PATH } });
    let output = "";
    child.stdout?.on("data", (chunk: string) => (output += chunk));
    child.stdin?.end(await readFile(BLUE));
    await once(child, "close");
    expect((JSON.parse(output) as Line).readings.map(({ plateNumber }) => plateNumber)).toEqual(["渝X32547"]);
  });

  test("E7: an option that there is not is refused in one line", async () => {
    const { code, stdout, stderr } = await run("--anotate", "x", BLUE);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toMatch(/^[^\n]*'--anotate'[^\n]*\n$/);
  });

  test("faults in the settings are listed without a stack trace", async () => {
    const { code, stderr } = await runWith({ LOCAL_THREADS: "none" }, BLUE);
    expect(code).toBe(1);
    expect(stderr).toBe("The settings have a fault:\n  - LOCAL_THREADS must be a whole number from 1 to 64\n");
  });

  test("without a photo it tells how it is used", async () => {
    const { code, stderr } = await run();
    expect(code).toBe(2);
    expect(stderr).toContain("Usage: npm run recognize");
  });
});

async function meanDifference(first: string, second: Buffer, part: Region): Promise<number> {
  const [a, b] = await Promise.all([first, second].map((photo) => sharp(photo).extract(part).raw().toBuffer()));
  if (a === undefined || b === undefined) throw new Error("a photo did not decode");
  expect(a).toHaveLength(b.length);
  return a.reduce((sum, value, index) => sum + Math.abs(value - (b[index] ?? 0)), 0) / a.length;
}

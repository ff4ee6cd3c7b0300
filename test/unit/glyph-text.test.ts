import { readFile } from "node:fs/promises";
import { expect, test } from "@jest/globals";
import sharp from "sharp";
import { glyphText } from "../../src/images/glyph.text.js";
import { PLATE_GLYPHS } from "../../src/images/plate.glyphs.js";

test("E7: every character that the engine reads has an outline of its own, which needs no font", async () => {
  const { characters } = JSON.parse(await readFile("models/reader.json", "utf8")) as { characters: string[] };
  const single = characters.filter((character) => [...character].length === 1);
  expect(single.length).toBeGreaterThan(60);
  expect(single.filter((character) => !PLATE_GLYPHS.has(character))).toEqual([]);
  const shapes = new Set(single.map((character) => PLATE_GLYPHS.get(character)?.outline));
  expect(shapes.size).toBe(single.length);
  const drawn = glyphText("粤A", 10, 50, 40);
  expect(drawn).not.toContain("<text");
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="100" height="60">${drawn}</svg>`;
  const { channels } = await sharp(Buffer.from(svg)).stats();
  // The share of ink: 粤 and A at 40 pixels fill 5 to 30% of the field.
  const opacity = (channels[3]?.mean ?? 0) / 255;
  expect(opacity).toBeGreaterThan(0.05);
  expect(opacity).toBeLessThan(0.3);
});

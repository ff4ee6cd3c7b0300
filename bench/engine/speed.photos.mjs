/** The photos that the speed is measured on: JPEGs of one megapixel. */
import sharp from "sharp";

const PIXELS = 1e6;

export async function megapixelJpegs(files) {
  const jpegs = [];
  for (const file of files) {
    const { width, height } = await sharp(file).metadata();
    const scale = Math.sqrt(PIXELS / (width * height));
    jpegs.push(
      await sharp(file)
        .removeAlpha()
        .resize(Math.round(width * scale), Math.round(height * scale), { fit: "fill" })
        .jpeg({ quality: 88 })
        .toBuffer(),
    );
  }
  return jpegs;
}

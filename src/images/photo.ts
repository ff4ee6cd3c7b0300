/** A photo as the caller sent it: measured, not yet decoded. */

export const IMAGE_FORMATS = ["JPEG", "PNG", "WEBP", "BMP"] as const;
export type ImageFormat = (typeof IMAGE_FORMATS)[number];

export const IMAGE_SOURCES = ["UPLOAD", "BASE64"] as const;
export type ImageSource = (typeof IMAGE_SOURCES)[number];

/** The file of a photo as it arrived. */
export interface ImageFile {
  /** Memory of one request alone. */
  bytes: Buffer;
}

export interface Photo {
  /** The file as sent. The request owns the memory; an engine that works on it elsewhere copies or transfers it. */
  bytes: Buffer;
  /** Raw 32-byte SHA-256 of `bytes`. */
  sha256: Buffer;
  source: ImageSource;
  format: ImageFormat;
  /** Pixels of the grid that the file stores, before any EXIF rotation. */
  width: number;
  height: number;
  /** EXIF orientation, 1 (upright) to 8. */
  orientation: number;
}

/** A rectangle in pixels of the grid that the file stores ("as sent"); right and bottom are exclusive. */
export interface BoundingBox {
  left: number;
  top: number;
  right: number;
  bottom: number;
}

export interface ImageLimits {
  /** Bytes; a larger file is refused before it is read. */
  maxBytes: number;
  /** Width times height; a larger photo is refused before it is decoded. */
  maxPixels: number;
  /** Pixels of width or height: decoders need memory and time for each row, however short. */
  maxSide: number;
}

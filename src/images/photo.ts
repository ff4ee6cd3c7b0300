/** A picture as the caller sent it, measured but not yet decoded. */

export const IMAGE_FORMATS = ["JPEG", "PNG", "WEBP", "BMP"] as const;
export type ImageFormat = (typeof IMAGE_FORMATS)[number];

export const IMAGE_SOURCES = ["UPLOAD", "BASE64"] as const;
export type ImageSource = (typeof IMAGE_SOURCES)[number];

/** A picture's file as it came in. */
export interface ImageFile {
  bytes: Buffer;
  /** Raw 32-byte SHA-256 of `bytes`, where it was taken while they came in: afterwards it costs twice as much. */
  sha256?: Buffer;
  /** To be called when somebody may go on reading `bytes` although the request is answered: their memory must not be used again. */
  abandon?(): void;
}

export interface Photo {
  /** The file as sent. */
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
  /** Bytes; a larger file is refused unread. */
  maxBytes: number;
  /** Width times height; a larger picture is refused undecoded. */
  maxPixels: number;
}

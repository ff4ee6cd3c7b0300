/** The `Upload` scalar over files that are held in memory. */
import { Readable } from "node:stream";
import { GraphQLScalarType } from "graphql";
import { GraphQLUpload, Upload } from "graphql-upload-ts";
import type { ImageFile } from "../images/photo.js";

/**
 * A file of a multipart request: the value of an `Upload` variable. The package's own `FileUpload` can't describe it: its field `capacitor`
 * is a temporary file on disk. `promise`, which would give a `FileUpload`, therefore rejects.
 */
export class UploadedFile extends Upload implements ImageFile {
  /** @param bytes memory of this request alone, bounded by `MAX_IMAGE_BYTES` */
  constructor(readonly bytes: Buffer) {
    super();
    this.reject(new Error("An uploaded file is held in memory: use its bytes or createReadStream()."));
  }

  createReadStream(): Readable {
    return Readable.from([this.bytes]);
  }
}

/** The package's scalar, but for the value that a resolver gets: the `UploadedFile` itself. */
export const UploadScalar = new GraphQLScalarType<UploadedFile, never>({
  name: GraphQLUpload.name,
  description: GraphQLUpload.description,
  parseValue(value) {
    if (value instanceof UploadedFile) return value;
    // Throws: nothing else in a request is an `Upload`.
    void GraphQLUpload.parseValue(value);
    throw new TypeError("An Upload variable must hold an UploadedFile.");
  },
  parseLiteral(node) {
    void GraphQLUpload.parseLiteral(node);
    throw new TypeError("An Upload can't be written as a literal.");
  },
  serialize: (value) => GraphQLUpload.serialize(value),
});

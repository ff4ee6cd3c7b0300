/** Multipart forms, read into memory: parts, headers, each size and the whole are bounded while the form arrives. */
import type { IncomingMessage } from "node:http";
import { Busboy, type BusboyHeaders, type BusboyInstance } from "@fastify/busboy";
import { AppError } from "../errors.js";
import { receiveBody, type BodyLimits } from "./body.receiver.js";

/** A file of a form. Its declared name and type are not kept: formats are told by content. */
export interface FormFile {
  field: string;
  /** Memory of this request alone. */
  bytes: Buffer;
}

export interface Form {
  fields: ReadonlyMap<string, string>;
  files: readonly FormFile[];
}

export interface FormLimits extends BodyLimits {
  /** Bytes of a file. */
  maxFileBytes: number;
  /** Bytes of a field. */
  maxFieldBytes: number;
  /** Fields that are files even when the sender gives them neither a file name nor a type. */
  fileFields?: readonly string[];
}

/** Parts of any kind, those without headers included. */
const MAX_PARTS = 16;
/** Of one part. */
const MAX_HEADER_BYTES = 8 * 1024;
const MAX_HEADERS = 16;

export function isForm({ headers }: IncomingMessage): boolean {
  return headers["content-type"]?.toLowerCase().startsWith("multipart/form-data") ?? false;
}

/** @throws AppError IMAGE_TOO_LARGE as soon as a file is; BAD_USER_INPUT for a broken form or a second file; or as `receiveBody` does */
export async function readForm(request: IncomingMessage, limits: FormLimits): Promise<Form> {
  const fields = new Map<string, string>();
  const files: FormFile[] = [];
  const parser = openParser(request, limits);
  let failure: AppError | null = null;
  const fail = (message: string, code: "BAD_USER_INPUT" | "IMAGE_TOO_LARGE" = "BAD_USER_INPUT"): void => {
    failure ??= new AppError(code, message);
  };
  parser.on("field", (name, value, _nameCut, valueCut) => {
    if (valueCut) fail(`A form field is longer than ${limits.maxFieldBytes} bytes.`);
    fields.set(name, value);
  });
  parser.on("file", (field, stream) => {
    const chunks: Buffer[] = [];
    stream.on("data", (chunk: Buffer) => chunks.push(chunk));
    stream.on("limit", () => fail(`The image is larger than ${limits.maxFileBytes} bytes.`, "IMAGE_TOO_LARGE"));
    stream.on("error", () => fail("The multipart form is broken."));
    stream.on("end", () => files.push({ field, bytes: Buffer.concat(chunks) }));
  });
  parser.on("partsLimit", () => fail(`The multipart form has more than ${MAX_PARTS} parts.`));
  parser.on("filesLimit", () => fail("Send one file: a request reads one photo."));
  const finished = new Promise<void>((resolve) => {
    parser.once("finish", resolve);
    parser.on("error", () => {
      fail("The multipart form is broken.");
      resolve();
    });
  });
  await receiveBody(request, limits, (chunk) => {
    parser.write(chunk);
    if (failure !== null) throw failure;
  });
  parser.end();
  await finished;
  // The compiler does not see that the listeners above may have set it.
  const failed = failure as AppError | null;
  if (failed !== null) throw failed;
  return { fields, files };
}

function openParser(request: IncomingMessage, limits: FormLimits): BusboyInstance {
  try {
    return new Busboy({
      headers: request.headers as BusboyHeaders,
      limits: {
        parts: MAX_PARTS,
        headerPairs: MAX_HEADERS,
        headerSize: MAX_HEADER_BYTES,
        files: 1,
        fileSize: limits.maxFileBytes,
        fieldSize: limits.maxFieldBytes,
      },
      isPartAFile: (field, contentType, filename) =>
        filename !== undefined ||
        contentType === "application/octet-stream" ||
        (limits.fileFields?.includes(field ?? "") ?? false),
    });
  } catch (cause) {
    throw new AppError("BAD_USER_INPUT", "The multipart form is broken.", { cause });
  }
}

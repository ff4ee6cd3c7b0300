/** Reads a multipart form into memory: few parts, one file, every size bounded while it streams in. */
import type { IncomingMessage } from "node:http";
import { Busboy, type BusboyHeaders, type BusboyInstance } from "@fastify/busboy";
import { AppError } from "../errors.js";
import { IncomingFile } from "./incoming.file.js";
import { cutOff, declaredLength, discardRest } from "./request.body.js";

/** Its name and type, as the sender declares them, are worth nothing and not kept. */
export interface FormFile {
  field: string;
  file: IncomingFile;
}

/** Whoever reads it releases its files. */
export interface Form {
  fields: ReadonlyMap<string, string>;
  files: readonly FormFile[];
}

export interface FormLimits {
  /** Bytes of a file. */
  maxFileBytes: number;
  /** Bytes of a field. */
  maxFieldBytes: number;
  /** Fields that are files even when the sender gives them neither a file name nor a type. */
  fileFields?: readonly string[];
}

const MAX_FIELDS = 16;

/** @throws AppError IMAGE_TOO_LARGE as soon as a file is; BAD_USER_INPUT for a broken form or a second file. */
export async function readForm(request: IncomingMessage, limits: FormLimits): Promise<Form> {
  return new Promise((resolve, reject) => {
    const fields = new Map<string, string>();
    const files: FormFile[] = [];
    const refuse = (error: AppError): void => {
      request.unpipe();
      discardRest(request);
      reject(error);
    };
    const parser = openParser(request, limits, refuse);
    if (parser === null) return;
    parser.on("field", (name, value, _nameCut, valueCut) => {
      if (valueCut) refuse(new AppError("BAD_USER_INPUT", `The form field ${JSON.stringify(name)} is too long.`));
      fields.set(name, value);
    });
    parser.on("file", (field, stream) => {
      const file = new IncomingFile(Math.min(declaredLength(request), limits.maxFileBytes));
      stream.on("data", (chunk: Buffer) => file.add(chunk));
      stream.on("limit", () =>
        refuse(new AppError("IMAGE_TOO_LARGE", `The picture is larger than ${limits.maxFileBytes} bytes.`)),
      );
      stream.on("error", (cause) => refuse(new AppError("BAD_USER_INPUT", "The multipart form is broken.", { cause })));
      stream.on("end", () => files.push({ field, file }));
    });
    parser.on("filesLimit", () => refuse(new AppError("BAD_USER_INPUT", "Send one file: a request reads one photo.")));
    parser.on("fieldsLimit", () => refuse(new AppError("BAD_USER_INPUT", "The multipart form has too many fields.")));
    parser.on("error", (cause) => refuse(new AppError("BAD_USER_INPUT", "The multipart form is broken.", { cause })));
    parser.on("finish", () => resolve({ fields, files }));
    request.once("close", () => request.complete || reject(cutOff()));
    request.pipe(parser);
  });
}

function openParser(
  request: IncomingMessage,
  limits: FormLimits,
  refuse: (error: AppError) => void,
): BusboyInstance | null {
  try {
    return new Busboy({
      headers: request.headers as BusboyHeaders,
      limits: { files: 1, fileSize: limits.maxFileBytes, fields: MAX_FIELDS, fieldSize: limits.maxFieldBytes },
      isPartAFile: (field, contentType, filename) =>
        filename !== undefined ||
        contentType === "application/octet-stream" ||
        (limits.fileFields?.includes(field ?? "") ?? false),
    });
  } catch (cause) {
    refuse(new AppError("BAD_USER_INPUT", "The multipart form is broken.", { cause }));
    return null;
  }
}

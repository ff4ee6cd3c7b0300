/** /verify_carlicense/*: the vendor's protocol, for programs that were written for the vendor. */
import { v7 as uuidv7 } from "uuid";
import type { FastifyInstance, FastifyRequest } from "fastify";
import { AppError } from "../errors.js";
import { decodeBase64Image } from "../images/base64.js";
import type { ImageFile, ImageSource } from "../images/photo.js";
import {
  juheError,
  juheErrorOf,
  juheSuccess,
  type JuheErrorBody,
  type JuheSuccessBody,
} from "../juhe/answer.writer.js";
import type { Logger } from "../logger.js";
import { anonymousPrincipal } from "../accounts/principal.js";
import type { RecognitionService } from "../recognitions/recognition.service.js";
import type { CallerCheck } from "./caller.js";
import { IncomingFile } from "./incoming.file.js";
import { readForm } from "./multipart.form.js";
import { readBody } from "./request.body.js";

export interface JuheRoutesOptions {
  service: RecognitionService;
  checkCaller: CallerCheck;
  maxImageBytes: number;
  logger: Logger;
}

/** What a form of either operation holds; a picture is a file or text (base64). */
interface VendorForm {
  key: string;
  picture: ImageFile | string;
}

const FORM_BYTES = 64 * 1024;

export function juheRoutes(app: FastifyInstance, options: JuheRoutesOptions): void {
  route(app, "/verify_carlicense/query", "BASE64", options);
  route(app, "/verify_carlicense/verify", "UPLOAD", options);
}

function route(app: FastifyInstance, url: string, source: ImageSource, options: JuheRoutesOptions): void {
  app.all(url, async (request, reply) => {
    // The vendor answers everything with 200; programs look at error_code.
    const answer = request.method === "POST" ? await recognize(request, source, options) : juheError(271104);
    return reply.type("application/json;charset=utf-8").send(JSON.stringify(answer));
  });
}

async function recognize(
  request: FastifyRequest,
  source: ImageSource,
  options: JuheRoutesOptions,
): Promise<JuheSuccessBody | JuheErrorBody> {
  let form: VendorForm | null = null;
  try {
    form = await readVendorForm(request, source, options.maxImageBytes);
    const { key, picture } = form;
    options.checkCaller();
    if (key === "") return juheError(10001);
    const limits = { maxBytes: options.maxImageBytes };
    if ((typeof picture === "string" ? picture : picture.bytes).length === 0) return juheError(271102);
    const file = typeof picture === "string" ? { bytes: decodeBase64Image(picture, limits) } : picture;
    const orderId = newOrderId();
    const { request: attempt, recognitions } = await options.service.recognize(
      anonymousPrincipal(request.ip),
      file,
      source,
      {
        cameraId: null,
        capturedAt: null,
        externalReference: null,
        engine: null,
        orderId,
      },
      new AbortController().signal,
    );
    if (recognitions.length === 0) return juheError(271103);
    const readings = recognitions.map((row) => ({ ...row, boundingBox: row.boundingBox ?? null }));
    return juheSuccess(attempt.orderId ?? orderId, readings);
  } catch (error) {
    if (error instanceof AppError) return juheErrorOf(error.code);
    options.logger.error({ err: error, url: request.url }, "a request failed through a fault of ours");
    return juheErrorOf("INTERNAL_SERVER_ERROR");
  } finally {
    if (form?.picture instanceof IncomingFile) form.picture.release();
  }
}

/** Both operations are answered for both encodings: PHP's curl, for one, turns any array of fields into a multipart form. */
async function readVendorForm(
  request: FastifyRequest,
  source: ImageSource,
  maxImageBytes: number,
): Promise<VendorForm> {
  const base64Bytes = Math.ceil((maxImageBytes * 4) / 3) + FORM_BYTES;
  const query = request.query as Record<string, string | undefined>;
  if (request.headers["content-type"]?.toLowerCase().startsWith("multipart/form-data")) {
    const fileFields = source === "UPLOAD" ? ["file"] : [];
    const { fields, files } = await readForm(request.raw, {
      maxFileBytes: maxImageBytes,
      maxFieldBytes: base64Bytes,
      fileFields,
    });
    const picture = files.find(({ field }) => field === "file")?.file;
    return { key: fields.get("key") ?? query.key ?? "", picture: picture ?? fields.get("file") ?? "" };
  }
  // Percent-encoding makes three characters of each `+`, `/` and `=`.
  const form = new URLSearchParams((await readBody(request.raw, base64Bytes * 3)).toString("latin1"));
  // A `+` that the sender forgot to encode arrives as a space.
  const picture = (form.get("file") ?? "").replaceAll(" ", "+");
  return { key: form.get("key") ?? query.key ?? "", picture };
}

/** Looks like the vendor's 单号 (`JH` and digits) and can be looked up later as the request's `orderId`. */
function newOrderId(): string {
  return `JH${BigInt(`0x${uuidv7().replaceAll("-", "")}`).toString()}`;
}

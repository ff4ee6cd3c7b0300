/** /verify_carlicense/*: the vendor's protocol, for programs that were written for the vendor. */
import { newRecordId } from "../database/record.id.js";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { AppError } from "../errors.js";
import { decodeBase64Image } from "../images/base64.decoder.js";
import type { ImageSource } from "../images/photo.js";
import {
  juheError,
  juheErrorOf,
  juheSuccess,
  type JuheErrorBody,
  type JuheSuccessBody,
} from "../juhe/answer.writer.js";
import type { Logger } from "../logger.js";
import { turnFor } from "../loop.turn.js";
import type { Admission } from "../accounts/admission.js";
import { isApiKey } from "../accounts/api-key.secret.js";
import type { RecognitionService } from "../recognitions/recognition.service.js";
import { discardRest } from "./body.receiver.js";
import { admitKey } from "./caller.js";
import { Exchange, type ExchangeLimits } from "./exchange.js";
import { headersOf } from "./http.fault.js";
import { isForm, readForm } from "./multipart.form.js";
import type { SiteGuard } from "./site.guard.js";
import { readUrlencoded } from "./urlencoded.form.js";

export interface JuheRoutesOptions extends ExchangeLimits {
  service: RecognitionService;
  checkSite: SiteGuard;
  admission: Admission;
  /** Whether callers need no key of ours. */
  allowAnonymous: boolean;
  maxImageBytes: number;
  logger: Logger;
}

/** The fields of either operation; the photo is a file or text (base64). */
interface VendorForm {
  key: string;
  photo: Buffer | string;
}

/** Room for names, keys and boundaries beside the photo. */
const FORM_BYTES = 64 * 1024;
const MAX_KEY_BYTES = 1024;

export function juheRoutes(app: FastifyInstance, options: JuheRoutesOptions): void {
  route(app, "/verify_carlicense/query", "BASE64", options);
  route(app, "/verify_carlicense/verify", "UPLOAD", options);
}

function route(app: FastifyInstance, url: string, source: ImageSource, options: JuheRoutesOptions): void {
  app.all(url, async (request, reply) => {
    const exchange = new Exchange(options.budget, reply);
    let answer: JuheSuccessBody | JuheErrorBody;
    try {
      options.checkSite(request);
      answer =
        request.method === "POST" ? await recognize(request, reply, source, exchange, options) : juheError(271104);
    } catch (error) {
      discardRest(request.raw);
      reply.headers(headersOf(error));
      answer = refusal(error, request, options.logger);
      request.record.addCode(error instanceof AppError ? error.code : "INTERNAL_SERVER_ERROR");
    }
    // The vendor answers everything with 200; programs look at error_code.
    return reply.type("application/json;charset=utf-8").send(JSON.stringify(answer));
  });
}

async function recognize(
  request: FastifyRequest,
  reply: FastifyReply,
  source: ImageSource,
  exchange: Exchange,
  options: JuheRoutesOptions,
): Promise<JuheSuccessBody | JuheErrorBody> {
  const { key, photo } = await readVendorForm(request, source, exchange, options).finally(() => {
    exchange.record.bytesIn = exchange.share.held;
  });
  if (key === "") return juheError(10001);
  // A program written for the vendor sends the vendor's key; where anonymous callers are let in, that is no key of ours.
  const principal = await admitKey(
    options.admission,
    isApiKey(key) || !options.allowAnonymous ? key : null,
    request,
    reply,
  );
  exchange.record.partnerId = principal.partnerId;
  exchange.share.assignTo(principal.partnerId);
  if (photo.length === 0) return juheError(271102);
  const limits = { maxBytes: options.maxImageBytes };
  const bytes = typeof photo === "string" ? await decodeBase64Image(photo, limits) : photo;
  const orderId = newOrderId();
  const { request: attempt, recognitions } = await options.service.recognize(
    principal,
    { bytes },
    source,
    { cameraId: null, capturedAt: null, externalReference: null, engine: null, idempotencyKey: null, orderId },
    exchange.signal,
  );
  if (recognitions.length === 0) return juheError(271103);
  const readings = recognitions.map((row) => ({ ...row, boundingBox: row.boundingBox ?? null }));
  return juheSuccess(attempt.orderId ?? orderId, readings);
}

function refusal(error: unknown, { record, routeOptions }: FastifyRequest, logger: Logger): JuheErrorBody {
  if (error instanceof AppError) return juheErrorOf(error.code);
  const { requestId } = record;
  logger.error({ err: error, requestId, route: routeOptions.url }, "a request failed through a fault of ours");
  return juheErrorOf("INTERNAL_SERVER_ERROR");
}

/** Both operations take both encodings: PHP's curl, for one, turns any array of fields into a multipart form. */
async function readVendorForm(
  request: FastifyRequest,
  source: ImageSource,
  { share }: Exchange,
  { maxImageBytes, bodyTimeoutMs }: JuheRoutesOptions,
): Promise<VendorForm> {
  // Base64 takes four characters for three bytes.
  const base64Bytes = Math.ceil((maxImageBytes * 4) / 3) + FORM_BYTES;
  const limits = { share, timeoutMs: bodyTimeoutMs };
  const query = request.query as Record<string, string | string[] | undefined>;
  const keyInQuery = typeof query.key === "string" ? query.key : "";
  if (isForm(request.raw)) {
    const { fields, files } = await readForm(request.raw, {
      ...limits,
      maxBytes: base64Bytes + FORM_BYTES,
      maxFileBytes: maxImageBytes,
      maxFieldBytes: base64Bytes,
      fileFields: source === "UPLOAD" ? ["file"] : [],
    });
    const file = files.find(({ field }) => field === "file");
    return { key: fields.get("key") ?? keyInQuery, photo: file?.bytes ?? fields.get("file") ?? "" };
  }
  const fields = await readUrlencoded(request.raw, {
    ...limits,
    // Percent-encoding makes three characters of each `+`, `/` and `=`.
    maxBytes: base64Bytes * 3,
    fields: { key: MAX_KEY_BYTES, file: base64Bytes },
  });
  const file = fields.get("file") ?? Buffer.alloc(0);
  await turnFor(file.length);
  const photo = file.toString("latin1");
  return { key: fields.get("key")?.toString("utf8") ?? keyInQuery, photo };
}

/** Looks like the vendor's 单号 (`JH` and digits) and can be looked up later as the request's `orderId`. */
function newOrderId(): string {
  return `JH${BigInt(`0x${newRecordId().replaceAll("-", "")}`).toString()}`;
}

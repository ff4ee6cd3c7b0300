/** Asks the vendor: one HTTP request a call, over connections that are kept, within a time and a size, with the key cut out of the answer. */
import { randomUUID } from "node:crypto";
import { Pool, type Dispatcher } from "undici";
import { parseJuheAnswer, type JuheOutcome } from "./answer.parser.js";
import { NO_TRACER, type Tracer } from "../tracing/tracer.js";
import { KeyRedaction } from "./key.redaction.js";

export interface JuheClientOptions {
  /** Such as `http://apis.juhe.cn`; a path in it comes before the vendor's own. */
  baseUrl: string;
  key: string;
  /** For the whole call: waiting for a connection, sending, and the answer to its last byte. */
  timeoutMs: number;
  tracer?: Tracer;
}

export interface JuheAnswer {
  outcome: JuheOutcome;
  /** Parsed JSON, or the first 10,000 characters of what is none; null when no answer came. The key is cut out. */
  rawAnswer: unknown;
}

interface Body {
  contentType: string;
  bytes: string | Buffer;
}

/** Enough for two thousand plates. A larger answer is refused while it arrives. */
const MAX_ANSWER_BYTES = 1024 * 1024;
/** Characters kept of an answer that is not JSON. */
const MAX_KEPT_TEXT = 10_000;
/** Characters; longer than any sentence of the vendor's. Callers see it. */
const MAX_REASON = 200;
/** The vendor's has 26 characters. */
const MAX_ORDER_ID = 100;
/** Connections to the vendor, each for one call at a time. */
export const MAX_CONNECTIONS = 32;

class AnswerTooLargeError extends Error {}

/**
 * A client of the vendor's two operations. Calls never reject for what the vendor or the network does: every outcome is
 * a value. Calls are never repeated, because one whose answer was lost may have been billed.
 */
export class JuheClient {
  readonly #pool: Pool;
  readonly #basePath: string;
  readonly #key: string;
  readonly #timeoutMs: number;
  readonly #redaction: KeyRedaction;
  readonly #tracer: Tracer;
  readonly #host: string;

  constructor({ baseUrl, key, timeoutMs, tracer = NO_TRACER }: JuheClientOptions) {
    const url = new URL(baseUrl);
    this.#tracer = tracer;
    this.#host = url.hostname;
    this.#redaction = new KeyRedaction(key);
    this.#pool = new Pool(url.origin, { connections: MAX_CONNECTIONS, connect: { timeout: timeoutMs } });
    this.#basePath = url.pathname.replace(/\/+$/u, "");
    this.#key = key;
    this.#timeoutMs = timeoutMs;
  }

  /** The time of one call, from now on. */
  timeout(): AbortSignal {
    return AbortSignal.timeout(this.#timeoutMs);
  }

  /**
   * file格式识别: the photo as an uploaded file.
   * @param timeout made by `timeout()`, where the time before the call counts too
   */
  verify(file: Buffer, filename: string, contentType: string, timeout = this.timeout()): Promise<JuheAnswer> {
    return this.#ask("verify", multipartBody(this.#key, file, filename, contentType), timeout);
  }

  /** 图片base64识别: the photo as base64 without a `data:` prefix. */
  query(base64: string, timeout = this.timeout()): Promise<JuheAnswer> {
    const bytes = `key=${encodeURIComponent(this.#key)}&file=${encodeURIComponent(base64)}`;
    return this.#ask("query", { contentType: "application/x-www-form-urlencoded", bytes }, timeout);
  }

  /** Lets calls in flight finish, then closes the connections. */
  async close(): Promise<void> {
    await this.#pool.close();
  }

  /** The trace ends here: the vendor is told nothing of it, and the span nothing of the body, which holds the key. */
  #ask(operation: "verify" | "query", body: Body, signal: AbortSignal): Promise<JuheAnswer> {
    const attributes = { "http.request.method": "POST", "server.address": this.#host, "plategraph.vendor": operation };
    return this.#tracer.span(`juhe ${operation}`, "client", attributes, async (span) => {
      const answer = await this.#send(operation, body, signal);
      const { outcome } = answer;
      span.set({ "plategraph.outcome": outcome.kind });
      if (outcome.kind === "broken") span.fail({ code: "BROKEN" });
      if (outcome.kind === "refused") span.set({ "plategraph.juhe_error_code": outcome.errorCode });
      return answer;
    });
  }

  async #send(operation: "verify" | "query", { contentType, bytes }: Body, signal: AbortSignal): Promise<JuheAnswer> {
    try {
      const response = await this.#pool.request({
        method: "POST",
        path: `${this.#basePath}/verify_carlicense/${operation}`,
        headers: { "content-type": contentType, accept: "application/json" },
        body: bytes,
        signal,
        // The signal bounds the whole call; undici's own limits are for each part and coarser.
        headersTimeout: 0,
        bodyTimeout: 0,
      });
      return this.#read(response.statusCode, await readText(response.body));
    } catch (error) {
      const cause = this.#redaction.error(error);
      return { outcome: { kind: "broken", problem: this.#problemOf(error, signal), cause }, rawAnswer: null };
    }
  }

  #read(status: number, text: string): JuheAnswer {
    const json = parseJson(text);
    if (json === undefined)
      return { outcome: this.#outcomeOf(status, json), rawAnswer: this.#redacted(text, MAX_KEPT_TEXT) };
    const rawAnswer = this.#redaction.json(json);
    return { outcome: this.#outcomeOf(status, rawAnswer), rawAnswer };
  }

  #outcomeOf(status: number, json: unknown): JuheOutcome {
    const outcome = json === undefined ? null : parseJuheAnswer(json);
    // A gateway's 4xx may carry the vendor's own refusal; nothing that comes with a 5xx is to be relied on.
    const isUsable = status === 200 || (status < 500 && outcome?.kind === "refused");
    if (!isUsable) return { kind: "broken", problem: `answered with HTTP status ${status}` };
    if (outcome === null) return { kind: "broken", problem: "gave an answer that is not JSON" };
    if (outcome.kind === "broken") return outcome;
    const orderId = outcome.orderId === null ? null : this.#redacted(outcome.orderId, MAX_ORDER_ID);
    if (outcome.kind === "read") {
      // Normalising a number may put a key together that was in pieces before.
      const readings = outcome.readings.filter(({ plateNumber }) => !this.#redaction.isIn(plateNumber));
      return { ...outcome, readings, orderId };
    }
    return { ...outcome, orderId, reason: this.#redacted(outcome.reason, MAX_REASON) };
  }

  /** Cut only after the key is out, or half a key could stay. */
  #redacted(text: string, maxLength: number): string {
    return this.#redaction.text(this.#redaction.text(text).slice(0, maxLength));
  }

  #problemOf(error: unknown, signal: AbortSignal): string {
    if (signal.aborted) return `did not answer within ${this.#timeoutMs} ms`;
    return error instanceof AnswerTooLargeError ? "gave an answer that is too large" : "could not be reached";
  }
}

async function readText(body: Dispatcher.ResponseData["body"]): Promise<string> {
  const chunks: Buffer[] = [];
  let length = 0;
  // Leaving the loop early destroys the body and its connection with it.
  for await (const chunk of body as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > MAX_ANSWER_BYTES) throw new AnswerTooLargeError(`more than ${MAX_ANSWER_BYTES} bytes`);
    chunks.push(chunk);
  }
  return new TextDecoder().decode(Buffer.concat(chunks));
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

/** Built whole and not streamed: the length is then known, and many servers want to be told it. */
function multipartBody(key: string, file: Buffer, filename: string, contentType: string): Body {
  const boundary = `plategraph-${randomUUID()}`;
  const head =
    `--${boundary}\r\nContent-Disposition: form-data; name="key"\r\n\r\n${key}\r\n` +
    `--${boundary}\r\nContent-Disposition: form-data; name="file"; filename="${quotable(filename)}"\r\n` +
    `Content-Type: ${contentType}\r\n\r\n`;
  const bytes = Buffer.concat([Buffer.from(head), file, Buffer.from(`\r\n--${boundary}--\r\n`)]);
  return { contentType: `multipart/form-data; boundary=${boundary}`, bytes };
}

/** As browsers write file names: what would end the quotation or the line is percent-encoded. */
function quotable(filename: string): string {
  return filename.replace(/["\r\n]/gu, (character) => encodeURIComponent(character));
}

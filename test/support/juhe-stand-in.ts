/** The one stand-in of the tests: a Juhe server on loopback that speaks the vendor's protocol and fails as it is told. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { ANSWERS, refusal, type StandInAnswer } from "./juhe-answers.js";

/** One call as it arrived. */
export interface StandInRequest {
  operation: "verify" | "query";
  headers: IncomingMessage["headers"];
  key: string | null;
  /** The photo, decoded from base64 for `query`; empty when none came. */
  photo: Buffer;
  /** The uploaded file's name and declared type; null for `query`. */
  filename: string | null;
  contentType: string | null;
  /** 1 for the first connection that the stand-in accepted, and so on. */
  connection: number;
}

type Answerer = StandInAnswer | ((request: StandInRequest) => StandInAnswer);

/** How the photo formats that the vendor takes begin: JPEG, PNG, BMP. */
const KNOWN_BEGINNINGS = [Buffer.from([0xff, 0xd8, 0xff]), Buffer.from([0x89, 0x50, 0x4e, 0x47]), Buffer.from("BM")];
const MAX_BASE64_LENGTH = 4 * 1024 * 1024;

export class JuheStandIn {
  /** Every call so far, refused ones too, oldest first. */
  readonly requests: StandInRequest[] = [];
  readonly #server: Server;
  readonly #key: string;
  readonly #timers = new Set<NodeJS.Timeout>();
  readonly #connections = new Map<Socket, number>();
  #answer: Answerer = ANSWERS.example;

  private constructor(key: string) {
    this.#key = key;
    this.#server = createServer((request, response) => {
      this.#handle(request, response).catch((error: unknown) => response.destroy(error as Error));
    });
    this.#server.on("connection", (socket) => this.#connections.set(socket, this.#connections.size + 1));
  }

  /** Listens on a free port of loopback; answers calls with this key. */
  static async start(key = "0123456789abcdef0123456789abcdef"): Promise<JuheStandIn> {
    const standIn = new JuheStandIn(key);
    await new Promise<void>((resolve) => standIn.#server.listen(0, "127.0.0.1", resolve));
    return standIn;
  }

  get key(): string {
    return this.#key;
  }

  get baseUrl(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Connections accepted so far. */
  get connectionCount(): number {
    return this.#connections.size;
  }

  /** The answer to every well-formed call from now on; the document's example until told. */
  answerWith(answer: Answerer): void {
    this.#answer = answer;
  }

  /** Hangs up on everyone and forgets the port. */
  async close(): Promise<void> {
    for (const timer of this.#timers) clearInterval(timer);
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    this.#server.closeAllConnections();
    await closed;
  }

  async #handle(message: IncomingMessage, response: ServerResponse): Promise<void> {
    const operation = /^\/verify_carlicense\/(verify|query)$/u.exec(message.url ?? "")?.[1];
    if (operation !== "verify" && operation !== "query") {
      this.#send(response, { status: 404, body: "404" });
      return;
    }
    if (message.method !== "POST") {
      this.#send(response, refusal(271104, "只支持POST方法"));
      return;
    }
    const request = await this.#read(operation, message);
    this.requests.push(request);
    this.#send(
      response,
      this.#refusalOf(request) ?? (typeof this.#answer === "function" ? this.#answer(request) : this.#answer),
    );
  }

  #refusalOf({ key, photo }: StandInRequest): StandInAnswer | null {
    if (key !== this.#key) return refusal(10001, "错误的请求KEY");
    if (photo.length === 0) return refusal(271102, "file参数不可为空");
    const isKnown = KNOWN_BEGINNINGS.some((beginning) => photo.subarray(0, beginning.length).equals(beginning));
    const fits = photo.toString("base64").length <= MAX_BASE64_LENGTH;
    return isKnown && fits ? null : refusal(271103, "识别失败");
  }

  async #read(operation: StandInRequest["operation"], message: IncomingMessage): Promise<StandInRequest> {
    const declared = message.headers["content-type"] ?? "";
    const chunks: Buffer[] = [];
    for await (const chunk of message as AsyncIterable<Buffer>) chunks.push(chunk);
    // Node's own parser of both kinds of form: it shares no code with the client.

    const form = await new Response(Buffer.concat(chunks), { headers: { "content-type": declared } })
      // eslint-disable-next-line @typescript-eslint/no-deprecated -- a stand-in's few small forms may be parsed in memory
      .formData()
      .catch(() => new FormData());
    const [key, file] = [form.get("key"), form.get("file")];
    const upload = typeof file === "string" ? null : file;
    return {
      operation,
      headers: message.headers,
      key: typeof key === "string" ? key : null,
      photo: await photoOf(operation, file),
      filename: upload?.name ?? null,
      contentType: upload?.type ?? null,
      connection: this.#connections.get(message.socket) ?? 0,
    };
  }

  #send(response: ServerResponse, { afterMs = 0, ...answer }: StandInAnswer): void {
    if (afterMs === 0) this.#sendNow(response, answer);
    else this.#timers.add(setTimeout(() => this.#sendNow(response, answer), afterMs));
  }

  #sendNow(response: ServerResponse, { status = 200, body, then = "end" }: StandInAnswer): void {
    const bytes = Buffer.from(typeof body === "string" ? body : JSON.stringify(body));
    if (then === "silence") return;
    if (then === "close") return void response.socket?.destroy();
    response.writeHead(status, {
      "content-type": typeof body === "string" ? "text/html;charset=utf-8" : "application/json;charset=utf-8",
      ...(then === "drip" ? {} : { "content-length": bytes.length + (then === "cut" ? 100 : 0) }),
    });
    if (then === "end") return void response.end(bytes);
    response.write(bytes);
    if (then === "drip") this.#timers.add(setInterval(() => response.write(" "), 20));
    // In a moment, so that the bytes are out before the end of the connection.
    if (then === "cut") this.#timers.add(setTimeout(() => response.socket?.destroy(), 20));
  }
}

/** `verify` takes a file and `query` base64 text, and neither takes the other. */
async function photoOf(operation: StandInRequest["operation"], file: File | string | null): Promise<Buffer> {
  if (operation === "verify") return file instanceof File ? Buffer.from(await file.arrayBuffer()) : Buffer.alloc(0);
  if (typeof file !== "string" || !/^[A-Za-z0-9+/]+={0,2}$/u.test(file)) return Buffer.alloc(0);
  return Buffer.from(file, "base64");
}

/** Requests that no honest client would send: bodies of any kind, held back, cut off or never read. */
import { readFile } from "node:fs/promises";
import { Agent, request } from "node:http";
import { connect } from "node:net";

const MIB = 1024 * 1024;

/** With `Connection: close`, Node.js closes a connection right behind an answer, also while a body still comes in, and the answer may be lost. */
const agent = new Agent({ keepAlive: true, maxSockets: Infinity });

/**
 * Sends the whole body, whatever the server says meanwhile.
 * @returns status (0 where the connection was closed) and the first 64 KiB of the answer
 */
export function send(url, { method = "POST", headers = {}, body = "" } = {}) {
  return new Promise((resolve) => {
    const bytes = Buffer.from(body);
    const outgoing = request(
      url,
      { method, agent, headers: { "content-length": bytes.length, ...headers } },
      (response) => {
        let text = "";
        response.setEncoding("utf8");
        response.on("data", (chunk) => {
          if (text.length < 65_536) text += chunk;
        });
        const done = () => resolve({ status: response.statusCode, text, headers: response.headers });
        response.once("end", done);
        response.once("error", done);
      },
    );
    outgoing.once("error", () => resolve({ status: 0, text: "", headers: {} }));
    // In pieces, so that the client's own event loop goes on.
    const piece = (at) => {
      if (at >= bytes.length) outgoing.end();
      else outgoing.write(bytes.subarray(at, at + MIB), () => piece(at + MIB));
    };
    piece(0);
  });
}

export const json = (url, body) => send(url, { headers: { "content-type": "application/json" }, body });

export const multipart = (url, body, headers = { "apollo-require-preflight": "1" }) =>
  send(url, { headers: { "content-type": "multipart/form-data; boundary=b", ...headers }, body });

/** The multipart request for one photo. */
export function uploadForm(bytes) {
  const query = "mutation ($image: Upload!) { recognizeUpload(image: $image) { request { status } } }";
  return Buffer.concat([
    Buffer.from(
      `--b\r\ncontent-disposition: form-data; name="operations"\r\n\r\n${JSON.stringify({ query, variables: { image: null } })}\r\n` +
        '--b\r\ncontent-disposition: form-data; name="map"\r\n\r\n{"0":["variables.image"]}\r\n' +
        '--b\r\ncontent-disposition: form-data; name="0"; filename="a.jpg"\r\n\r\n',
    ),
    bytes,
    Buffer.from("\r\n--b--\r\n"),
  ]);
}

/** A bare connection on which `bytes` were sent; its answers are read only where `reads` is true. */
export function open(url, bytes, { reads = false } = {}) {
  const { hostname, port } = new URL(url);
  return new Promise((resolve) => {
    const socket = connect(Number(port), hostname);
    const connection = { socket, closed: false, text: "" };
    socket.on("error", () => undefined);
    socket.on("close", () => (connection.closed = true));
    if (reads) socket.on("data", (chunk) => (connection.text += chunk.toString("latin1").slice(0, 4096)));
    else socket.pause();
    socket.on("connect", () => {
      socket.write(bytes);
      resolve(connection);
    });
    socket.once("error", () => resolve(connection));
  });
}

/** Connections that the server at this address holds open, as the kernel lists them; 01 is an established one. */
export async function connectionsTo(url) {
  const port = Number(new URL(url).port).toString(16).toUpperCase().padStart(4, "0");
  const local = new RegExp(`^ *\\d+: [0-9A-F]+:${port} [0-9A-F]+:[0-9A-F]+ 01 `, "gm");
  return (await readFile("/proc/net/tcp", "utf8")).match(local)?.length ?? 0;
}

/** Waits until the server holds no more than `allowed` connections; resolves with the number over it once the seconds have passed. */
export async function connectionsOver(url, allowed, seconds) {
  const deadline = performance.now() + seconds * 1000;
  let over = (await connectionsTo(url)) - allowed;
  while (over > 0 && performance.now() < deadline) {
    await new Promise((resolve) => setTimeout(resolve, 200));
    over = (await connectionsTo(url)) - allowed;
  }
  return Math.max(0, over);
}

export function head(path, headers) {
  return `POST ${path} HTTP/1.1\r\nhost: 127.0.0.1\r\n${Object.entries(headers)
    .map(([name, value]) => `${name}: ${value}\r\n`)
    .join("")}\r\n`;
}

/** How often each status came. */
export function tally(answers) {
  const counts = new Map();
  for (const { status } of answers) counts.set(status, (counts.get(status) ?? 0) + 1);
  return [...counts].map(([status, count]) => `${count}×${status === 0 ? "closed" : status}`).join(" ");
}

export function expectCode({ status, text }, code) {
  if (!text.includes(code)) throw new Error(`expected ${code}, was answered ${status} ${text.slice(0, 200)}`);
}

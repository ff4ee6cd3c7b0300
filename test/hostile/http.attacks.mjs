/** Hostile bodies, photos and connections: parts B and C10 of the audit, as far as no GraphQL document is needed. */
import { readFile } from "node:fs/promises";
import { crc32, deflateSync } from "node:zlib";
import sharp from "sharp";
import {
  connectionsOver,
  connectionsTo,
  expectCode,
  head,
  json,
  multipart,
  open,
  send,
  tally,
  uploadForm,
} from "./hostile.client.mjs";

const MIB = 1024 * 1024;
const PHOTO = new URL("../fixtures/blue.jpg", import.meta.url);

/** The server's settings for a run, in seconds, and room for a busy machine. */
const BODY_GONE_SECONDS = 40;
const ANSWER_GONE_SECONDS = 60;

const times = (count, make) => Promise.all(Array.from({ length: count }, (_, index) => make(index)));

/**
 * `run` gets the server and a scale (1, or less for a smaller form), does its worst, and throws where an answer is not what it should be. What it returns
 * is printed.
 */
export const HTTP_ATTACKS = [
  {
    finding: "B6",
    name: "8 PNGs of 1 × 40,000,000 pixels, then an ordinary photo",
    run: async ({ url }) => {
      const bytes = png(1, 40_000_000);
      const answers = await times(8, () => multipart(`${url}/graphql`, uploadForm(bytes)));
      for (const answer of answers) expectCode(answer, "IMAGE_TOO_LARGE");
      return ordinaryPhoto(url);
    },
  },
  {
    finding: "B6",
    name: "8 of the slowest photos that the limits allow, and an ordinary one",
    run: async ({ url }, scale) => {
      const bytes = await flat(4000, Math.round(2500 * scale))
        .toColourspace("rgb16")
        .png({ progressive: true })
        .toBuffer();
      const hostile = times(8, () => multipart(`${url}/graphql`, uploadForm(bytes)));
      const ordinary = await ordinaryPhoto(url);
      return `${tally(await hostile)}, ${ordinary}`;
    },
  },
  {
    finding: "B7",
    name: "18 MB of multipart parts without headers",
    run: async ({ url }, scale) => {
      const answer = await multipart(`${url}/graphql`, "--b\r\n\r\n\r\n".repeat(2_000_000 * scale));
      // The whole of it is longer than a photo may be; a smaller one is refused by its parts.
      expectCode(answer, scale === 1 ? "IMAGE_TOO_LARGE" : "BAD_USER_INPUT");
      return tally([answer]);
    },
  },
  {
    finding: "B7",
    name: "the same without the preflight header",
    run: async ({ url }, scale) => {
      const answer = await multipart(`${url}/graphql`, "--b\r\n\r\n\r\n".repeat(2_000_000 * scale), {});
      expectCode(answer, "BAD_REQUEST");
      return tally([answer]);
    },
  },
  {
    finding: "B7",
    name: "10 MB of headers of one part",
    run: async ({ url }, scale) => {
      const answer = await multipart(`${url}/graphql`, `--b\r\n${"a: b\r\n".repeat(1_700_000 * scale)}\r\n--b--`);
      return tally([answer]);
    },
  },
  {
    finding: "B8",
    name: "42 MB of `a&` to the vendor's route",
    run: async ({ url }, scale) => {
      const headers = { "content-type": "application/x-www-form-urlencoded" };
      const answer = await send(`${url}/verify_carlicense/query`, { headers, body: "a&".repeat(21_000_000 * scale) });
      return tally([answer]);
    },
  },
  {
    finding: "B8",
    name: "42 MB of percent escapes to the vendor's route",
    run: async ({ url }, scale) => {
      const headers = { "content-type": "application/x-www-form-urlencoded" };
      const body = `key=a&file=${"%2F".repeat(13_500_000 * scale)}`;
      return tally([await send(`${url}/verify_carlicense/query`, { headers, body })]);
    },
  },
  {
    finding: "B8",
    name: "16 fields of 13 MB to the vendor's route",
    run: async ({ url }, scale) => {
      const value = "A".repeat(13 * MIB * scale);
      const body = `${Array.from({ length: 16 }, (_, index) => `--b\r\ncontent-disposition: form-data; name="f${index}"\r\n\r\n${value}\r\n`).join("")}--b--`;
      return tally([await multipart(`${url}/verify_carlicense/query`, body)]);
    },
  },
  ...[
    ["14 MB of `[`", "[", 1],
    ['14 MB of `{"a":`', '{"a":', 5],
    ["14 MB of `1,`", "1,", 2],
    ["14 MB of digits", "1", 1],
  ].map(([name, text, length]) => ({
    finding: "B9",
    name,
    run: async ({ url }, scale) => {
      const answer = await json(
        `${url}/graphql`,
        `${name.includes("1,") ? "[" : ""}${text.repeat((14 * MIB * scale) / length)}`,
      );
      expectCode(answer, "OPERATION_TOO_LARGE");
      return tally([answer]);
    },
  })),
  ...[
    ["14 MB of escaped quotes in a string", `{"query":"${'\\"'.repeat(6.9 * MIB)}"}`],
    ["14 MB of Chinese characters in a string", `{"query":"${"牌".repeat(4.6 * MIB)}"}`],
    ["14 MB that are not UTF-8", Buffer.concat([Buffer.from('{"query":"'), Buffer.alloc(13 * MIB, 0xff)])],
  ].map(([name, body]) => ({
    finding: "B9",
    name,
    run: async ({ url }) => tally([await json(`${url}/graphql`, body)]),
  })),
  ...[
    ["13 MB of base64 with a space between any two characters", "A "],
    ["13 MB of base64 in the URL-safe alphabet", "-_"],
  ].map(([name, text]) => ({
    finding: "B9",
    name,
    run: async ({ url }, scale) => {
      const query = "mutation ($image: String!) { recognizeBase64(image: $image) { request { status } } }";
      const variables = { image: text.repeat(6.5 * MIB * scale) };
      return tally([await json(`${url}/graphql`, JSON.stringify({ query, variables }))]);
    },
  })),
  {
    finding: "B9",
    name: "8 photos of 10 MB as base64 at once",
    run: async ({ url }, scale) => {
      const query = "mutation ($image: String!) { recognizeBase64(image: $image) { request { status } } }";
      const body = JSON.stringify({ query, variables: { image: "A".repeat(13 * MIB * scale) } });
      return tally(await times(8, () => json(`${url}/graphql`, body)));
    },
  },
  {
    finding: "B10",
    name: "150 uploads held at 9.9 of 10 MB",
    run: async ({ url }, scale) => {
      const before = await connectionsTo(url);
      const form = uploadForm(Buffer.alloc(9.9 * MIB, 7)).subarray(0, 9.9 * MIB);
      const headers = {
        "content-type": "multipart/form-data; boundary=b",
        "apollo-require-preflight": "1",
        "content-length": 10 * MIB,
      };
      const bytes = Buffer.concat([Buffer.from(head("/graphql", headers)), form]);
      const connections = await times(150 * scale, () => open(url, bytes, { reads: true }));
      await new Promise((resolve) => setTimeout(resolve, 4000));
      const refused = connections.filter(({ text }) => text.includes(" 503 ")).length;
      const ordinary = await ordinaryPhoto(url, 503);
      const over = await connectionsOver(url, before, BODY_GONE_SECONDS);
      for (const { socket } of connections) socket.destroy();
      if (over > 0) throw new Error(`${over} are open after ${BODY_GONE_SECONDS} s`);
      return `${refused} refused with 503, an ordinary photo meanwhile: ${ordinary}`;
    },
  },
  {
    finding: "B10",
    name: "60 connections that never read their 8 answers",
    run: async ({ url }, scale) => {
      const before = await connectionsTo(url);
      // Long response keys make 1.2 MB of 100 readings, about the most that the cost of aliases allows; eight are more than the kernel keeps.
      const keys = ["a", "b", "c"].map((letter) => `${letter.repeat(4_000)}: id`).join(" ");
      const body = JSON.stringify({ query: `{ plateRecognitions(first: 100) { nodes { ${keys} } } }` });
      const request = Buffer.from(
        head("/graphql", { "content-type": "application/json", "content-length": body.length }) + body,
      );
      // One after the other on the same connection: no more of them is read once answers pile up.
      const connections = await times(60 * scale, () =>
        open(url, Buffer.concat(Array.from({ length: 8 }, () => request))),
      );
      const over = await connectionsOver(url, before, ANSWER_GONE_SECONDS);
      for (const { socket } of connections) socket.destroy();
      if (over > 0) throw new Error(`${over} are open after ${ANSWER_GONE_SECONDS} s`);
      return "all were closed";
    },
  },
  {
    finding: "B10",
    name: "1,000 idle connections and 200 that send a byte a second",
    run: async ({ url }, scale) => {
      const before = await connectionsTo(url);
      const idle = await times(1000 * scale, () => open(url, ""));
      const slow = await times(200 * scale, () => open(url, "POST /graphql HTTP/1.1\r\n"));
      const timer = setInterval(() => slow.forEach(({ socket }) => socket.destroyed || socket.write("a")), 1000);
      const over = await connectionsOver(url, before, BODY_GONE_SECONDS);
      clearInterval(timer);
      for (const { socket } of [...idle, ...slow]) socket.destroy();
      if (over > 0) throw new Error(`${over} are open after ${BODY_GONE_SECONDS} s`);
      return "all were closed";
    },
  },
  {
    finding: "C10",
    name: "500 JSON bodies and forms that are cut off",
    run: async ({ url }, scale) => {
      const text = head("/graphql", { "content-type": "application/json", "content-length": 1000 });
      const form = head("/graphql", {
        "content-type": "multipart/form-data; boundary=b",
        "apollo-require-preflight": "1",
        "content-length": 1000,
      });
      const connections = await times(500 * scale, (index) =>
        open(
          url,
          index % 2 === 0
            ? `${text}{"query":"`
            : `${form}--b\r\ncontent-disposition: form-data; name="operations"\r\n\r\n{`,
        ),
      );
      await new Promise((resolve) => setTimeout(resolve, 300));
      for (const { socket } of connections) socket.resetAndDestroy();
      // The log must not call them faults; the command looks at it at the end.
      return ordinaryPhoto(url);
    },
  },
];

/** Milliseconds until an ordinary photo is read; throws past 8 s. @param allowed a status that is as good as an answer */
async function ordinaryPhoto(url, allowed = 200) {
  const started = performance.now();
  const answer = await multipart(`${url}/graphql`, uploadForm(await readFile(PHOTO)));
  const milliseconds = Math.round(performance.now() - started);
  if (answer.status !== allowed) expectCode(answer, "SUCCEEDED");
  if (milliseconds > 8000) throw new Error(`an ordinary photo took ${milliseconds} ms`);
  return `ordinary photo ${answer.status} in ${milliseconds} ms`;
}

/** A PNG of zeros, one bit a pixel: 78 KB for 40 megapixels. */
function png(width, height) {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([1, 0, 0, 0, 0], 8);
  const chunk = (type, data) => {
    const body = Buffer.concat([Buffer.from(type, "latin1"), data]);
    const frame = Buffer.alloc(body.length + 8);
    frame.writeUInt32BE(data.length, 0);
    body.copy(frame, 4);
    frame.writeUInt32BE(crc32(body), body.length + 4);
    return frame;
  };
  const rows = deflateSync(Buffer.alloc((1 + Math.ceil(width / 8)) * height));
  const signature = Buffer.from([137, 80, 78, 71, 13, 10, 26, 10]);
  return Buffer.concat([signature, chunk("IHDR", header), chunk("IDAT", rows), chunk("IEND", Buffer.alloc(0))]);
}

function flat(width, height) {
  return sharp({ create: { width, height, channels: 4, background: "grey" }, limitInputPixels: false });
}

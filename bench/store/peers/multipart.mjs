/** A bare multipart handler: busboy, the file's bytes in memory, their number as the answer. */
import { createServer } from "node:http";
import busboy from "busboy";

const server = createServer((request, response) => {
  const parser = busboy({ headers: request.headers });
  let bytes = Buffer.alloc(0);
  parser.on("file", (_name, stream) => {
    const chunks = [];
    stream.on("data", (chunk) => chunks.push(chunk));
    stream.on("end", () => (bytes = Buffer.concat(chunks)));
  });
  parser.on("close", () => {
    response.writeHead(200, { "content-type": "application/json" });
    response.end(JSON.stringify({ bytes: bytes.length }));
  });
  request.pipe(parser);
});
process.once("SIGTERM", () => process.exit(0));
server.listen(0, "127.0.0.1", () => console.log(`listening on http://127.0.0.1:${server.address().port}`));

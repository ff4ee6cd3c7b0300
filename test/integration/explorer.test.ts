/** How the page and its assets are served. */
import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { get } from "node:http";
import { promisify } from "node:util";
import { brotliDecompressSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { createTestDatabase, type TestDatabase } from "../support/test-database.js";
import { startServer, type TestServer } from "../support/test-server.js";

describe("the explorer's files", () => {
  let database: TestDatabase;
  let server: TestServer;

  beforeAll(async () => {
    database = await createTestDatabase();
    server = await startServer({ DATABASE_URL: database.url });
  });
  afterAll(async () => {
    await server.stop();
    await database.drop();
  });

  test("the page names assets that are cached for good, in the encoding asked for", async () => {
    const page = await fetch(`${server.url}/explorer`);
    expect(page.headers.get("content-type")).toBe("text/html; charset=utf-8");
    expect(page.headers.get("cache-control")).toBe("no-cache");
    const policy = page.headers.get("content-security-policy") ?? "";
    expect(policy).toContain("script-src 'self';");
    expect(policy).not.toMatch(/https?:|unsafe/);
    const html = await page.text();
    expect(html).not.toMatch(/https?:\/\//);
    const [script = "", style = ""] = [/src="([^"]+\.js)"/, /href="([^"]+\.css)"/].map((name) => name.exec(html)?.[1]);
    const plain = await raw(`${server.url}${script}`, {});
    expect(plain.headers).toMatchObject({
      "content-type": "text/javascript; charset=utf-8",
      "cache-control": "public, max-age=31536000, immutable",
      "x-content-type-options": "nosniff",
      vary: expect.stringContaining("accept-encoding"),
    });
    const brotli = await raw(`${server.url}${script}`, { "accept-encoding": "gzip, deflate, br" });
    expect(brotli.headers["content-encoding"]).toBe("br");
    expect(brotliDecompressSync(brotli.body)).toEqual(plain.body);
    expect((await fetch(`${server.url}${style}`)).headers.get("content-type")).toBe("text/css; charset=utf-8");
    expect((await fetch(`${server.url}/explorer/assets/none.js`)).status).toBe(404);
    expect((await fetch(`${server.url}/explorer/assets/..%2Fexplorer.html`)).status).toBe(404);
  });

  test("no foreign host name leads to them", async () => {
    const answer = await raw(`${server.url}/explorer`, { host: "evil.example.com" });
    expect(answer.status).toBe(403);
  });

  test("GET /graphql is the page for a browser and data for a program", async () => {
    const page = await fetch(`${server.url}/graphql`, { headers: { accept: "text/html,*/*;q=0.8" } });
    expect(await page.text()).toContain("embeddableSandbox");
    const data = await fetch(`${server.url}/graphql?query={__typename}`, {
      headers: { accept: "application/json", "apollo-require-preflight": "true" },
    });
    expect(await data.json()).toEqual({ data: { __typename: "Query" } });
  });
});

test("the bundle of GraphiQL is made of the packages that are installed (npm run graphiql)", async () => {
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [
      "--input-type=module",
      "-e",
      'import { bundleGraphiql } from "./scripts/build-graphiql.mjs"; process.stdout.write(JSON.stringify(await bundleGraphiql()))',
    ],
    { maxBuffer: 16e6 },
  );
  const fresh = Object.entries(JSON.parse(stdout) as Record<string, string>);
  expect(fresh.map(([name]) => name).sort()).toEqual(["graphiql.css", "graphiql.js"]);
  // Compared before `expect`, which would print both of them.
  for (const [name, text] of fresh) expect(text === (await readFile(`explorer/bundle/${name}`, "utf8"))).toBe(true);
});

function raw(
  url: string,
  headers: Record<string, string>,
): Promise<{ status: number; headers: Record<string, unknown>; body: Buffer }> {
  return new Promise((resolve, reject) => {
    get(url, { headers }, (answer) => {
      const chunks: Buffer[] = [];
      answer.on("data", (chunk: Buffer) => chunks.push(chunk));
      answer.on("end", () =>
        resolve({ status: answer.statusCode ?? 0, headers: answer.headers, body: Buffer.concat(chunks) }),
      );
    }).on("error", reject);
  });
}

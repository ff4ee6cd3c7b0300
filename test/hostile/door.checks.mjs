/** Who is let in: part D of the audit. Each check throws where an answer is not what it should be. */
import { expectCode, json, send } from "./hostile.client.mjs";

const QUERY = '{"query":"{ __typename }"}';
const FORM = { "content-type": "application/x-www-form-urlencoded" };

function expectStatus(answer, status) {
  if (answer.status !== status)
    throw new Error(`expected ${status}, was answered ${answer.status} ${answer.text.slice(0, 200)}`);
}

export const DOOR_CHECKS = [
  {
    finding: "D1",
    name: "a foreign Origin on the vendor's route",
    run: async ({ url }) => {
      const headers = { "content-type": "text/plain", origin: "http://evil.example" };
      expectCode(
        await send(`${url}/verify_carlicense/query`, { headers, body: "key=a&file=AAAA" }),
        '"error_code":10002',
      );
    },
  },
  {
    finding: "D1",
    name: "a foreign Host on the vendor's route",
    run: async ({ url }) => {
      const answer = await send(`${url}/verify_carlicense/query`, {
        headers: { ...FORM, host: "evil.example" },
        body: "key=a&file=AAAA",
      });
      expectCode(answer, '"error_code":10002');
    },
  },
  {
    finding: "D1",
    name: "a foreign Host at /graphql",
    run: async ({ url }) => {
      const answer = await send(`${url}/graphql`, {
        headers: { "content-type": "application/json", host: "evil.example" },
        body: QUERY,
      });
      expectStatus(answer, 403);
      expectCode(answer, "FORBIDDEN");
    },
  },
  {
    finding: "D1",
    name: "a foreign Origin at /graphql",
    run: async ({ url }) => {
      const answer = await send(`${url}/graphql`, {
        headers: { "content-type": "application/json", origin: "http://evil.example" },
        body: QUERY,
      });
      expectStatus(answer, 403);
    },
  },
  {
    finding: "D4",
    name: "malformed JSON in the media type asked for",
    run: async ({ url }) => {
      const headers = { "content-type": "application/json", accept: "application/graphql-response+json" };
      const answer = await send(`${url}/graphql`, { headers, body: "{" });
      if (!answer.headers["content-type"]?.startsWith("application/graphql-response+json"))
        throw new Error(`came as ${answer.headers["content-type"]}`);
    },
  },
  {
    finding: "E9",
    name: "PUT /graphql",
    run: async ({ url }) => {
      const answer = await send(`${url}/graphql`, {
        method: "PUT",
        headers: { "content-type": "application/json" },
        body: QUERY,
      });
      expectStatus(answer, 405);
      if (answer.headers.allow !== "GET, POST") throw new Error(`Allow is ${answer.headers.allow}`);
    },
  },
  {
    finding: "D",
    name: "an ordinary query is served",
    run: async ({ url }) => expectStatus(await json(`${url}/graphql`, QUERY), 200),
  },
];

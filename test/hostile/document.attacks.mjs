/** Hostile GraphQL documents, each sent twice: parts B1 to B5, B9 and B11 of the audit. `npm run hostile` compiles the list that the tests use. */
import { expectCode, json, tally } from "./hostile.client.mjs";

const { HOSTILE } = await import("../../dist/test/support/hostile-documents.js");

export const DOCUMENT_ATTACKS = HOSTILE.map(([name, request, code]) => {
  const [finding] = /^[BC]\d+/.exec(name) ?? ["B"];
  return {
    finding,
    name: name.replace(/^[BC]\d+ /, ""),
    run: async ({ url }) => {
      const body = JSON.stringify(request);
      const answers = [await json(`${url}/graphql`, body), await json(`${url}/graphql`, body)];
      for (const answer of answers) expectCode(answer, code);
      return tally(answers);
    },
  };
});

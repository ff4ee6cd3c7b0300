/** Searches for similar plates, as many as one operation may hold, in a store where thousands of plates are like the one that is searched for. */
import { json, tally } from "./hostile.client.mjs";

/** At once; half of them in the smaller form. */
const OPERATIONS = 16;

/** Each of them shares a search key with it: only characters that look alike differ, and the last. A store of five million readings has 4,200 such plates. */
const SEARCHED = "黑A08520";
const LIKE = [..."晋鲁黑冀京"].flatMap((province) =>
  ["0ODQ", "8B", "5S", "2Z", "ABCDEFGHJKLMNPQRSTUVWXYZ0123456789"].reduce(
    (numbers, characters) => numbers.flatMap((number) => [...characters].map((character) => number + character)),
    [`${province}A`],
  ),
);

/** Gives readings of the store these numbers, as many as there are. @param query runs one statement on its database */
export async function storeLikePlates(query) {
  await query(
    `WITH numbers AS (SELECT number, row_number() OVER (ORDER BY md5(number)) AS place FROM unnest($1::text[]) AS number),
      readings AS (SELECT partner_id, id, row_number() OVER (ORDER BY id) AS place FROM plate_recognitions)
    UPDATE plate_recognitions p SET plate_number = n.number FROM readings r JOIN numbers n USING (place)
    WHERE p.partner_id = r.partner_id AND p.id = r.id`,
    [LIKE],
  );
}

export const SIMILARITY_ATTACKS = [
  {
    finding: "B4",
    name: "operations of as many searches for similar plates as fit, at once",
    run: async ({ url }, scale) => {
      const ask = (count) =>
        json(
          `${url}/graphql`,
          JSON.stringify({
            query: `{ ${Array.from({ length: count }, (_, i) => `a${i}: similarPlates(number: "${SEARCHED}") { distance }`).join(" ")} }`,
            extensions: { cost: true },
          }),
        );
      const one = JSON.parse((await ask(1)).text);
      const { requested, limit } = one.extensions.cost;
      if (one.data.a0.length !== 10)
        throw new Error(`the store has ${one.data.a0.length} of 10 plates like ${SEARCHED}`);
      const count = Math.floor(limit / requested);
      const started = performance.now();
      const answers = await Promise.all(Array.from({ length: OPERATIONS * Math.max(scale, 0.5) }, () => ask(count)));
      const refused = answers.find(({ status, text }) => status !== 200 || text.includes('"errors"'));
      if (refused) throw new Error(`${refused.status} ${refused.text.slice(0, 200)}`);
      return `${count} searches each, ${Math.round(performance.now() - started)} ms, ${tally(answers)}`;
    },
  },
];

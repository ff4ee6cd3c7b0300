/** Searches that take turns: how many at a time, in which order, and what happens to those whose caller has left. */
import { describe, expect, test } from "@jest/globals";
import type { GraphQLContext } from "../../src/graphql/context.js";
import { SearchTurns } from "../../src/graphql/search.turns.js";

function operation(partnerId: string, signal = new AbortController().signal): GraphQLContext {
  return { principal: { partnerId }, exchange: { signal } } as unknown as GraphQLContext;
}

/** Searches that end after a turn of the event loop, in the order in which they began, and how many ran at a time. */
class Searches {
  readonly began: string[] = [];
  mostAtATime = 0;
  private running = 0;

  search(name: string): () => Promise<string> {
    return async () => {
      this.began.push(name);
      this.running += 1;
      this.mostAtATime = Math.max(this.mostAtATime, this.running);
      await new Promise((resolve) => setImmediate(resolve));
      this.running -= 1;
      return name;
    };
  }
}

describe("turns", () => {
  test("of one operation one after the other, in its order; a failure is no one else's", async () => {
    const [turns, searches, one] = [new SearchTurns(), new Searches(), operation("a")];
    const names = ["1", "2", "3", "4"];
    const results = names.map((name) =>
      turns.run(one, name === "2" ? () => Promise.reject(new Error("failed")) : searches.search(name)),
    );
    expect(await Promise.allSettled(results)).toMatchObject([
      { value: "1" },
      { reason: { message: "failed" } },
      { value: "3" },
      { value: "4" },
    ]);
    expect(searches.began).toEqual(["1", "3", "4"]);
    expect(searches.mostAtATime).toBe(1);
  });

  test("two at a time; an operation of one search comes before the second searches of 20 others", async () => {
    const [turns, searches] = [new SearchTurns(), new Searches()];
    const many = Array.from({ length: 20 }, (_, i) => operation(`p${i % 3}`)).flatMap((each, i) =>
      Array.from({ length: 5 }, (_, n) => turns.run(each, searches.search(`${i}:${n}`))),
    );
    const single = turns.run(operation("another"), searches.search("single"));
    await Promise.all([...many, single]);
    expect(searches.mostAtATime).toBe(2);
    expect(searches.began).toHaveLength(101);
    expect(searches.began.indexOf("single")).toBeLessThan(20);
  });

  test("more than 100 waiting are refused as SERVER_BUSY, but of a partner who has few waiting", async () => {
    const [turns, searches] = [new SearchTurns(), new Searches()];
    const many = Array.from({ length: 150 }, (_, i) => turns.run(operation("a"), searches.search(String(i))));
    const other = turns.run(operation("b"), searches.search("b"));
    const outcomes = await Promise.allSettled(many);
    const refused = outcomes.filter((outcome) => outcome.status === "rejected");
    expect(refused).toHaveLength(150 - 102);
    expect(refused[0]?.reason).toMatchObject({ code: "SERVER_BUSY", retryable: true });
    expect(await other).toBe("b");
  });

  test("what is refused gives way: the event loop turns between the searches of an operation", async () => {
    const [turns, searches, leaving] = [new SearchTurns(), new Searches(), new AbortController()];
    leaving.abort();
    const left = operation("a", leaving.signal);
    let rounds = 0;
    let done = false;
    const count = (): void => {
      rounds += 1;
      if (!done) setImmediate(count);
    };
    setImmediate(count);
    await Promise.allSettled(Array.from({ length: 30 }, (_, i) => turns.run(left, searches.search(String(i)))));
    done = true;
    expect(searches.began).toEqual([]);
    expect(rounds).toBeGreaterThanOrEqual(29);
  });

  test("what waits for a caller who leaves never runs, and that is no fault of the server's", async () => {
    const [turns, searches, leaving] = [new SearchTurns(), new Searches(), new AbortController()];
    const left = operation("a", leaving.signal);
    const first = turns.run(left, () => {
      leaving.abort();
      return searches.search("1")();
    });
    const rest = ["2", "3"].map((name) => turns.run(left, searches.search(name)));
    expect(await first).toBe("1");
    const gone = { status: "rejected", reason: { code: "BAD_USER_INPUT" } };
    expect(await Promise.allSettled(rest)).toMatchObject([gone, gone]);
    expect(searches.began).toEqual(["1"]);
  });
});

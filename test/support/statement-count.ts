/** How many statements the server sends to PostgreSQL for a request. */
const ATTEMPTS = 5;

/**
 * What `work` answers, and the statements it took: the least of five counts. The counter is the whole server's, so a key that is looked up
 * anew (every 5 s) or an audit entry of an earlier test may be counted with a request.
 */
export async function counted<Answer>(
  url: string,
  work: () => Promise<Answer>,
): Promise<{ answer: Answer; statements: number }> {
  const counts: number[] = [];
  for (;;) {
    const before = await statements(url);
    const answer = await work();
    counts.push((await statements(url)) - before);
    if (counts.length === ATTEMPTS) return { answer, statements: Math.min(...counts) };
  }
}

async function statements(url: string): Promise<number> {
  const text = await (await fetch(`${url}/metrics`)).text();
  return Number(/^plategraph_database_statements_total (\d+)$/m.exec(text)?.[1]);
}

/** Rounds in which every server is loaded once: the speed of a shared machine changes within seconds, so only neighbours are compared. */

/**
 * Rounds of a second that are not measured. V8 compiles what is asked for in some 6 s of load on one core, and each connection of PostgreSQL has to touch the
 * pages of its shared memory first: a plate's newest 20 went from 40 to 2,700 a second in 13 s. In turn too: pools close connections that idle for 10 s.
 */
const WARM_UP_ROUNDS = 14;

/**
 * @param load loads the server of this name for so many seconds
 * @returns of each name, what `load` gave in each measured round
 */
export async function inRounds(names, { rounds, seconds }, load) {
  const measured = Object.fromEntries(names.map((name) => [name, []]));
  for (let round = 1 - WARM_UP_ROUNDS; round <= Number(rounds); round += 1) {
    for (const name of inTurn(names, round + WARM_UP_ROUNDS)) {
      if (round <= 0) await load(name, 1);
      else measured[name].push(await load(name, Number(seconds)));
    }
  }
  return measured;
}

/** Each goes first now and then: the first finds the database as something else has left it. */
function inTurn(names, round) {
  const first = round % names.length;
  return [...names.slice(first), ...names.slice(0, first)];
}

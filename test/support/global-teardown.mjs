/** Stops the PostgreSQL that the tests ran on. */
export default async function tearDown() {
  await globalThis.stopTestDatabase();
}

/** What `pg` offers to those who write statements of their own, and its types leave out. */
declare module "pg/lib/utils.js" {
  const utils: {
    /** A value as the protocol takes it. */
    prepareValue(value: unknown): string | Buffer | null;
  };
  export default utils;
}

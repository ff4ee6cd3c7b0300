/** Every migration in the order in which it runs. */
import { FirstStore1763870400000 } from "./1763870400000-first-store.js";

export const MIGRATIONS = [FirstStore1763870400000] as const;

/** The row of a plate and the columns that it is read from. */
import { utc, type Selection } from "../database/selection.js";
import { number, text, timestamp, type Timestamp } from "../database/statement.js";

export interface PlateRow {
  number: string;
  firstSeenAt: Timestamp;
  lastSeenAt: Timestamp;
  sightings: number;
}

/** Of `plates AS q`. */
export const PLATE: Selection<PlateRow> = {
  columns: ["q.number", utc("q.first_seen_at"), utc("q.last_seen_at"), "q.sightings"],
  join: "",
  read: (columns, at = 0) => ({
    number: text(columns[at]),
    firstSeenAt: timestamp(columns[at + 1]),
    lastSeenAt: timestamp(columns[at + 2]),
    sightings: number(columns[at + 3]),
  }),
};

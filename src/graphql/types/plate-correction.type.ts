/** The contract of one correction of a reading. */
import { Field, ObjectType } from "type-graphql";
import type { Timestamp } from "../../database/statement.js";
import type { CorrectionRow } from "../../recognitions/store/recognition.rows.js";
import { DateTimeScalar } from "../date-time.scalar.js";

@ObjectType("PlateCorrection", { simpleResolvers: true, description: "One correction of a reading's number." })
export class PlateCorrectionType implements Omit<CorrectionRow, "recognitionKey"> {
  @Field(() => DateTimeScalar, { description: "When the number was corrected." })
  correctedAt!: Timestamp;

  @Field(() => String, {
    nullable: true,
    description: "The key of the caller who corrected it, by its first 12 characters; null for callers without a key.",
  })
  actorKey!: string | null;

  @Field(() => String, { description: "The number before; empty where it was erased." })
  from!: string;

  @Field(() => String, { description: "The number after; empty where it was erased." })
  to!: string;
}

/** The contract of a plate: everything seen of one number. */
import { Field, ID, Int, ObjectType } from "type-graphql";
import type { Timestamp } from "../../database/statement.js";
import type { PlateRow } from "../../plate-records/plate.table.js";
import { DateTimeScalar } from "../date-time.scalar.js";
import { NodeType } from "./node.type.js";

@ObjectType("Plate", {
  simpleResolvers: true,
  implements: NodeType,
  description: "A plate number and what was seen of it.",
})
export class PlateType implements PlateRow {
  @Field(() => ID, { description: "Opaque Relay id." })
  id!: string;

  @Field(() => String, { description: "车牌号: upper case, no separators." })
  number!: string;

  @Field(() => DateTimeScalar, { description: "`capturedAt` of its earliest photo." })
  firstSeenAt!: Timestamp;

  @Field(() => DateTimeScalar, { description: "`capturedAt` of its latest photo." })
  lastSeenAt!: Timestamp;

  @Field(() => Int, { description: "How many readings there are." })
  sightings!: number;
}

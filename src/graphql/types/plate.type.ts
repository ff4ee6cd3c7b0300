/** The contract of a plate: one number and its readings. */
import { Field, ID, Int, ObjectType } from "type-graphql";
import type { Timestamp } from "../../database/statement.js";
import type { PlateRow } from "../../plate-records/plate.table.js";
import { DateTimeScalar } from "../date-time.scalar.js";
import { NodeType } from "./node.type.js";

@ObjectType("Plate", {
  simpleResolvers: true,
  implements: NodeType,
  description: "A plate number and its readings.",
})
export class PlateType implements PlateRow {
  @Field(() => ID, { description: "Opaque Relay id." })
  id!: string;

  @Field(() => String, { description: "车牌号: upper case, no separators." })
  number!: string;

  @Field(() => DateTimeScalar, { description: "`capturedAt` of its earliest reading." })
  firstSeenAt!: Timestamp;

  @Field(() => DateTimeScalar, { description: "`capturedAt` of its latest reading." })
  lastSeenAt!: Timestamp;

  @Field(() => Int, { description: "The number of its readings." })
  sightings!: number;
}

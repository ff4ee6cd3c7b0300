/** The cameras that callers named. */
import { Ctx, Field, Int, ObjectType, Query, Resolver } from "type-graphql";
import type { Timestamp } from "../../database/statement.js";
import { MAX_CAMERAS, type CameraRow } from "../../recognitions/store/camera.repository.js";
import type { GraphQLContext } from "../context.js";
import { DateTimeScalar } from "../date-time.scalar.js";

@ObjectType("Camera", { simpleResolvers: true, description: "A camera and a summary of its readings." })
export class CameraType implements CameraRow {
  @Field(() => String, { description: "The name that callers gave in `cameraId`." })
  id!: string;

  @Field(() => DateTimeScalar, { description: "`capturedAt` of its earliest reading." })
  firstSeenAt!: Timestamp;

  @Field(() => DateTimeScalar, { description: "`capturedAt` of its latest reading." })
  lastSeenAt!: Timestamp;

  @Field(() => Int, { description: "The number of its readings." })
  recognitionCount!: number;
}

@Resolver()
export class CameraResolver {
  @Query(() => [CameraType], {
    description: `The cameras that have readings, by name in byte order; at most ${MAX_CAMERAS}.`,
  })
  async cameras(@Ctx() { principal, reads: { cameras } }: GraphQLContext): Promise<CameraRow[]> {
    return cameras.findAll(principal);
  }
}

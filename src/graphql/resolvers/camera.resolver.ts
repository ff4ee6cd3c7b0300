/** Cameras: one entry for each that callers named. */
import { Ctx, Field, Int, ObjectType, Query, Resolver } from "type-graphql";
import type { Timestamp } from "../../database/statement.js";
import { MAX_CAMERAS, type CameraRow } from "../../recognitions/store/camera.repository.js";
import type { GraphQLContext } from "../context.js";
import { DateTimeScalar } from "../date-time.scalar.js";

@ObjectType("Camera", { simpleResolvers: true, description: "A camera and what was read from its photos." })
export class CameraType implements CameraRow {
  @Field(() => String, { description: "As the caller named it in `cameraId`." })
  id!: string;

  @Field(() => DateTimeScalar, { description: "`capturedAt` of its earliest reading." })
  firstSeenAt!: Timestamp;

  @Field(() => DateTimeScalar, { description: "`capturedAt` of its latest reading." })
  lastSeenAt!: Timestamp;

  @Field(() => Int, { description: "How many readings there are." })
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

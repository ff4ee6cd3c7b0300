/** Builds the executable schema from the resolvers that the composition root made. */
import "reflect-metadata";
import type { GraphQLSchema } from "graphql";
import { buildSchema, type NonEmptyArray } from "type-graphql";
import { computeFields } from "./computed.fields.js";
import { guardMutations } from "./mutation.fields.js";
import { AuditResolver } from "./resolvers/audit.resolver.js";
import { CameraResolver } from "./resolvers/camera.resolver.js";
import { CorrectionResolver } from "./resolvers/correction.resolver.js";
import { ErasureResolver } from "./resolvers/erasure.resolver.js";
import { NodeResolver } from "./resolvers/node.resolver.js";
import { PlateRecognitionResolver } from "./resolvers/plate-recognition.resolver.js";
import { PlateResolver } from "./resolvers/plate.resolver.js";
import { RecognitionRequestResolver } from "./resolvers/recognition-request.resolver.js";
import { RecognizeResolver } from "./resolvers/recognize.resolver.js";
import { StatsResolver } from "./resolvers/stats.resolver.js";
import { UsageResolver } from "./resolvers/usage.resolver.js";

// eslint-disable-next-line @typescript-eslint/no-unsafe-function-type -- TypeGraphQL names resolver classes by this type
const RESOLVERS: NonEmptyArray<Function> = [
  AuditResolver,
  CameraResolver,
  CorrectionResolver,
  ErasureResolver,
  NodeResolver,
  PlateRecognitionResolver,
  PlateResolver,
  RecognitionRequestResolver,
  RecognizeResolver,
  StatsResolver,
  UsageResolver,
];

/** `instances` are the resolvers that need collaborators; printing the schema alone needs none. */
export async function createSchema(instances: readonly object[]): Promise<GraphQLSchema> {
  const byClass = new Map<unknown, object>(instances.map((instance) => [instance.constructor, instance]));
  const schema = await buildSchema({
    resolvers: RESOLVERS,
    container: { get: (resolver: new () => object) => byClass.get(resolver) ?? new resolver() },
    // Arguments are checked where their meaning is known; class-validator would only look at their shape a second time.
    validate: false,
  });
  return guardMutations(computeFields(schema));
}

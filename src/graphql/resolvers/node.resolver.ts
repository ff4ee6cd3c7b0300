/** Relay's `node` and `nodes`. */
import { Arg, Ctx, ID, Query, Resolver } from "type-graphql";
import { AppError } from "../../errors.js";
import type { PlateRecognitionRow, RecognitionRequestRow } from "../../recognitions/store/recognition.rows.js";
import type { PlateRow } from "../../plate-records/plate.table.js";
import { MAX_NODES } from "../paging.js";
import type { GraphQLContext } from "../context.js";
import { parsePublicId, type NodeKey } from "../../recognitions/public-id.js";
import { NodeType } from "../types/node.type.js";

type NodeRow = PlateRecognitionRow | RecognitionRequestRow | PlateRow;

/** Columns that are read with a reading; others are read when they are selected. */
const NODE_PARTS = { boxes: true, requests: false, images: false };

@Resolver()
export class NodeResolver {
  @Query(() => NodeType, { nullable: true, description: "An object by its id; null when it does not exist." })
  async node(
    @Arg("id", () => ID, { description: "An opaque id." }) id: string,
    @Ctx() context: GraphQLContext,
  ): Promise<NodeRow | null> {
    return load("node", parsePublicId(id), context);
  }

  @Query(() => [NodeType], {
    nullable: "items",
    description: "Objects by their ids, at most 100, in the order of the ids; null for an id without an object.",
  })
  async nodes(
    @Arg("ids", () => [ID], { description: "Opaque ids." }) ids: string[],
    @Ctx() context: GraphQLContext,
  ): Promise<Promise<NodeRow | null>[]> {
    if (ids.length > MAX_NODES) throw new AppError("BAD_USER_INPUT", `\`ids\` takes at most ${MAX_NODES} ids.`);
    // One promise per id: an invalid id gives an error at its own index of the list.
    return ids.map(async (id) => load("nodes", parsePublicId(id), context));
  }
}

function load(
  field: "node" | "nodes",
  { type, key }: NodeKey,
  { principal, loaders, searches }: GraphQLContext,
): Promise<NodeRow | null> {
  switch (type) {
    case "PlateRecognition":
      return loaders.recognitionWith(NODE_PARTS).load(key);
    case "RecognitionRequest":
      return loaders.request.load(key);
    case "Plate":
      // The id of a plate can be made from its number.
      searches.record(principal, field, key);
      return loaders.plate.load(key);
  }
}

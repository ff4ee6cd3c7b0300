/** Relay's two ways to fetch anything by id. */
import { Arg, Ctx, ID, Query, Resolver } from "type-graphql";
import { AppError } from "../../errors.js";
import type { PlateRecognitionRow, RecognitionRequestRow } from "../../recognitions/store/recognition.rows.js";
import type { PlateRow } from "../../plate-records/plate.table.js";
import { MAX_NODES } from "../paging.js";
import type { GraphQLContext } from "../context.js";
import { parsePublicId, type NodeKey } from "../../recognitions/public-id.js";
import { NodeType } from "../types/node.type.js";

type NodeRow = PlateRecognitionRow | RecognitionRequestRow | PlateRow;

/** Fetched with every reading; anything else is fetched when it is selected. */
const NODE_PARTS = { boxes: true, requests: false, images: false };

@Resolver()
export class NodeResolver {
  @Query(() => NodeType, { nullable: true, description: "Any object by its id; null when there is none." })
  async node(
    @Arg("id", () => ID, { description: "An opaque id." }) id: string,
    @Ctx() context: GraphQLContext,
  ): Promise<NodeRow | null> {
    return load(parsePublicId(id), context);
  }

  @Query(() => [NodeType], {
    nullable: "items",
    description:
      "Many objects by their ids, at most 100, in their order; null in the place of each that there is none of.",
  })
  async nodes(
    @Arg("ids", () => [ID], { description: "Opaque ids." }) ids: string[],
    @Ctx() context: GraphQLContext,
  ): Promise<Promise<NodeRow | null>[]> {
    if (ids.length > MAX_NODES) throw new AppError("BAD_USER_INPUT", `\`ids\` takes at most ${MAX_NODES} ids.`);
    // One promise an id: a faulty id is an error at its own place in the list.
    return ids.map(async (id) => load(parsePublicId(id), context));
  }
}

function load({ type, key }: NodeKey, { loaders }: GraphQLContext): Promise<NodeRow | null> {
  switch (type) {
    case "PlateRecognition":
      return loaders.recognitionWith(NODE_PARTS).load(key);
    case "RecognitionRequest":
      return loaders.request.load(key);
    case "Plate":
      return loaders.plate.load(key);
  }
}

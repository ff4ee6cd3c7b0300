/** A Relay connection over readings; what is costly (the total) is fetched only when selected. */
import { Field, Int, ObjectType } from "type-graphql";
import type { RecognitionOrder } from "../../recognitions/store/recognition.order.js";
import type { RecognitionPage } from "../../recognitions/store/recognition.page.js";
import type { PlateRecognitionRow } from "../../recognitions/store/recognition.rows.js";
import { PlateRecognitionType } from "./plate-recognition.type.js";

/** What the resolvers of a connection work from: the page, its order, and how to count the whole list. */
export interface RecognitionConnection extends RecognitionPage {
  order: RecognitionOrder;
  count(): Promise<number>;
}

@ObjectType("PageInfo", {
  simpleResolvers: true,
  description: "Where a page stands in its list (Relay cursor connections).",
})
export class PageInfoType {
  @Field(() => Boolean, { description: "Whether more comes after this page." })
  hasNextPage!: boolean;

  @Field(() => Boolean, { description: "Whether more comes before this page." })
  hasPreviousPage!: boolean;

  @Field(() => String, { nullable: true, description: "The cursor of the first entry; null on an empty page." })
  startCursor!: string | null;

  @Field(() => String, { nullable: true, description: "The cursor of the last entry; null on an empty page." })
  endCursor!: string | null;
}

@ObjectType("PlateRecognitionEdge", { simpleResolvers: true, description: "A reading and its place in the list." })
export class PlateRecognitionEdgeType {
  @Field(() => String, { description: "For `after` or `before` of the next call." })
  cursor!: string;

  @Field(() => PlateRecognitionType, { description: "The reading." })
  node!: PlateRecognitionRow;
}

@ObjectType("PlateRecognitionConnection", {
  simpleResolvers: true,
  description: "A page of readings (Relay cursor connections).",
})
export class PlateRecognitionConnectionType {
  @Field(() => [PlateRecognitionEdgeType], { description: "The readings of this page with their cursors." })
  edges!: PlateRecognitionEdgeType[];

  @Field(() => [PlateRecognitionType], { description: "The readings of this page." })
  nodes!: PlateRecognitionType[];

  @Field(() => PageInfoType, { description: "Where this page stands in the list." })
  pageInfo!: PageInfoType;

  @Field(() => Int, { description: "How many readings the whole list has; counted only when asked for." })
  totalCount!: number;
}

/** Relay connections. The total is counted only when it is selected. */
import { Field, Int, ObjectType, type ClassType } from "type-graphql";
import type { Page } from "../../database/keyset.js";
import type { RecognitionRequestRow, PlateRecognitionRow } from "../../recognitions/store/recognition.rows.js";
import type { PlateRow } from "../../plate-records/plate.table.js";
import { encodeCursor, type CursorList } from "../paging.js";
import { AuditEntryType } from "./audit-entry.type.js";
import { PlateRecognitionType } from "./plate-recognition.type.js";
import { PlateType } from "./plate.type.js";
import { RecognitionRequestType } from "./recognition-request.type.js";

/** A page with what its fields are resolved from: the rows, their cursors, and a function that counts the whole list. */
export interface Connection<Row> extends Page<Row> {
  readonly cursorOf: (row: Row) => string;
  readonly count: () => Promise<number>;
}

export type RecognitionConnection = Connection<PlateRecognitionRow>;
export type PlateConnection = Connection<PlateRow>;
export type RequestConnection = Connection<RecognitionRequestRow>;

export function connectionOf<Row, Order extends string>(
  { rows, hasNextPage, hasPreviousPage }: Page<Row>,
  list: CursorList<Row, Order>,
  order: Order,
  count: () => Promise<number>,
): Connection<Row> {
  return { rows, hasNextPage, hasPreviousPage, cursorOf: (row) => encodeCursor(list, order, row), count };
}

@ObjectType("PageInfo", {
  simpleResolvers: true,
  description: "The position of a page in its list (Relay cursor connections).",
})
export class PageInfoType {
  @Field(() => Boolean, { description: "Whether there are entries after this page." })
  hasNextPage!: boolean;

  @Field(() => Boolean, { description: "Whether there are entries before this page." })
  hasPreviousPage!: boolean;

  @Field(() => String, { nullable: true, description: "The cursor of the first entry; null on an empty page." })
  startCursor!: string | null;

  @Field(() => String, { nullable: true, description: "The cursor of the last entry; null on an empty page." })
  endCursor!: string | null;
}

/** An entry of a page, as the resolvers return it. */
export interface Edge<Row> {
  cursor: string;
  node: Row;
}

interface ConnectionShape {
  edges: Edge<object>[];
  nodes: object[];
  pageInfo: PageInfoType;
  totalCount: number;
}

function article(noun: string): string {
  return /^[aeiou]/.test(noun) ? "An" : "A";
}

/**
 * The types `NameConnection` and `NameEdge` over nodes of the type `node`.
 * @param one what an entry is, such as `reading`
 */
function connectionType(name: string, node: ClassType, one: string): ClassType<ConnectionShape> {
  @ObjectType(`${name}Edge`, { simpleResolvers: true, description: `${article(one)} ${one} and its cursor.` })
  class EdgeType implements Edge<object> {
    @Field(() => String, { description: "The value for `after` or `before` of the next call." })
    cursor!: string;

    @Field(() => node, { description: `The ${one}.` })
    node!: object;
  }

  @ObjectType(`${name}Connection`, {
    simpleResolvers: true,
    description: `A page of ${one}s (Relay cursor connections).`,
  })
  class ConnectionType implements ConnectionShape {
    @Field(() => [EdgeType], { description: `The ${one}s of this page with their cursors.` })
    edges!: EdgeType[];

    @Field(() => [node], { description: `The ${one}s of this page.` })
    nodes!: object[];

    @Field(() => PageInfoType, { description: "The position of this page in the list." })
    pageInfo!: PageInfoType;

    @Field(() => Int, { description: `The number of ${one}s in the whole list; counted only when selected.` })
    totalCount!: number;
  }
  return ConnectionType;
}

export const PlateRecognitionConnectionType = connectionType("PlateRecognition", PlateRecognitionType, "reading");
export const AuditEntryConnectionType = connectionType("AuditEntry", AuditEntryType, "audit record");
export const RecognitionRequestConnectionType = connectionType(
  "RecognitionRequest",
  RecognitionRequestType,
  "recognition request",
);
export const PlateConnectionType = connectionType("Plate", PlateType, "plate");

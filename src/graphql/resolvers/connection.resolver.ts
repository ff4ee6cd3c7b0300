/** The fields of a connection, made from its page when they are selected. */
import { FieldResolver, Int, Resolver, Root } from "type-graphql";
import type { PlateRecognitionRow } from "../../recognitions/recognition.rows.js";
import { encodeCursor } from "../paging.js";
import {
  PageInfoType,
  PlateRecognitionConnectionType,
  PlateRecognitionEdgeType,
  type RecognitionConnection,
} from "../types/connection.type.js";
import { PlateRecognitionType } from "../types/plate-recognition.type.js";

@Resolver(() => PlateRecognitionConnectionType)
export class ConnectionResolver {
  @FieldResolver(() => [PlateRecognitionEdgeType], { description: "The readings of this page with their cursors." })
  edges(@Root() { rows, order }: RecognitionConnection): PlateRecognitionEdgeType[] {
    return rows.map((row) => ({ cursor: encodeCursor(order, row), node: row }));
  }

  @FieldResolver(() => [PlateRecognitionType], { description: "The readings of this page." })
  nodes(@Root() { rows }: RecognitionConnection): PlateRecognitionRow[] {
    return rows;
  }

  @FieldResolver(() => PageInfoType, { description: "Where this page stands in the list." })
  pageInfo(@Root() { rows, order, hasNextPage, hasPreviousPage }: RecognitionConnection): PageInfoType {
    const cursorOf = (row: PlateRecognitionRow | undefined): string | null => (row ? encodeCursor(order, row) : null);
    return { hasNextPage, hasPreviousPage, startCursor: cursorOf(rows[0]), endCursor: cursorOf(rows.at(-1)) };
  }

  @FieldResolver(() => Int, { description: "How many readings the whole list has; counted only when asked for." })
  async totalCount(@Root() connection: RecognitionConnection): Promise<number> {
    return connection.count();
  }
}

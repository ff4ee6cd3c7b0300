/** Relay paging: the four arguments checked and turned into a page request, cursors written and read. */
import { ArgsType, Field, Int } from "type-graphql";
import { MAX_PAGE_SIZE, type PageRequest, type Position } from "../database/keyset.js";
import { AppError, quoted } from "../errors.js";

const DEFAULT_SIZE = 20;
/** Of `nodes(ids:)`. */
export const MAX_NODES = 100;

@ArgsType()
export class PagingArgs {
  @Field(() => Int, {
    nullable: true,
    description: "How many from the start, 0 to 100; 20 when neither `first` nor `last` is given.",
  })
  first?: number | null;

  @Field(() => String, { nullable: true, description: "Only what comes after this cursor." })
  after?: string | null;

  @Field(() => Int, { nullable: true, description: "How many from the end, 0 to 100. Not together with `first`." })
  last?: number | null;

  @Field(() => String, { nullable: true, description: "Only what comes before this cursor." })
  before?: string | null;
}

/** What cursors need to know of a list: where its rows stand in an order. */
export interface CursorList<Row, Order extends string> {
  positionOf(order: Order, row: Row): Position;
  /** Null where the order's columns could not hold it. */
  positionFrom(order: Order, value: unknown, key: unknown): Position | null;
}

/** Checks the arguments against each other and the list and order that the cursors must belong to. */
export function pageRequestOf<Order extends string>(
  { first, after, last, before }: PagingArgs,
  list: CursorList<never, Order>,
  order: Order,
): PageRequest<Order> {
  if (present(first) && present(last)) throw new AppError("BAD_USER_INPUT", "Give `first` or `last`, not both.");
  return {
    order,
    size: checkedSize("last", last) ?? checkedSize("first", first) ?? DEFAULT_SIZE,
    backward: present(last),
    after: present(after) ? decodeCursor(after, list, order) : null,
    before: present(before) ? decodeCursor(before, list, order) : null,
  };
}

export function encodeCursor<Row, Order extends string>(list: CursorList<Row, Order>, order: Order, row: Row): string {
  const { value, key } = list.positionOf(order, row);
  return Buffer.from(JSON.stringify([order, value, key])).toString("base64url");
}

function decodeCursor<Order extends string>(cursor: string, list: CursorList<never, Order>, order: Order): Position {
  const parts = parsed(Buffer.from(cursor, "base64url").toString("utf8"));
  if (Array.isArray(parts) && parts.length === 3) {
    const [madeFor, value, key] = parts as unknown[];
    const position = madeFor === order ? list.positionFrom(order, value, key) : null;
    if (position !== null) return position;
    if (typeof madeFor === "string" && madeFor !== order && /^[A-Z_]{1,40}$/.test(madeFor)) {
      throw new AppError("BAD_USER_INPUT", `The cursor was made for the order ${madeFor}, not for ${order}.`);
    }
  }
  throw new AppError("BAD_USER_INPUT", `${quoted(cursor)} is not a cursor that this server gave out.`);
}

function checkedSize(name: string, size: number | null | undefined): number | null {
  if (!present(size)) return null;
  if (size < 0 || size > MAX_PAGE_SIZE)
    throw new AppError("BAD_USER_INPUT", `\`${name}\` must be from 0 to ${MAX_PAGE_SIZE}, and is ${size}.`);
  return size;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function present<Value>(value: Value | null | undefined): value is Value {
  return value !== null && value !== undefined;
}

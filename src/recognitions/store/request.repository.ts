/** Reads of recognition requests: plain rows of the principal's partner. */
import type { Principal } from "../../accounts/principal.js";
import { limitOf, pageOf, pageRows, type Page, type PageRequest } from "../../database/keyset.js";
import { oneOf, Parameters } from "../../database/parameters.js";
import { number, type Reader } from "../../database/statement.js";
import type { RecognitionRequestRow } from "./recognition.rows.js";
import type { RecognitionTables } from "./recognition.tables.js";
import { lookUpColumns, requestConditions, requestLookUp, type RequestFilter } from "./request.filter.js";
import { REQUEST_LIST, REQUEST_LOOK_UP, type RequestOrder } from "./request.order.js";

export class RequestRepository {
  constructor(
    private readonly database: Reader,
    private readonly tables: RecognitionTables,
  ) {}

  /** The requests among `ids`, in any order. */
  async findByIds(principal: Principal, ids: readonly string[]): Promise<RecognitionRequestRow[]> {
    const { r, fromRequests, requestWithImage } = this.tables;
    const parameters = new Parameters();
    const conditions = [
      `${r.partnerId} = ${parameters.add(principal.partnerId)}`,
      oneOf(r.id, ids, "uuid", parameters),
    ];
    return this.database.rows({
      text: `SELECT ${requestWithImage.columns.join(", ")} FROM ${fromRequests} WHERE ${conditions.join(" AND ")}`,
      values: parameters.values,
      read: requestWithImage.read,
    });
  }

  async findPage(
    principal: Principal,
    filter: RequestFilter,
    page: PageRequest<RequestOrder>,
  ): Promise<Page<RecognitionRequestRow>> {
    const { fromRequests: from, requestWithImage } = this.tables;
    const lookUp = requestLookUp(filter, this.tables.r);
    const [r, list, times] = lookUp
      ? ([lookUpColumns(this.tables.r), REQUEST_LOOK_UP, "timestamp"] as const)
      : ([this.tables.r, REQUEST_LIST, "timestamptz"] as const);
    const { oneByOne, rest } = lookUp ?? { oneByOne: null, rest: filter };
    const parameters = new Parameters();
    const limit = limitOf(page, parameters);
    const conditions = [
      `${r.partnerId} = ${parameters.add(principal.partnerId)}`,
      ...requestConditions(rest, r, parameters, times),
      ...list.bounds(r, page, parameters),
    ];
    const orderBy = list.orderBy(r, page);
    const rows = pageRows({ from, alias: "r", conditions, orderBy, oneByOne, limit }, parameters);
    return pageOf(
      await this.database.rows({
        text: `SELECT ${requestWithImage.columns.join(", ")} FROM (${rows}) r ORDER BY ${orderBy} LIMIT ${limit}`,
        values: parameters.values,
        read: requestWithImage.read,
      }),
      page,
    );
  }

  async count(principal: Principal, filter: RequestFilter): Promise<number> {
    const { r, fromRequests } = this.tables;
    const parameters = new Parameters();
    const conditions = [
      `${r.partnerId} = ${parameters.add(principal.partnerId)}`,
      ...requestConditions(filter, r, parameters),
    ];
    const [count] = await this.database.rows({
      text: `SELECT count(*)::int FROM ${fromRequests} WHERE ${conditions.join(" AND ")}`,
      values: parameters.values,
      read: ([value]) => number(value),
      customPlan: true,
    });
    return count ?? 0;
  }
}

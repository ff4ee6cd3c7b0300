/** Lists of plates by filter and order, a page at a time. */
import type { Principal } from "../accounts/principal.js";
import { limitOf, pageOf, pageRows, type OneByOne, type Page, type PageRequest } from "../database/keyset.js";
import { oneOf, Parameters } from "../database/parameters.js";
import { number, text, type Reader, type Timestamp } from "../database/statement.js";
import {
  numberConditions,
  provinceCondition,
  provincePrefixes,
  successor,
  type Optional,
  type PlateNumberFilter,
} from "./plate-number.filter.js";
import { PLATE_LIST, type PlateOrder, type PlateOrderProperty } from "./plate.order.js";
import type { PlateRepository } from "./plate.repository.js";
import type { PlateRow, PlateTable } from "./plate.table.js";

/** Half-open where it is of times (`lt`), closed where it is of numbers (`lte`). */
interface Range<Value> {
  gte?: Optional<Value>;
  lt?: Optional<Value>;
  lte?: Optional<Value>;
}

/** Every condition given must hold; within a list any value will do, so an empty list matches nothing. */
export interface PlateListFilter {
  number?: Optional<PlateNumberFilter>;
  /** Province abbreviations. */
  province?: Optional<readonly string[]>;
  firstSeenAt?: Optional<Omit<Range<Timestamp>, "lte">>;
  lastSeenAt?: Optional<Omit<Range<Timestamp>, "lte">>;
  sightings?: Optional<Omit<Range<number>, "lt">>;
}

/** At most so many plates are looked up one by one and sorted; of more, the index of the list's order finds a page sooner. */
const MAX_LOOKED_UP = 1000;
const CASTS = { firstSeenAt: "timestamptz", lastSeenAt: "timestamptz", sightings: "int" } as const;
const RANGED = Object.keys(CASTS) as PlateOrderProperty[];

export class PlateList {
  constructor(
    private readonly database: Reader,
    private readonly table: PlateTable,
    private readonly plates: PlateRepository,
  ) {}

  async findPage(
    principal: Principal,
    filter: PlateListFilter,
    page: PageRequest<PlateOrder>,
  ): Promise<Page<PlateRow>> {
    const { q, from, selection } = this.table;
    const numbers = await this.fewNumbers(principal, filter, page.order);
    const parameters = new Parameters();
    const limit = limitOf(page, parameters);
    const orderBy = PLATE_LIST.orderBy(q, page);
    const byProvince =
      numbers === null && page.order.startsWith("NUMBER") ? provinceByProvince(filter, q.number) : null;
    const rest = byProvince === null ? filter : { ...filter, province: null };
    const conditions = [
      ...this.conditions(principal, rest, parameters),
      ...(numbers === null ? [] : [oneOf(q.number, numbers, "text", parameters)]),
      ...PLATE_LIST.bounds(q, page, parameters),
    ];
    const rows = pageRows({ from, alias: "q", conditions, orderBy, oneByOne: byProvince, limit }, parameters);
    return pageOf(
      await this.database.rows({
        text: `SELECT ${selection.columns.join(", ")} FROM (${rows}) q ORDER BY ${orderBy} LIMIT ${limit}`,
        values: parameters.values,
        read: selection.read,
      }),
      page,
    );
  }

  async count(principal: Principal, filter: PlateListFilter): Promise<number> {
    const parameters = new Parameters();
    const conditions = this.conditions(principal, filter, parameters);
    const [count] = await this.database.rows({
      text: `SELECT count(*)::int FROM ${this.table.from} WHERE ${conditions.join(" AND ")}`,
      values: parameters.values,
      read: ([value]) => number(value),
      customPlan: true,
    });
    return count ?? 0;
  }

  private conditions(principal: Principal, filter: PlateListFilter, parameters: Parameters): string[] {
    const { q } = this.table;
    return [
      `${q.partnerId} = ${parameters.add(principal.partnerId)}`,
      ...numberConditions(filter.number ?? {}, q.number, parameters),
      ...(filter.province ? [provinceCondition(q.number, filter.province, parameters)] : []),
      ...RANGED.flatMap((property) => this.range(filter, property, parameters)),
    ];
  }

  private range(filter: PlateListFilter, property: PlateOrderProperty, parameters: Parameters): string[] {
    const range: Range<string | number> = filter[property] ?? {};
    const bounds = [
      [">=", range.gte],
      ["<", range.lt],
      ["<=", range.lte],
    ] as const;
    return bounds.flatMap(([operator, value]) =>
      value == null ? [] : [`${this.table.q[property]} ${operator} ${parameters.add(value)}::${CASTS[property]}`],
    );
  }

  /**
   * The numbers of all plates that meet one of the conditions, where they are few; null where every condition fits many plates, or the index of the
   * order serves the only one.
   */
  private async fewNumbers(principal: Principal, filter: PlateListFilter, order: PlateOrder): Promise<string[] | null> {
    const { number: plateNumber, province } = filter;
    if (plateNumber?.eq != null) return null;
    const most = MAX_LOOKED_UP + 1;
    const lookUps = [
      ...(Object.values(plateNumber ?? {}).some((condition) => condition != null)
        ? [() => this.plates.findNumbers(principal, { plateNumber: plateNumber ?? null }, most)]
        : []),
      ...(province ? [() => this.numbersOfProvinces(principal, filter, most)] : []),
      ...RANGED.filter((property) => !PLATE_LIST.begins(order, property)).flatMap((property) =>
        this.range(filter, property, new Parameters()).length > 0
          ? [() => this.numbersInRange(principal, filter, property, most)]
          : [],
      ),
    ];
    for (const lookUp of lookUps) {
      const numbers = await lookUp();
      if (numbers.length <= MAX_LOOKED_UP) return numbers;
    }
    return null;
  }

  private async numbersOfProvinces(principal: Principal, filter: PlateListFilter, most: number): Promise<string[]> {
    const { q, from } = this.table;
    const parameters = new Parameters();
    const conditions = [`${q.partnerId} = ${parameters.add(principal.partnerId)}`];
    const oneByOne = provinceByProvince(filter, q.number);
    const limit = String(most);
    const rows = pageRows({ from, alias: "q", conditions, orderBy: q.number, oneByOne, limit, most }, parameters);
    return this.numbers(`SELECT ${q.number} FROM (${rows}) q LIMIT ${most}`, parameters);
  }

  /** In the order of the property, so that its index is what finds them. */
  private async numbersInRange(
    principal: Principal,
    filter: PlateListFilter,
    property: PlateOrderProperty,
    most: number,
  ): Promise<string[]> {
    const { q, from } = this.table;
    const parameters = new Parameters();
    const conditions = [
      `${q.partnerId} = ${parameters.add(principal.partnerId)}`,
      ...this.range(filter, property, parameters),
    ];
    const where = conditions.join(" AND ");
    return this.numbers(
      `SELECT ${q.number} FROM ${from} WHERE ${where} ORDER BY ${q[property]}, ${q.number} LIMIT ${most}`,
      parameters,
    );
  }

  private numbers(statement: string, { values }: Parameters): Promise<string[]> {
    return this.database.rows({ text: statement, values, read: ([value]) => text(value) });
  }
}

/** Each province's plates are a range of numbers, or two. */
function provinceByProvince({ province }: PlateListFilter, column: string): OneByOne | null {
  if (!province) return null;
  const prefixes = provincePrefixes(province);
  return {
    lists: [prefixes, prefixes.map((prefix) => successor(prefix) ?? "")],
    conditions: ([low, high]) => [`${column} >= ${low}`, `${column} < ${high}`],
  };
}

/** Lists of plates by filter and order, a page at a time. */
import type { Principal } from "../accounts/principal.js";
import { limitOf, pageOf, pageRows, type OneByOne, type Page, type PageRequest } from "../database/keyset.js";
import { oneOf, Parameters } from "../database/parameters.js";
import { number, text, type Reader, type Timestamp } from "../database/statement.js";
import {
  holdsNumberCondition,
  numberConditions,
  provinceCondition,
  provincePrefixes,
  successor,
  type Optional,
  type PlateNumberFilter,
} from "./plate-number.filter.js";
import { PLATE_LIST, type PlateOrder, type PlateOrderProperty } from "./plate.order.js";
import { readAsConditions, type CorrectedReadingsLookUp, type ReadAs } from "./corrected.readings.js";
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

/** The plates that meet the conditions on the number: by the number that they have, null where they are many, and by what was read alone. */
interface NamedPlates {
  own: string[] | null;
  readAs: ReadAs;
}

export class PlateList {
  constructor(
    private readonly database: Reader,
    private readonly table: PlateTable,
    private readonly plates: PlateRepository,
    private readonly corrected: CorrectedReadingsLookUp,
    private readonly maxLookedUp = MAX_LOOKED_UP,
  ) {}

  async findPage(
    principal: Principal,
    filter: PlateListFilter,
    page: PageRequest<PlateOrder>,
  ): Promise<Page<PlateRow>> {
    const { q, from, selection } = this.table;
    const named = await this.namedPlates(principal, filter, page.order);
    const few = wholeOf(named) ?? (await this.fewNumbers(principal, filter, page.order));
    const parameters = new Parameters();
    const limit = limitOf(page, parameters);
    const orderBy = PLATE_LIST.orderBy(q, page);
    const oneByOne = few === null && page.order.startsWith("NUMBER") ? provinceByProvince(filter, q.number) : null;
    const everywhere = [
      `${q.partnerId} = ${parameters.add(principal.partnerId)}`,
      ...this.otherConditions(oneByOne === null ? filter : { ...filter, province: null }, parameters),
      ...(few === null ? [] : [oneOf(q.number, few, "text", parameters)]),
      ...PLATE_LIST.bounds(q, page, parameters),
    ];
    const rows = this.alternatives(filter, named, few, parameters).map((conditions) =>
      pageRows({ from, alias: "q", conditions: [...everywhere, ...conditions], orderBy, oneByOne, limit }, parameters),
    );
    return pageOf(
      await this.database.rows({
        text: `SELECT ${selection.columns.join(", ")} FROM (${together(rows)}) q ORDER BY ${orderBy} LIMIT ${limit}`,
        values: parameters.values,
        read: selection.read,
      }),
      page,
    );
  }

  async count(principal: Principal, filter: PlateListFilter): Promise<number> {
    const { q, from } = this.table;
    const parameters = new Parameters();
    const everywhere = [
      `${q.partnerId} = ${parameters.add(principal.partnerId)}`,
      ...this.otherConditions(filter, parameters),
    ];
    const counts = this.alternatives(filter, NAMED_BY_MANY, null, parameters).map(
      (conditions) => `(SELECT count(*) FROM ${from} WHERE ${[...everywhere, ...conditions].join(" AND ")})`,
    );
    const [count] = await this.database.rows({
      text: `SELECT (${counts.join(" + ")})::int`,
      values: parameters.values,
      read: ([value]) => number(value),
      customPlan: true,
    });
    return count ?? 0;
  }

  /** For each way to meet the conditions on the number, what a plate must meet; it meets one of them at most. */
  private alternatives(
    { number: plateNumber }: PlateListFilter,
    named: NamedPlates | null,
    few: readonly string[] | null,
    parameters: Parameters,
  ): string[][] {
    // The few plates are those that meet the conditions.
    if (!holdsNumberCondition(plateNumber) || (few !== null && wholeOf(named) !== null)) return [[]];
    const { q } = this.table;
    const { from, columns: p } = this.corrected.readings;
    const { own, readAs } = named ?? NAMED_BY_MANY;
    const ownConditions = numberConditions(plateNumber, q.number, parameters);
    const ownPlates = own === null ? ownConditions : [oneOf(q.number, own, "text", parameters)];
    if (readAs.length === 0) return [ownPlates];
    const readAsPlates =
      typeof readAs === "string"
        ? `EXISTS (SELECT FROM ${from} WHERE ${[
            `${p.partnerId} = ${q.partnerId}`,
            `${p.plateNumber} = ${q.number}`,
            ...readAsConditions(plateNumber, p.readPlateNumber, parameters),
          ].join(" AND ")})`
        : oneOf(q.number, readAs, "text", parameters);
    if (readAs === "unknown") return [[`((${ownPlates.join(" AND ")}) OR ${readAsPlates})`]];
    return [ownPlates, [`NOT (${ownConditions.join(" AND ")})`, readAsPlates]];
  }

  private async namedPlates(
    principal: Principal,
    { number: plateNumber }: PlateListFilter,
    order: PlateOrder,
  ): Promise<NamedPlates | null> {
    if (!holdsNumberCondition(plateNumber)) return null;
    const [numbers, readAs] = await Promise.all([
      this.plates.findNumbers(principal, { plateNumber }, this.maxLookedUp + 1),
      this.corrected.find(principal, plateNumber, "plateNumber"),
    ]);
    const own = numbers.length > this.maxLookedUp ? null : numbers;
    // Going through a list in its order finds a page soon where many plates meet the conditions, spread over the list.
    const spread = own === null && !order.startsWith("NUMBER");
    if (readAs !== "unknown" || spread) return { own, readAs };
    return { own, readAs: await this.corrected.findAll(principal, plateNumber, "plateNumber") };
  }

  /** Every condition but those on the number. */
  private otherConditions(filter: PlateListFilter, parameters: Parameters): string[] {
    return [
      ...(filter.province ? [provinceCondition(this.table.q.number, filter.province, parameters)] : []),
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
   * The numbers of all plates that meet one of the conditions besides those on the number, where they are few; null where every condition fits many
   * plates, or the index of the order serves the only one.
   */
  private async fewNumbers(principal: Principal, filter: PlateListFilter, order: PlateOrder): Promise<string[] | null> {
    const most = this.maxLookedUp + 1;
    const lookUps = [
      ...(filter.province ? [() => this.numbersOfProvinces(principal, filter, most)] : []),
      ...RANGED.filter((property) => !PLATE_LIST.begins(order, property)).flatMap((property) =>
        this.range(filter, property, new Parameters()).length > 0
          ? [() => this.numbersInRange(principal, filter, property, most)]
          : [],
      ),
    ];
    for (const lookUp of lookUps) {
      const numbers = await lookUp();
      if (numbers.length <= this.maxLookedUp) return numbers;
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

const NAMED_BY_MANY: NamedPlates = { own: null, readAs: "many" };

/** All plates that meet the conditions on the number; null where they are many. */
function wholeOf(named: NamedPlates | null): string[] | null {
  return named?.own && typeof named.readAs !== "string" ? [...named.own, ...named.readAs] : null;
}

function together(selects: readonly string[]): string {
  const [first = ""] = selects;
  return selects.length === 1 ? first : selects.map((rows) => `SELECT q.* FROM (${rows}) q`).join(" UNION ALL ");
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

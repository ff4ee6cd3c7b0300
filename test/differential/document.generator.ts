/** Random operations over a schema: fragments, merged selections, aliases, directives, variables right and wrong, several operations. */
import {
  getNamedType,
  getNullableType,
  isAbstractType,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isLeafType,
  isListType,
  isNonNullType,
  isObjectType,
  type GraphQLArgument,
  type GraphQLField,
  type GraphQLInputType,
  type GraphQLNamedType,
  type GraphQLSchema,
} from "graphql";
import { Random } from "./random.js";

export interface GeneratedOperation {
  query: string;
  variables: Record<string, unknown>;
  operationName?: string;
}

/** Values for an argument or input field, by its name and, where that is not enough, `Type.field.argument`. */
export type ValuePool = Readonly<Record<string, readonly unknown[]>>;

const MAX_DEPTH = 6;
/** Mutations that write nothing with the values that they are given here; the others would change the rows that both sides read. */
const SAFE_MUTATIONS = new Set([
  "recognizeBase64",
  "correctPlateRecognition",
  "deletePlateRecognitions",
  "deleteRecognitionRequests",
]);
/** Not compared: what a partner used, and its audit log, do not come from the rows. */
const LEFT_OUT = new Set(["Query.usage", "Query.auditLog"]);

interface Fragment {
  name: string;
  type: string;
  text: string;
  /** What it uses, directly or through other fragments. */
  uses: Uses;
}

class Uses {
  readonly variables = new Set<string>();
  readonly fragments = new Set<string>();

  add(other: Uses): void {
    for (const name of other.variables) this.variables.add(name);
    for (const name of other.fragments) this.fragments.add(name);
  }
}

interface Variable {
  declaration: string;
  /** Absent when it is undefined. */
  value: unknown;
}

export function generateOperation(schema: GraphQLSchema, pool: ValuePool, seed: number): GeneratedOperation {
  return new Generator(schema, pool, new Random(seed)).operation();
}

class Generator {
  private readonly fragments: Fragment[] = [];
  private readonly variables = new Map<string, Variable>();
  /** Selections are shared among all sets of a type, so that fragments merge with what stands beside them. */
  private readonly written = new Map<string, string[]>();
  private fields = 0;

  constructor(
    private readonly schema: GraphQLSchema,
    private readonly pool: ValuePool,
    private readonly random: Random,
  ) {}

  operation(): GeneratedOperation {
    const { random } = this;
    const names = random.chance(0.15) ? ["A", "B"] : [random.chance(0.5) ? "A" : ""];
    const uses = new Uses();
    const operations = names.map((name) => this.definition(name, uses));
    const spread = this.fragments.filter(({ name }) => uses.fragments.has(name) || random.chance(0.005));
    const variables: Record<string, unknown> = {};
    for (const [name, { value }] of this.variables) if (value !== undefined) variables[name] = value;
    const operationName = random.chance(0.02)
      ? "Nobody"
      : names.length > 1 && random.chance(0.95)
        ? random.pick(names)
        : null;
    return {
      query: [...operations, ...spread.map(({ text }) => text)].join("\n"),
      variables,
      ...(operationName !== null && { operationName }),
    };
  }

  private definition(name: string, all: Uses): string {
    const { random } = this;
    const kind = random.chance(0.02) ? "mutation" : "query";
    const type = kind === "query" ? this.schema.getQueryType() : this.schema.getMutationType();
    if (!type) throw new Error(`The schema has no ${kind}.`);
    const uses = new Uses();
    const selections = this.selectionSet(type, 0, uses);
    all.add(uses);
    const declared = [...uses.variables].filter(() => !random.chance(0.003));
    const declarations = declared.map((each) => this.variables.get(each)?.declaration ?? "").join(", ");
    if (kind === "query" && name === "" && declarations === "" && random.chance(0.5)) return selections;
    return `${kind} ${name}${declarations === "" ? "" : `(${declarations})`} ${selections}`;
  }

  private selectionSet(type: GraphQLNamedType, depth: number, uses: Uses): string {
    const count = 1 + this.random.below(depth < 2 ? 4 : 3);
    const selections = Array.from({ length: count }, () => this.selection(type, depth, uses));
    return `{ ${selections.join(" ")} }`;
  }

  private selection(type: GraphQLNamedType, depth: number, uses: Uses): string {
    const { random } = this;
    const choice = random.next();
    if (choice < 0.08 || depth > MAX_DEPTH) return this.plainField(type, uses);
    if (choice < 0.2) {
      const on = this.conditionOf(type);
      const condition = on === type && random.chance(0.4) ? "" : `on ${on.name} `;
      return `... ${condition}${this.directives(uses)}${this.selectionSet(on, depth + 1, uses)}`;
    }
    if (choice < 0.38) return this.spread(type, depth, uses);
    // The same selection again, with what it selects merged or repeated.
    const before = this.written.get(type.name) ?? [];
    if (choice < 0.45 && before.length > 0) return random.pick(before).replace("@@", this.directives(uses));
    return this.field(type, depth, uses);
  }

  /** The type itself, or for an interface one of its objects, or for an object an interface of it. */
  private conditionOf(type: GraphQLNamedType): GraphQLNamedType {
    if (isAbstractType(type)) return this.random.pick([type, ...this.schema.getPossibleTypes(type)]);
    if (isObjectType(type) && type.getInterfaces().length > 0 && this.random.chance(0.3)) {
      return this.random.pick(type.getInterfaces());
    }
    return type;
  }

  private spread(type: GraphQLNamedType, depth: number, uses: Uses): string {
    const on = this.conditionOf(type);
    const known = this.fragments.filter((each) => each.type === on.name);
    const fragment = known.length > 0 && this.random.chance(0.6) ? this.random.pick(known) : this.fragment(on, depth);
    uses.add(fragment.uses);
    uses.fragments.add(fragment.name);
    return `...${fragment.name} ${this.directives(uses)}`;
  }

  private fragment(on: GraphQLNamedType, depth: number): Fragment {
    const uses = new Uses();
    // Registered when it is whole, so that none is a cycle.
    const selections = this.selectionSet(on, depth + 1, uses);
    const name = `F${this.fragments.length}`;
    const fragment = { name, type: on.name, text: `fragment ${name} on ${on.name} ${selections}`, uses };
    this.fragments.push(fragment);
    return fragment;
  }

  private plainField(type: GraphQLNamedType, uses: Uses): string {
    const alias = this.random.chance(0.2) ? "kind: " : "";
    const leaf = this.fieldsOf(type).find(
      (field) => field.args.length === 0 && isLeafType(getNamedType(field.type)) && this.random.chance(0.4),
    );
    if (leaf !== undefined) return `${leaf.name} ${this.directives(uses)}`;
    return `${alias}__typename ${this.directives(uses)}`;
  }

  private field(type: GraphQLNamedType, depth: number, uses: Uses): string {
    const { random } = this;
    const fields = this.fieldsOf(type);
    if (type === this.schema.getQueryType() && random.chance(0.04)) return this.introspection(uses);
    if (fields.length === 0 || this.fields > 120) return this.plainField(type, uses);
    const field = random.pick(fields);
    this.fields += 1;
    const own = new Uses();
    const args = this.args(`${type.name}.${field.name}`, field.args, own);
    // One key, one meaning: the key names the arguments, so that selections merge; a few do not, and conflict.
    const key =
      args === "" ? (random.chance(0.15) ? `${field.name}_` : "") : random.chance(0.01) ? "x" : keyOf(field.name, args);
    const named = getNamedType(field.type);
    const head = `${key === "" || key === field.name ? "" : `${key}: `}${field.name}${args === "" ? "" : `(${args})`}`;
    const below = isLeafType(named) ? "" : ` ${this.selectionSet(named, depth + 1, own)}`;
    if (own.variables.size === 0 && own.fragments.size === 0) {
      this.written.set(type.name, [...(this.written.get(type.name) ?? []), `${head} @@${below}`]);
    }
    uses.add(own);
    return `${head} ${this.directives(uses)}${below}`;
  }

  private fieldsOf(type: GraphQLNamedType): GraphQLField<unknown, unknown>[] {
    if (!isObjectType(type) && !isInterfaceType(type)) return [];
    return Object.values(type.getFields()).filter(
      ({ name }) =>
        !LEFT_OUT.has(`${type.name}.${name}`) && (type !== this.schema.getMutationType() || SAFE_MUTATIONS.has(name)),
    );
  }

  private introspection(uses: Uses): string {
    return this.random.pick([
      `__schema ${this.directives(uses)}{ queryType { name } directives { name locations } }`,
      `__type(name: "Plate") ${this.directives(uses)}{ name kind fields { name type { kind ofType { name } } } }`,
      `colors: __type(name: "PlateColor") { enumValues { name description } }`,
      `nothing: __type(name: "Nothing") { name }`,
    ]);
  }

  private directives(uses: Uses): string {
    const { random } = this;
    if (!random.chance(0.12)) return "";
    const name = random.pick(["skip", "include"]);
    const condition = random.chance(0.5) ? random.pick(["true", "false"]) : this.condition(uses);
    const second = random.chance(0.1) ? `@include(if: true) ` : "";
    return `@${name}(if: ${condition}) ${second && name === "skip" ? second : ""}`;
  }

  private condition(uses: Uses): string {
    const { random } = this;
    const name = `b${random.below(4)}`;
    if (!this.variables.has(name)) {
      const nullable = random.chance(0.3);
      this.variables.set(name, {
        declaration: nullable ? `$${name}: Boolean = ${random.pick(["true", "false"])}` : `$${name}: Boolean!`,
        value: nullable
          ? random.pick([undefined, undefined, true, false, null])
          : random.pick([...Array.from({ length: 60 }, (_, i) => i % 2 === 0), "yes", undefined, null]),
      });
    }
    uses.variables.add(name);
    return `$${name}`;
  }

  private args(place: string, args: readonly GraphQLArgument[], uses: Uses): string {
    return args
      .filter((arg) => isNonNullType(arg.type) || this.random.chance(0.3))
      .filter(() => !this.random.chance(0.003))
      .map((arg) => `${arg.name}: ${this.argument(place, arg, uses)}`)
      .join(", ");
  }

  private argument(place: string, { name, type }: GraphQLArgument, uses: Uses): string {
    const { random } = this;
    const value = this.value(type, `${place}.${name}`, name);
    if (!random.chance(0.3)) return literal(value, getNullableType(type));
    const variable = `v${this.variables.size}`;
    // A variable with a default may stand in a non-null place, and be null there.
    const asNullable = isNonNullType(type) && random.chance(0.1);
    const nullable = getNullableType(type);
    const text = asNullable ? `${String(nullable)} = ${literal(value, nullable)}` : String(type);
    const withDefault = !isNonNullType(type) && random.chance(0.3) ? ` = ${literal(value, nullable)}` : "";
    const odd = random.chance(0.03)
      ? random.pick([undefined, null, 7.5, "zzz", { a: 1 }, [1], 2 ** 40, true])
      : undefined;
    const given = odd !== undefined || random.chance(0.03) ? odd : this.value(type, `${place}.${name}`, name);
    this.variables.set(variable, { declaration: `$${variable}: ${text}${withDefault}`, value: given });
    uses.variables.add(variable);
    return `$${variable}`;
  }

  /** As JSON has it. */
  private value(type: GraphQLInputType, place: string, name: string): unknown {
    const { random } = this;
    if (!isNonNullType(type) && random.chance(0.06)) return null;
    const nullable = getNullableType(type);
    const pooled = this.pool[place] ?? this.pool[name];
    if (isListType(nullable)) {
      if (random.chance(0.1)) return this.value(nullable.ofType, place, name);
      return Array.from({ length: random.below(4) }, () => this.value(nullable.ofType, place, name));
    }
    if (pooled !== undefined) return random.pick(pooled);
    if (isEnumType(nullable)) return random.chance(0.01) ? "NONE" : random.pick(nullable.getValues()).name;
    if (isInputObjectType(nullable)) {
      const fields = Object.values(nullable.getFields()).filter((field) => {
        const known = [`${nullable.name}.${field.name}`, field.name].some((each) => this.pool[each] !== undefined);
        return (known || isInputObjectType(getNamedType(field.type))) && random.chance(0.4);
      });
      return Object.fromEntries(
        fields.map((each) => [each.name, this.value(each.type, `${nullable.name}.${each.name}`, each.name)]),
      );
    }
    throw new Error(`There are no values for ${place}.`);
  }
}

function keyOf(name: string, args: string): string {
  let hash = 7;
  for (const character of args) hash = (Math.imul(hash, 31) + (character.codePointAt(0) ?? 0)) >>> 0;
  return `${name}_${hash.toString(36)}`;
}

/** GraphQL's notation of a JSON value. */
function literal(value: unknown, type: GraphQLInputType): string {
  const nullable = getNullableType(type);
  if (value === null) return "null";
  if (Array.isArray(value)) {
    const item = isListType(nullable) ? nullable.ofType : nullable;
    return `[${value.map((each) => literal(each, item)).join(", ")}]`;
  }
  if (isListType(nullable)) return literal(value, nullable.ofType);
  if (isEnumType(nullable) && typeof value === "string") return value;
  if (isInputObjectType(nullable) && typeof value === "object") {
    const entries = Object.entries(value).map(([name, each]) => {
      const field = nullable.getFields()[name];
      return `${name}: ${field ? literal(each, field.type) : "1"}`;
    });
    return `{ ${entries.join(", ")} }`;
  }
  return JSON.stringify(value);
}

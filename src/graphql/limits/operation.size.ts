/** Counts what an operation asks for, by its document and variables, without expanding its fragments and without running it. */
import {
  getNamedType,
  isAbstractType,
  isListType,
  isNonNullType,
  isObjectType,
  Kind,
  SchemaMetaFieldDef,
  TypeMetaFieldDef,
  TypeNameMetaFieldDef,
  valueFromASTUntyped,
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLField,
  type GraphQLNamedType,
  type GraphQLSchema,
  type OperationDefinitionNode,
  type SelectionSetNode,
} from "graphql";
import {
  LIST_SIZES,
  RECOGNITION_FIELDS,
  STATEMENT_COSTS,
  TOTAL_COST,
  TOTAL_COSTS,
  type RawArguments,
} from "./field.costs.js";
import { introspectionListSizes } from "./introspection.sizes.js";

export interface OperationSize {
  depth: number;
  aliases: number;
  directives: number;
  fields: number;
  recognitions: number;
  cost: number;
}

/** Sums of doubling fragments exceed any number; past this they are only "too many". */
const MOST = 1e15;

/** So many characters of an alias cost as much as a field: the aliases in an answer are at most 1.6 MB then. */
const ALIAS_CHARACTERS = 16;

/** Of a selection set: the cost apart from lists of the enclosing connection, and the cost for each entry of its page. */
interface SelectionSize extends OperationSize {
  costPerEntry: number;
  /** `totalCount` is counted apart: its cost depends on the connection's field. */
  totals: number;
}

const NOTHING: SelectionSize = {
  depth: 0,
  aliases: 0,
  directives: 0,
  fields: 0,
  recognitions: 0,
  cost: 0,
  costPerEntry: 0,
  totals: 0,
};

/** Counts for one schema; documents need not be valid. */
export class OperationSizer {
  /** Sizes that depend on no variable, for as long as the document is kept. */
  private readonly constant = new WeakMap<OperationDefinitionNode, OperationSize>();
  private readonly listSizes: Readonly<Record<string, (args: RawArguments) => number>>;

  constructor(private readonly schema: GraphQLSchema) {
    this.listSizes = { ...LIST_SIZES, ...introspectionListSizes(schema) };
  }

  sizeOf(
    document: DocumentNode,
    operation: OperationDefinitionNode,
    variables: Readonly<Record<string, unknown>>,
  ): OperationSize {
    const known = this.constant.get(operation);
    if (known !== undefined) return known;
    const count = new OperationCount(this.schema, this.listSizes, document, operation, variables);
    const size = count.operation();
    if (!count.readsVariables) this.constant.set(operation, size);
    return size;
  }
}

class OperationCount {
  readsVariables = false;
  private readonly fragments = new Map<string, FragmentDefinitionNode>();
  /** Each fragment is counted once; null while it is being counted, so that a cycle ends. */
  private readonly counted = new Map<string, SelectionSize | null>();
  private readonly variables: Record<string, unknown>;

  constructor(
    private readonly schema: GraphQLSchema,
    private readonly listSizes: Readonly<Record<string, (args: RawArguments) => number>>,
    document: DocumentNode,
    private readonly definition: OperationDefinitionNode,
    variables: Readonly<Record<string, unknown>>,
  ) {
    for (const each of document.definitions) {
      if (each.kind === Kind.FRAGMENT_DEFINITION) this.fragments.set(each.name.value, each);
    }
    this.variables = { ...variables };
    for (const { variable, defaultValue } of definition.variableDefinitions ?? []) {
      const name = variable.name.value;
      if (defaultValue && this.variables[name] === undefined) this.variables[name] = valueFromASTUntyped(defaultValue);
    }
  }

  operation(): OperationSize {
    const root = this.schema.getRootType(this.definition.operation) ?? undefined;
    const size = this.selection(this.definition.selectionSet, root);
    return {
      depth: size.depth,
      aliases: size.aliases,
      directives: atMost(size.directives + (this.definition.directives?.length ?? 0)),
      fields: size.fields,
      recognitions: size.recognitions,
      // Averages of lists are fractions.
      cost: Math.ceil(size.cost),
    };
  }

  private selection(set: SelectionSetNode, parent: GraphQLNamedType | undefined): SelectionSize {
    let sum = NOTHING;
    for (const selection of set.selections) {
      const directives = selection.directives?.length ?? 0;
      let size: SelectionSize;
      if (selection.kind === Kind.FIELD) size = this.field(selection, parent);
      else if (selection.kind === Kind.FRAGMENT_SPREAD) size = this.fragment(selection.name.value);
      else {
        const condition = selection.typeCondition;
        size = this.selection(selection.selectionSet, condition ? this.schema.getType(condition.name.value) : parent);
      }
      sum = added(sum, size, directives);
    }
    return sum;
  }

  private fragment(name: string): SelectionSize {
    const known = this.counted.get(name);
    if (known !== undefined) return known ?? NOTHING;
    const fragment = this.fragments.get(name);
    if (fragment === undefined) return NOTHING;
    this.counted.set(name, null);
    const size = this.selection(fragment.selectionSet, this.schema.getType(fragment.typeCondition.name.value));
    this.counted.set(name, size);
    return size;
  }

  private field(node: FieldNode, parent: GraphQLNamedType | undefined): SelectionSize {
    const name = node.name.value;
    const key = `${parent?.name ?? ""}.${name}`;
    const definition = fieldOf(this.schema, parent, name);
    const below = node.selectionSet
      ? this.selection(node.selectionSet, definition && getNamedType(definition.type))
      : NOTHING;
    const [sizeOf, statement] = [this.listSizes[key], STATEMENT_COSTS[key] ?? 0];
    const args = this.argumentsOf(node, definition);
    const entries = sizeOf?.(args) ?? 1;
    const isPage = definition !== undefined && givesPage(definition);
    // A page multiplies what is below its `nodes` and `edges` alone; any other list all of what is below it.
    const cost = isPage
      ? below.cost + entries * below.costPerEntry + below.totals * totalCost(key)
      : entries * (below.cost + below.totals * totalCost(key) + below.costPerEntry);
    const isTotal = key.endsWith("Connection.totalCount");
    const isEntry = parent?.name.endsWith("Connection") === true && definition !== undefined && givesList(definition);
    const own = 1 + keyCost(node) + (typeof statement === "number" ? statement : statement(args));
    return {
      depth: below.depth + 1,
      aliases: below.aliases + (node.alias ? 1 : 0),
      directives: below.directives,
      fields: atMost(below.fields + 1),
      recognitions: below.recognitions + (RECOGNITION_FIELDS.has(key) ? 1 : 0),
      cost: isEntry ? own : atMost(own + cost),
      costPerEntry: isEntry ? atMost(1 + cost) : 0,
      totals: isTotal ? 1 : 0,
    };
  }

  private argumentsOf(node: FieldNode, definition: GraphQLField<unknown, unknown> | undefined): RawArguments {
    return (name) => {
      const value = node.arguments?.find((argument) => argument.name.value === name)?.value;
      // Only an argument that is asked for makes the size depend on a variable: a page's size does not depend on its filter.
      if (value !== undefined && value.kind !== Kind.INT && value.kind !== Kind.ENUM) this.readsVariables = true;
      const given = value && valueFromASTUntyped(value, this.variables);
      // A variable that is absent leaves the default in place.
      return given !== undefined ? given : definition?.args.find((argument) => argument.name === name)?.defaultValue;
    };
  }
}

/** A long alias is repeated in the answer for each entry of a list. */
function keyCost({ alias }: FieldNode): number {
  return Math.floor((alias?.value.length ?? 0) / ALIAS_CHARACTERS);
}

function totalCost(connectionField: string): number {
  return TOTAL_COSTS[connectionField] ?? TOTAL_COST;
}

function fieldOf(
  schema: GraphQLSchema,
  parent: GraphQLNamedType | undefined,
  name: string,
): GraphQLField<unknown, unknown> | undefined {
  if (name === TypeNameMetaFieldDef.name) return TypeNameMetaFieldDef;
  if (parent === schema.getQueryType()) {
    if (name === SchemaMetaFieldDef.name) return SchemaMetaFieldDef;
    if (name === TypeMetaFieldDef.name) return TypeMetaFieldDef;
  }
  if (isObjectType(parent) || (isAbstractType(parent) && "getFields" in parent)) return parent.getFields()[name];
  return undefined;
}

function givesPage({ type }: GraphQLField<unknown, unknown>): boolean {
  return getNamedType(type).name.endsWith("Connection");
}

function givesList({ type }: GraphQLField<unknown, unknown>): boolean {
  return isListType(isNonNullType(type) ? type.ofType : type);
}

function added(sum: SelectionSize, size: SelectionSize, directives: number): SelectionSize {
  return {
    depth: Math.max(sum.depth, size.depth),
    aliases: atMost(sum.aliases + size.aliases),
    directives: atMost(sum.directives + size.directives + directives),
    fields: atMost(sum.fields + size.fields),
    recognitions: atMost(sum.recognitions + size.recognitions),
    cost: atMost(sum.cost + size.cost),
    costPerEntry: atMost(sum.costPerEntry + size.costPerEntry),
    totals: atMost(sum.totals + size.totals),
  };
}

function atMost(count: number): number {
  return Math.min(count, MOST);
}

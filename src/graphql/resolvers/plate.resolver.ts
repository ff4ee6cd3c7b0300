/** Plates by number and by filter, similar plates, and a plate's readings. */
import type { GraphQLResolveInfo } from "graphql";
import {
  Arg,
  Args,
  Ctx,
  Field,
  FieldResolver,
  Float,
  Info,
  Int,
  ObjectType,
  Query,
  Resolver,
  Root,
} from "type-graphql";
import { AppError } from "../../errors.js";
import { MAX_PLATE_DISTANCE } from "../../plates/plate.distance.js";
import { normalizePlateNumber } from "../../plates/plate-number.js";
import type { PlateMatch } from "../../plate-records/plate.repository.js";
import type { PlateRow } from "../../plate-records/plate.table.js";
import { PLATE_LIST, type PlateOrder } from "../../plate-records/plate.order.js";
import { RECOGNITION_LIST } from "../../recognitions/store/recognition.order.js";
import type { GraphQLContext } from "../context.js";
import { PlateOrderEnum } from "../enums.js";
import { checkedText } from "../checked.text.js";
import { checkedPlateFilter, PlateFilterInput } from "../inputs.js";
import { pageRequestOf, PagingArgs } from "../paging.js";
import type { SearchTurns } from "../search.turns.js";
import { IN_CONNECTION, partsOf } from "../selection.js";
import {
  connectionOf,
  PlateConnectionType,
  PlateRecognitionConnectionType,
  type PlateConnection,
  type RecognitionConnection,
} from "../types/connection.type.js";
import { PlateType } from "../types/plate.type.js";

const MAX_MATCHES = 100;

@ObjectType("PlateMatch", { simpleResolvers: true, description: "A plate whose number is similar to the given one." })
export class PlateMatchType {
  @Field(() => PlateType, { description: "The plate." })
  plate!: PlateRow;

  @Field(() => Float, {
    description:
      "Distance between the numbers: 1 for each replaced, missing or added character, 0.5 for one replaced by a character that looks like it.",
  })
  distance!: number;
}

@Resolver(() => PlateType)
export class PlateResolver {
  constructor(private readonly turns: SearchTurns) {}

  @Query(() => PlateType, {
    nullable: true,
    description:
      "A plate by its number; null when no reading has it. Where all readings of the number were corrected: the plate of the latest correction.",
  })
  async plate(
    @Arg("number", () => String, { description: "车牌号; case, spaces and separator dots don't count." })
    number: string,
    @Ctx() { loaders, principal, searches }: GraphQLContext,
  ): Promise<PlateRow | null> {
    const wanted = plateNumberOf(number);
    searches.record(principal, "plate", wanted);
    return (await loaders.plate.load(wanted)) ?? loaders.plateReadAs.load(wanted);
  }

  @Query(() => PlateConnectionType, {
    description: "Plates by number, province, time and number of readings, in pages.",
  })
  async plates(
    @Arg("filter", () => PlateFilterInput, { nullable: true, description: "Which plates; without it, all of them." })
    filter: PlateFilterInput | null,
    @Arg("orderBy", () => PlateOrderEnum, {
      nullable: true,
      defaultValue: "LAST_SEEN_AT_DESC",
      description: "The order.",
    })
    orderBy: PlateOrder | null,
    @Args(() => PagingArgs) paging: PagingArgs,
    @Ctx() { principal, reads: { plateList }, searches }: GraphQLContext,
  ): Promise<PlateConnection> {
    const checked = checkedPlateFilter(filter);
    if (checked.number) searches.record(principal, "plates", checked.number);
    const page = pageRequestOf(paging, PLATE_LIST, orderBy ?? "LAST_SEEN_AT_DESC");
    const found = await plateList.findPage(principal, checked, page);
    return connectionOf(found, PLATE_LIST, page.order, () => plateList.count(principal, checked));
  }

  @Query(() => [PlateMatchType], {
    description:
      "Plates whose number is similar to this one: smallest distance first, of equal ones those with most readings. The plate itself has distance 0. " +
      "Characters that look alike (0 O D Q, 1 I, 8 B, 5 S, 2 Z, 6 G, and provinces such as 晋 鲁) count half. " +
      "A plate whose number was corrected is also found by the number that the engine read.",
  })
  async similarPlates(
    @Arg("number", () => String, { description: "车牌号; case, spaces and separator dots don't count." })
    number: string,
    @Arg("maxDistance", () => Float, {
      nullable: true,
      defaultValue: MAX_PLATE_DISTANCE,
      description: `The largest distance, 0 to ${MAX_PLATE_DISTANCE}.`,
    })
    maxDistance: number | null,
    @Arg("first", () => Int, {
      nullable: true,
      defaultValue: 10,
      description: `The number of plates, 0 to ${MAX_MATCHES}.`,
    })
    first: number | null,
    @Ctx() context: GraphQLContext,
  ): Promise<PlateMatch[]> {
    const distance = checkedNumber("maxDistance", maxDistance ?? MAX_PLATE_DISTANCE, MAX_PLATE_DISTANCE);
    const limit = checkedNumber("first", first ?? 10, MAX_MATCHES);
    const wanted = plateNumberOf(number);
    const { principal, reads, searches } = context;
    searches.record(principal, "similarPlates", wanted);
    return this.turns.run(context, () => reads.plates.findSimilar(principal, wanted, distance, limit));
  }

  @FieldResolver(() => PlateRecognitionConnectionType, { description: "Readings of this plate, latest photo first." })
  async recognitions(
    @Root() plate: PlateRow,
    @Args(() => PagingArgs) paging: PagingArgs,
    @Ctx() { loaders, principal, reads }: GraphQLContext,
    @Info() info: GraphQLResolveInfo,
  ): Promise<RecognitionConnection> {
    const request = pageRequestOf(paging, RECOGNITION_LIST, "CAPTURED_AT_DESC");
    const page = await loaders.pageOfPlate(plate.number, { ...request, parts: partsOf(info, IN_CONNECTION) });
    const count = (): Promise<number> => reads.recognitions.countOfPlate(principal, plate.number);
    return connectionOf(page, RECOGNITION_LIST, request.order, count);
  }
}

function plateNumberOf(number: string): string {
  return normalizePlateNumber(checkedText("number", number) ?? "");
}

function checkedNumber(name: string, value: number, max: number): number {
  if (value < 0 || value > max)
    throw new AppError("BAD_USER_INPUT", `\`${name}\` must be from 0 to ${max}, and is ${value}.`);
  return value;
}

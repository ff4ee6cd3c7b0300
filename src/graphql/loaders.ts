/** DataLoaders: what hangs off a row is fetched for all rows of a level by one statement. They live for one operation. */
import type { Principal } from "../accounts/principal.js";
import DataLoader from "dataloader";
import type { RecognitionRepository } from "../recognitions/store/recognition.repository.js";
import type { PageRequest, RecognitionPage } from "../recognitions/store/recognition.page.js";
import type { PlateRow } from "../plate-records/plate.table.js";
import type {
  PlateRecognitionRow,
  RecognitionParts,
  RecognitionRequestRow,
} from "../recognitions/store/recognition.rows.js";
import type { PlateRepository } from "../plate-records/plate.repository.js";
import type { StatisticsRepository } from "../statistics/statistics.repository.js";
import type { RequestRepository } from "../recognitions/store/request.repository.js";

export interface Repositories {
  recognitions: RecognitionRepository;
  requests: RequestRepository;
  plates: PlateRepository;
  statistics: StatisticsRepository;
}

/** Each is made when it is first asked for: most operations need none or one. */
export class Loaders {
  private requests?: DataLoader<string, RecognitionRequestRow | null>;
  private requestsRecognitions?: DataLoader<string, PlateRecognitionRow[]>;
  private plates?: DataLoader<string, PlateRow | null>;
  private readonly recognitions = new Map<string, DataLoader<string, PlateRecognitionRow | null>>();
  private readonly pagesOfPlate = new Map<string, DataLoader<string, RecognitionPage>>();

  constructor(
    private readonly principal: Principal,
    private readonly repositories: Repositories,
  ) {}

  get request(): DataLoader<string, RecognitionRequestRow | null> {
    return (this.requests ??= new DataLoader(async (ids) =>
      inOrder(ids, await this.repositories.requests.findByIds(this.principal, ids)),
    ));
  }

  get recognitionsOfRequest(): DataLoader<string, PlateRecognitionRow[]> {
    return (this.requestsRecognitions ??= new DataLoader((ids) =>
      this.repositories.recognitions.findByRequests(this.principal, ids),
    ));
  }

  get plate(): DataLoader<string, PlateRow | null> {
    return (this.plates ??= new DataLoader((numbers) => this.repositories.plates.findPlates(this.principal, numbers)));
  }

  /** Readings by id that bring these parts along. */
  recognitionWith(parts: RecognitionParts): DataLoader<string, PlateRecognitionRow | null> {
    const key = `${parts.boxes} ${parts.requests} ${parts.images}`;
    let loader = this.recognitions.get(key);
    if (loader === undefined) {
      loader = new DataLoader(async (ids) =>
        inOrder(ids, await this.repositories.recognitions.findByIds(this.principal, ids, parts)),
      );
      this.recognitions.set(key, loader);
    }
    return loader;
  }

  /** A page of one plate's history; the same page of other plates in the same operation comes with the same statement. */
  pageOfPlate(plateNumber: string, page: PageRequest): Promise<RecognitionPage> {
    const key = JSON.stringify(page);
    let loader = this.pagesOfPlate.get(key);
    if (loader === undefined) {
      loader = new DataLoader((numbers) =>
        this.repositories.recognitions.findPagePerPlate(this.principal, numbers, page),
      );
      this.pagesOfPlate.set(key, loader);
    }
    return loader.load(plateNumber);
  }
}

function inOrder<Row extends { key: string }>(ids: readonly string[], rows: readonly Row[]): (Row | null)[] {
  const byId = new Map(rows.map((row) => [row.key, row]));
  return ids.map((id) => byId.get(id) ?? null);
}

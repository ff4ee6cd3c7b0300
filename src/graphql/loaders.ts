/** DataLoaders: the objects that rows refer to are fetched for all rows of a level by one statement. They live for one operation. */
import type { AuditRepository } from "../accounts/store/audit.repository.js";
import type { Principal } from "../accounts/principal.js";
import DataLoader from "dataloader";
import type { RecognitionRepository } from "../recognitions/store/recognition.repository.js";
import type { RecognitionPage, RecognitionPageRequest } from "../recognitions/store/recognition.page.js";
import type { PlateRow } from "../plate-records/plate.table.js";
import type {
  CorrectionRow,
  PlateRecognitionRow,
  RecognitionParts,
  RecognitionRequestRow,
} from "../recognitions/store/recognition.rows.js";
import type { PlateList } from "../plate-records/plate.list.js";
import type { CameraRepository } from "../recognitions/store/camera.repository.js";
import type { CorrectionRepository } from "../recognitions/store/correction.repository.js";
import type { PlateRepository } from "../plate-records/plate.repository.js";
import type { UsageRepository } from "../statistics/usage.repository.js";
import type { StatisticsRepository } from "../statistics/statistics.repository.js";
import type { RequestRepository } from "../recognitions/store/request.repository.js";

export interface Repositories {
  recognitions: RecognitionRepository;
  requests: RequestRepository;
  plates: PlateRepository;
  plateList: PlateList;
  cameras: CameraRepository;
  statistics: StatisticsRepository;
  corrections: CorrectionRepository;
  usage: UsageRepository;
  audit: AuditRepository;
}

/** Each loader is made when it is first used: most operations use none or one. */
export class Loaders {
  private requests: DataLoader<string, RecognitionRequestRow | null> | undefined;
  private requestsRecognitions: DataLoader<string, PlateRecognitionRow[]> | undefined;
  private plates: DataLoader<string, PlateRow | null> | undefined;
  private platesReadAs: DataLoader<string, PlateRow | null> | undefined;
  private correctionsOf: DataLoader<string, CorrectionRow[]> | undefined;
  private readonly recognitions = new Map<string, DataLoader<string, PlateRecognitionRow | null>>();
  private readonly pagesOfPlate = new Map<string, DataLoader<string, RecognitionPage>>();

  constructor(
    private readonly principal: Principal,
    private readonly repositories: Repositories,
  ) {}

  /** Drops everything that was read so far: after a write it may be out of date. */
  forget(): void {
    this.requests = undefined;
    this.requestsRecognitions = undefined;
    this.plates = undefined;
    this.platesReadAs = undefined;
    this.correctionsOf = undefined;
    this.recognitions.clear();
    this.pagesOfPlate.clear();
  }

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

  /** The plate that readings of a number were corrected to. */
  get plateReadAs(): DataLoader<string, PlateRow | null> {
    return (this.platesReadAs ??= new DataLoader((numbers) =>
      this.repositories.plates.findPlatesReadAs(this.principal, numbers),
    ));
  }

  /** Of a reading, earliest first. */
  get corrections(): DataLoader<string, CorrectionRow[]> {
    return (this.correctionsOf ??= new DataLoader((ids) =>
      this.repositories.corrections.findByRecognitions(this.principal, ids),
    ));
  }

  /** Readings by id, with these parts. */
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

  /** A page of one plate's history; the same page of all plates of a level is one statement. */
  pageOfPlate(plateNumber: string, page: RecognitionPageRequest): Promise<RecognitionPage> {
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

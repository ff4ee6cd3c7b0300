/** The tables of readings and their requests, and the rows that reads select from them. */
import { columnNames, type ColumnNames, type EntityTable, type TableOf } from "../../database/entity.table.js";
import { columnsOf, extended, type Selection } from "../../database/selection.js";
import { publicId } from "../public-id.js";
import { PlateRecognitionEntity } from "./plate-recognition.entity.js";
import { RecognitionRequestEntity } from "./recognition-request.entity.js";
import type {
  BoxRow,
  ImageRow,
  PlateRecognitionRow,
  RecognitionParts,
  RecognitionRequestRow,
} from "./recognition.rows.js";

export class RecognitionTables {
  readonly recognitions: EntityTable<PlateRecognitionEntity>;
  readonly requests: EntityTable<RecognitionRequestEntity>;
  /** Columns of the readings as statements name them: `p.` */
  readonly p: ColumnNames<PlateRecognitionEntity>;
  /** Columns of the requests: `r.` */
  readonly r: ColumnNames<RecognitionRequestEntity>;
  /** Of the requests, with their images. */
  readonly requestWithImage: Selection<RecognitionRequestRow>;
  /** By which parts a reading brings along. */
  private readonly selections = new Map<string, Selection<PlateRecognitionRow>>();

  constructor(tableOf: TableOf) {
    this.recognitions = tableOf(PlateRecognitionEntity);
    this.requests = tableOf(RecognitionRequestEntity);
    this.p = columnNames(this.recognitions, "p");
    this.r = columnNames(this.requests, "r");
    this.requestWithImage = extended(
      requestSelection(this.requests),
      imageSelection(this.requests),
      (row, image) => (row.image = image),
    );
  }

  /** `FROM` the readings. */
  get fromRecognitions(): string {
    return `${this.recognitions.name} p`;
  }

  get fromRequests(): string {
    return `${this.requests.name} r`;
  }

  /** Of the readings, with the parts asked for. */
  recognitionWith({ boxes, requests, images }: RecognitionParts): Selection<PlateRecognitionRow> {
    const key = `${boxes} ${requests} ${images}`;
    let selection = this.selections.get(key);
    if (selection === undefined) {
      selection = this.selectionOf(boxes, requests, images);
      this.selections.set(key, selection);
    }
    return selection;
  }

  private selectionOf(boxes: boolean, requests: boolean, images: boolean): Selection<PlateRecognitionRow> {
    const reading = recognitionSelection(this.recognitions);
    const withBox = boxes
      ? extended(reading, boxSelection(this.recognitions), (row, box) => (row.boundingBox = box))
      : reading;
    if (!requests) return withBox;
    const { p, r } = this;
    const request = images ? this.requestWithImage : requestSelection(this.requests);
    const join = `JOIN ${this.fromRequests} ON ${r.partnerId} = ${p.partnerId} AND ${r.id} = ${p.requestId}`;
    return extended(withBox, { ...request, join }, (row, part) => (row.request = part));
  }
}

function recognitionSelection(table: EntityTable<PlateRecognitionEntity>): Selection<PlateRecognitionRow> {
  const { list, value } = columnsOf(table, "p", [
    "id",
    "requestId",
    "plateNumber",
    "province",
    "color",
    "type",
    "confidence",
    "brightness",
    "direction",
    "capturedAt",
    "recognizedAt",
    "cameraId",
    "engine",
  ]);
  return {
    columns: list,
    join: "",
    read: (columns, at = 0) => ({
      key: value.id(columns, at),
      id: publicId("PlateRecognition", value.id(columns, at)),
      requestKey: value.requestId(columns, at),
      plateNumber: value.plateNumber(columns, at),
      province: value.province(columns, at),
      color: value.color(columns, at),
      type: value.type(columns, at),
      confidence: value.confidence(columns, at),
      brightness: value.brightness(columns, at),
      direction: value.direction(columns, at),
      capturedAt: value.capturedAt(columns, at),
      recognizedAt: value.recognizedAt(columns, at),
      cameraId: value.cameraId(columns, at),
      engine: value.engine(columns, at),
    }),
  };
}

function boxSelection(table: EntityTable<PlateRecognitionEntity>): Selection<BoxRow | null> {
  const { list, value } = columnsOf(table, "p", ["boxLeft", "boxTop", "boxRight", "boxBottom"]);
  return {
    columns: list,
    join: "",
    read: (columns, at = 0) =>
      boxOf(
        value.boxLeft(columns, at),
        value.boxTop(columns, at),
        value.boxRight(columns, at),
        value.boxBottom(columns, at),
      ),
  };
}

/** The four columns are null together: the table checks it. */
export function boxOf(
  left: number | null,
  top: number | null,
  right: number | null,
  bottom: number | null,
): BoxRow | null {
  return left === null || top === null || right === null || bottom === null ? null : { left, top, right, bottom };
}

function requestSelection(table: EntityTable<RecognitionRequestEntity>): Selection<RecognitionRequestRow> {
  const { list, value } = columnsOf(table, "r", [
    "id",
    "status",
    "engine",
    "source",
    "orderId",
    "juheErrorCode",
    "errorCode",
    "fallbackReason",
    "externalReference",
    "durationMs",
    "createdAt",
    "cameraId",
  ]);
  return {
    columns: list,
    join: "",
    read: (columns, at = 0) => ({
      key: value.id(columns, at),
      id: publicId("RecognitionRequest", value.id(columns, at)),
      status: value.status(columns, at),
      engine: value.engine(columns, at),
      source: value.source(columns, at),
      orderId: value.orderId(columns, at),
      juheErrorCode: value.juheErrorCode(columns, at),
      errorCode: value.errorCode(columns, at),
      fallbackReason: value.fallbackReason(columns, at),
      externalReference: value.externalReference(columns, at),
      durationMs: value.durationMs(columns, at),
      createdAt: value.createdAt(columns, at),
      cameraId: value.cameraId(columns, at),
    }),
  };
}

function imageSelection(table: EntityTable<RecognitionRequestEntity>): Selection<ImageRow> {
  const { list, value } = columnsOf(table, "r", [
    "imageSha256",
    "imageByteSize",
    "imageFormat",
    "imageWidth",
    "imageHeight",
  ]);
  return {
    columns: list,
    join: "",
    read: (columns, at = 0) => ({
      sha256: value.imageSha256(columns, at),
      byteSize: value.imageByteSize(columns, at),
      format: value.imageFormat(columns, at),
      width: value.imageWidth(columns, at),
      height: value.imageHeight(columns, at),
    }),
  };
}

/** Tells whether a recognition request could be stored now: one is inserted and rolled back. */
import { createHash } from "node:crypto";
import { newRecordId } from "../../database/record.id.js";
import { BUILT_IN_PARTNER_ID } from "../../accounts/store/partner.entity.js";
import type { Database } from "../../database/database.js";
import { RecognitionStore, type NewRequest } from "./recognition.store.js";
import type { RecognitionTables } from "./recognition.tables.js";

/** Every probe leaves one dead row of some 200 bytes to the vacuum, so an answer holds for a while. */
const GOOD_FOR_MS = 5_000;
const BAD_FOR_MS = 1_000;

const IMAGE_SHA256 = createHash("sha256").digest();

export class StoreProbe {
  private latest: Promise<void> | null = null;
  private holdsUntil = 0;

  constructor(
    private readonly database: Pick<Database, "rehearse">,
    private readonly tables: RecognitionTables,
  ) {}

  /** @throws DatabaseUnavailableError while nothing can be stored: the database is away, its disk is full, or it only reads */
  check(): Promise<void> {
    if (this.latest === null || Date.now() >= this.holdsUntil) {
      // Until it is answered, all who ask share one probe.
      this.holdsUntil = Infinity;
      this.latest = this.probe();
    }
    return this.latest;
  }

  private async probe(): Promise<void> {
    let holdsFor = BAD_FOR_MS;
    try {
      await this.database.rehearse((transaction) =>
        new RecognitionStore(transaction, this.tables).add(requestOf(new Date()), []),
      );
      holdsFor = GOOD_FOR_MS;
    } finally {
      this.holdsUntil = Date.now() + holdsFor;
    }
  }
}

function requestOf(createdAt: Date): NewRequest {
  return {
    partnerId: BUILT_IN_PARTNER_ID,
    id: newRecordId(),
    status: "NO_PLATE",
    engine: "LOCAL",
    source: "UPLOAD",
    imageSha256: IMAGE_SHA256,
    imageByteSize: 1,
    imageFormat: "PNG",
    imageWidth: 1,
    imageHeight: 1,
    orderId: null,
    juheErrorCode: null,
    errorCode: null,
    fallbackReason: null,
    externalReference: null,
    rawAnswer: null,
    durationMs: 0,
    createdAt,
    cameraId: null,
  };
}

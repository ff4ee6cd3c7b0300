/** Corrects the number of a reading: the reading stays, with what the engine read, and every correction is kept. */
import { requireScope, type Principal } from "../accounts/principal.js";
import { auditEntry, type AuditStore } from "../accounts/store/audit.store.js";
import { DatabaseUnavailableError } from "../database/database.faults.js";
import type { InTransaction } from "../database/database.js";
import { AppError, quoted } from "../errors.js";
import { isPossibleNumber, normalizePlateNumber, provinceOf } from "../plates/plate-number.js";
import { publicId } from "./public-id.js";
import type { CorrectionStore } from "./store/correction.store.js";
import type { PlateRecognitionRow } from "./store/recognition.rows.js";

/** What one transaction of a correction can store. */
export interface CorrectionStores {
  corrections: CorrectionStore;
  audit: AuditStore;
}

/** Transactions that wait for each other's plates: PostgreSQL ends one of them, which is then tried again. */
const TRIES = 3;

export class CorrectionService {
  constructor(private readonly inTransaction: InTransaction<CorrectionStores>) {}

  /**
   * @param key UUID of the reading
   * @param text the number as the caller spells it
   * @throws AppError BAD_USER_INPUT for what is no plate number, NOT_FOUND
   */
  async correct(principal: Principal, key: string, text: string): Promise<PlateRecognitionRow> {
    requireScope(principal, "ADMIN");
    const plateNumber = normalizePlateNumber(text);
    if (!isPossibleNumber(plateNumber)) {
      throw new AppError("BAD_USER_INPUT", `${quoted(text)} is not a plate number.`);
    }
    for (let left = TRIES - 1; ; left -= 1) {
      try {
        return await this.inTransaction(principal.clientId, (stores) => correct(principal, key, plateNumber, stores));
      } catch (error) {
        const passes = error instanceof DatabaseUnavailableError && error.short && !error.mayBeStored;
        if (!passes || left === 0) throw error;
      }
    }
  }
}

async function correct(
  principal: Principal,
  key: string,
  plateNumber: string,
  { corrections, audit }: CorrectionStores,
): Promise<PlateRecognitionRow> {
  const row = await corrections.lock(principal, key);
  if (row === null) throw new AppError("NOT_FOUND", `There is no reading ${publicId("PlateRecognition", key)}.`);
  if (row.plateNumber === plateNumber) return row;
  corrections.correct(principal, row, plateNumber);
  audit.add([auditEntry(principal, "RECOGNITION_CORRECTED", row.id, 1)]);
  return { ...row, plateNumber, province: provinceOf(plateNumber) };
}

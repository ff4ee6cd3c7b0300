/** Writes of attempts and their readings, all of one attempt in one transaction. */
import type { QueryDeepPartialEntity } from "typeorm";
import type { Database } from "../database/database.js";
import { PlateRecognitionEntity } from "./plate-recognition.entity.js";
import { RecognitionRequestEntity } from "./recognition-request.entity.js";

export class RecognitionStore {
  constructor(private readonly database: Database) {}

  async save(request: RecognitionRequestEntity, recognitions: readonly PlateRecognitionEntity[]): Promise<void> {
    await this.database.transaction(async (manager) => {
      await manager.insert(RecognitionRequestEntity, request as QueryDeepPartialEntity<RecognitionRequestEntity>);
      if (recognitions.length > 0) await manager.insert(PlateRecognitionEntity, [...recognitions]);
    });
  }
}

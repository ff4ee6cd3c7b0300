/** Writes of attempts and their readings, all of one attempt in one transaction. */
import type { QueryDeepPartialEntity } from "typeorm";
import type { Database } from "../database/database.js";
import { PlateRecognitionEntity } from "./plate-recognition.entity.js";
import { RecognitionRequestEntity } from "./recognition-request.entity.js";

export class RecognitionStore {
  constructor(private readonly database: Database) {}

  async save(request: RecognitionRequestEntity, recognitions: readonly PlateRecognitionEntity[]): Promise<void> {
    await this.database.transaction(async (manager) => {
      await manager.insert(RecognitionRequestEntity, insertable(request));
      if (recognitions.length > 0) await manager.insert(PlateRecognitionEntity, recognitions.map(insertable));
    });
  }
}

/** TypeORM's type for what is inserted can't say "any JSON", which the raw answer is. */
function insertable<Entity>(entity: Entity): QueryDeepPartialEntity<Entity> {
  return entity as QueryDeepPartialEntity<Entity>;
}

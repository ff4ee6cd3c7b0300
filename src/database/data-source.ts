/** The one TypeORM data source: which entities and migrations there are, and how the pool behaves. */
import { DataSource } from "typeorm";
import type { Logger } from "../logger.js";
import { PartnerEntity } from "../recognitions/partner.entity.js";
import { PlateRecognitionEntity } from "../recognitions/plate-recognition.entity.js";
import { RecognitionRequestEntity } from "../recognitions/recognition-request.entity.js";
import { MIGRATIONS } from "../../migrations/index.js";

export interface DataSourceOptions {
  url: string;
  poolSize: number;
  logger: Pick<Logger, "error">;
}

export function createDataSource({ url, poolSize, logger }: DataSourceOptions): DataSource {
  return new DataSource({
    type: "postgres",
    url,
    entities: [PartnerEntity, RecognitionRequestEntity, PlateRecognitionEntity],
    migrations: [...MIGRATIONS],
    migrationsTransactionMode: "each",
    synchronize: false,
    poolSize,
    // Ids are made by the program; without this TypeORM would create an extension for them.
    installExtensions: false,
    applicationName: "plategraph",
    connectTimeoutMS: 10_000,
    poolErrorHandler: (error: unknown) => logger.error({ err: error }, "a database connection broke while idle"),
    extra: { keepAlive: true },
  });
}

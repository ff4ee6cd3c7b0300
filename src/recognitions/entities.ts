/** Every entity of the store, for the data source. */
import { PartnerEntity } from "./partner.entity.js";
import { PlateRecognitionEntity } from "./plate-recognition.entity.js";
import { PlateEntity } from "./plate.entity.js";
import { RecognitionRequestEntity } from "./recognition-request.entity.js";

export const ENTITIES = [PartnerEntity, RecognitionRequestEntity, PlateRecognitionEntity, PlateEntity] as const;

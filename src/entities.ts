/** Every entity of the store, for the data source. */
import { PartnerEntity } from "./accounts/partner.entity.js";
import { PlateRecognitionEntity } from "./recognitions/store/plate-recognition.entity.js";
import { PlateEntity } from "./plate-records/plate.entity.js";
import { RecognitionRequestEntity } from "./recognitions/store/recognition-request.entity.js";

export const ENTITIES = [PartnerEntity, RecognitionRequestEntity, PlateRecognitionEntity, PlateEntity] as const;

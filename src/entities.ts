/** Every entity of the store, for the data source. */
import { ApiKeyEntity } from "./accounts/store/api-key.entity.js";
import { AuditEntryEntity } from "./accounts/store/audit-entry.entity.js";
import { ErasedUsageEntity } from "./accounts/store/erased-usage.entity.js";
import { VendorCallEntity } from "./accounts/store/vendor-call.entity.js";
import { VendorDayEntity } from "./accounts/store/vendor-day.entity.js";
import { IdempotencyKeyEntity } from "./recognitions/store/idempotency-key.entity.js";
import { RecognitionReuseEntity } from "./recognitions/store/recognition-reuse.entity.js";
import { PartnerEntity } from "./accounts/store/partner.entity.js";
import { PlateCorrectionEntity } from "./recognitions/store/plate-correction.entity.js";
import { PlateRecognitionEntity } from "./recognitions/store/plate-recognition.entity.js";
import { PlateNumberEntity } from "./plate-records/plate-number.entity.js";
import { CameraCountEntity } from "./recognitions/store/camera-count.entity.js";
import { PlateEntity } from "./plate-records/plate.entity.js";
import { RecognitionRequestEntity } from "./recognitions/store/recognition-request.entity.js";

export const ENTITIES = [
  PartnerEntity,
  ApiKeyEntity,
  AuditEntryEntity,
  VendorCallEntity,
  VendorDayEntity,
  IdempotencyKeyEntity,
  RecognitionReuseEntity,
  RecognitionRequestEntity,
  PlateRecognitionEntity,
  PlateCorrectionEntity,
  PlateEntity,
  PlateNumberEntity,
  CameraCountEntity,
  ErasedUsageEntity,
] as const;

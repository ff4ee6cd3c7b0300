/** One recognition request: a photo that was to be read, whether or not that succeeded. */
import { Check, Column, Entity, Index, JoinColumn, ManyToOne, PrimaryColumn, type Relation } from "typeorm";
import { PartnerEntity } from "../../accounts/store/partner.entity.js";
import type { ErrorCode } from "../../errors.js";
import type { ImageFormat, ImageSource } from "../../images/photo.js";
import type { RecognitionEngine } from "../../engines/engine.js";

export const RECOGNITION_STATUSES = ["SUCCEEDED", "NO_PLATE", "FAILED"] as const;
export type RecognitionStatus = (typeof RECOGNITION_STATUSES)[number];

@Entity("recognition_requests")
@Check("recognition_requests_error", `(status = 'FAILED') = (error_code IS NOT NULL)`)
@Index("recognition_requests_by_created_at", ["partnerId", "createdAt", "id"])
// Indexes on an expression, which TypeORM can't declare; the migration makes them.
@Index("recognition_requests_by_status", { synchronize: false })
@Index("recognition_requests_by_image", { synchronize: false })
@Index("recognition_requests_by_error", { synchronize: false })
@Index("recognition_requests_by_camera", { synchronize: false })
@Index("recognition_requests_by_reference", { synchronize: false })
export class RecognitionRequestEntity {
  @PrimaryColumn("uuid", { name: "partner_id", primaryKeyConstraintName: "recognition_requests_pkey" })
  partnerId!: string;

  /** UUIDv7: ids sort by the time they were made. */
  @PrimaryColumn("uuid", { primaryKeyConstraintName: "recognition_requests_pkey" })
  id!: string;

  @ManyToOne(() => PartnerEntity, { nullable: false })
  @JoinColumn({
    name: "partner_id",
    referencedColumnName: "id",
    foreignKeyConstraintName: "recognition_requests_partner_fkey",
  })
  partner?: Relation<PartnerEntity>;

  @Column("text")
  status!: RecognitionStatus;

  @Column("text")
  engine!: RecognitionEngine;

  @Column("text")
  source!: ImageSource;

  @Column("bytea", { name: "image_sha256" })
  imageSha256!: Buffer;

  @Column("integer", { name: "image_byte_size" })
  imageByteSize!: number;

  @Column("text", { name: "image_format" })
  imageFormat!: ImageFormat;

  @Column("integer", { name: "image_width" })
  imageWidth!: number;

  @Column("integer", { name: "image_height" })
  imageHeight!: number;

  /** Juhe 单号. */
  @Column("text", { name: "order_id", nullable: true })
  orderId!: string | null;

  @Column("integer", { name: "juhe_error_code", nullable: true })
  juheErrorCode!: number | null;

  /** The code that the caller received, where the request failed. */
  @Column("text", { name: "error_code", nullable: true })
  errorCode!: ErrorCode | null;

  /** Why another engine answered than the one asked first. */
  @Column("text", { name: "fallback_reason", nullable: true })
  fallbackReason!: string | null;

  @Column("text", { name: "external_reference", nullable: true })
  externalReference!: string | null;

  /** The vendor's answer as it came. */
  @Column("jsonb", { name: "raw_answer", nullable: true })
  rawAnswer!: object | string | number | boolean | null;

  @Column("integer", { name: "duration_ms" })
  durationMs!: number;

  @Column({ type: "timestamptz", name: "created_at", precision: 3 })
  createdAt!: Date;

  /** The camera, as the caller named it. */
  @Column("text", { name: "camera_id", nullable: true })
  cameraId!: string | null;
}

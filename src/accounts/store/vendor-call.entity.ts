/** One call to the vendor, stored before the call and completed after it. */
import { Column, Entity, Index, PrimaryColumn } from "typeorm";

/** UNKNOWN: the server ended before it stored the outcome; the call may have been billed. */
export const VENDOR_CALL_OUTCOMES = ["UNKNOWN", "ANSWERED", "REFUSED", "BROKEN"] as const;
export type VendorCallOutcome = (typeof VENDOR_CALL_OUTCOMES)[number];

@Entity("vendor_calls")
@Index("vendor_calls_by_started_at", ["partnerId", "startedAt"])
@Index("vendor_calls_by_request", ["partnerId", "requestId"])
export class VendorCallEntity {
  @PrimaryColumn("uuid", { name: "partner_id", primaryKeyConstraintName: "vendor_calls_pkey" })
  partnerId!: string;

  /** UUIDv7. */
  @PrimaryColumn("uuid", { primaryKeyConstraintName: "vendor_calls_pkey" })
  id!: string;

  /** The recognition request that the call is for; it is stored after the call. */
  @Column("uuid", { name: "request_id" })
  requestId!: string;

  @Column({ type: "timestamptz", name: "started_at", precision: 3 })
  startedAt!: Date;

  @Column({ type: "timestamptz", name: "completed_at", precision: 3, nullable: true })
  completedAt!: Date | null;

  @Column("text")
  outcome!: VendorCallOutcome;

  @Column("integer", { name: "juhe_error_code", nullable: true })
  juheErrorCode!: number | null;

  /** Juhe 单号. */
  @Column("text", { name: "order_id", nullable: true })
  orderId!: string | null;
}

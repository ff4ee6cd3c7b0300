/** One call that was answered from the store: what usage counts as reused. */
import { Column, Entity, Index, PrimaryColumn } from "typeorm";

@Entity("recognition_reuses")
@Index("recognition_reuses_by_created_at", ["partnerId", "createdAt"])
export class RecognitionReuseEntity {
  @PrimaryColumn("uuid", { name: "partner_id", primaryKeyConstraintName: "recognition_reuses_pkey" })
  partnerId!: string;

  /** UUIDv7. */
  @PrimaryColumn("uuid", { primaryKeyConstraintName: "recognition_reuses_pkey" })
  id!: string;

  @Column({ type: "timestamptz", name: "created_at", precision: 3 })
  createdAt!: Date;
}

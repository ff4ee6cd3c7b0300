/** A partner: every row of the store belongs to one. */
import { Column, Entity, Index, PrimaryColumn } from "typeorm";

/** Owns the records of anonymous callers; the first migration creates it. */
export const BUILT_IN_PARTNER_ID = "00000000-0000-7000-8000-000000000001";

@Entity("partners")
@Index("partners_by_name", ["name"], { unique: true })
export class PartnerEntity {
  @PrimaryColumn("uuid", { primaryKeyConstraintName: "partners_pkey" })
  id!: string;

  @Column("text")
  name!: string;

  @Column({ type: "timestamptz", name: "created_at", precision: 3, default: () => "now()" })
  createdAt!: Date;
}

/** Counts of erased recognition requests by hour, for `usage`. */
import { Column, Entity, JoinColumn, ManyToOne, PrimaryColumn, type Relation } from "typeorm";
import { PartnerEntity } from "./partner.entity.js";

@Entity("erased_usage")
export class ErasedUsageEntity {
  @PrimaryColumn("uuid", { name: "partner_id", primaryKeyConstraintName: "erased_usage_pkey" })
  partnerId!: string;

  /** Start of the hour in which the photos arrived. */
  @PrimaryColumn({ type: "timestamptz", precision: 3, primaryKeyConstraintName: "erased_usage_pkey" })
  hour!: Date;

  @ManyToOne(() => PartnerEntity, { nullable: false })
  @JoinColumn({
    name: "partner_id",
    referencedColumnName: "id",
    foreignKeyConstraintName: "erased_usage_partner_fkey",
  })
  partner?: Relation<PartnerEntity>;

  /** Requests with the status SUCCEEDED; `noPlate` and `failed` count those with NO_PLATE and FAILED. */
  @Column("integer")
  recognitions!: number;

  @Column("integer", { name: "no_plate" })
  noPlate!: number;

  @Column("integer")
  failed!: number;

  /** Requests of any status whose engine was the local one; `juhe` counts the vendor's. */
  @Column("integer")
  local!: number;

  @Column("integer")
  juhe!: number;
}

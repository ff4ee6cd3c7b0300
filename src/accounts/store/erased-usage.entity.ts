/** What is left of requests that were erased: how many there were in each hour. */
import { Column, Entity, JoinColumn, ManyToOne, PrimaryColumn, type Relation } from "typeorm";
import { PartnerEntity } from "./partner.entity.js";

@Entity("erased_usage")
export class ErasedUsageEntity {
  @PrimaryColumn("uuid", { name: "partner_id", primaryKeyConstraintName: "erased_usage_pkey" })
  partnerId!: string;

  /** When the hour begins in which the photos arrived. */
  @PrimaryColumn({ type: "timestamptz", precision: 3, primaryKeyConstraintName: "erased_usage_pkey" })
  hour!: Date;

  @ManyToOne(() => PartnerEntity, { nullable: false })
  @JoinColumn({
    name: "partner_id",
    referencedColumnName: "id",
    foreignKeyConstraintName: "erased_usage_partner_fkey",
  })
  partner?: Relation<PartnerEntity>;

  /** Requests of status SUCCEEDED; the next two are those of NO_PLATE and FAILED. */
  @Column("integer")
  recognitions!: number;

  @Column("integer", { name: "no_plate" })
  noPlate!: number;

  @Column("integer")
  failed!: number;

  /** Requests of any status that the local engine answered, or failed to; the next those of the vendor. */
  @Column("integer")
  local!: number;

  @Column("integer")
  juhe!: number;
}

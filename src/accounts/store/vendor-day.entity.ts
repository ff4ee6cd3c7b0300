/** Calls to the vendor by day, of all partners and servers: what JUHE_DAILY_LIMIT is compared with. */
import { Column, Entity, PrimaryColumn } from "typeorm";

@Entity("vendor_days")
export class VendorDayEntity {
  /** By the clocks of Asia/Shanghai, the vendor's. */
  @PrimaryColumn("date", { primaryKeyConstraintName: "vendor_days_pkey" })
  day!: string;

  @Column("integer")
  calls!: number;
}

/** The number of calls to the vendor on a day, of all partners and servers; JUHE_DAILY_LIMIT bounds it. */
import { Column, Entity, PrimaryColumn } from "typeorm";

@Entity("vendor_days")
export class VendorDayEntity {
  /** In Asia/Shanghai, the vendor's time zone. */
  @PrimaryColumn("date", { primaryKeyConstraintName: "vendor_days_pkey" })
  day!: string;

  @Column("integer")
  calls!: number;
}

/** A plate and the count of its readings. Triggers on the readings write it; the program does not. */
import { Column, Entity, Index, PrimaryColumn } from "typeorm";

@Entity("plates")
@Index("plates_by_last_seen_at", ["partnerId", "lastSeenAt", "number"])
@Index("plates_by_first_seen_at", ["partnerId", "firstSeenAt", "number"])
@Index("plates_by_sightings", ["partnerId", "sightings", "number"])
export class PlateEntity {
  @PrimaryColumn("uuid", { name: "partner_id", primaryKeyConstraintName: "plates_pkey" })
  partnerId!: string;

  @PrimaryColumn("text", { collation: "C", primaryKeyConstraintName: "plates_pkey" })
  number!: string;

  @Column("integer")
  sightings!: number;

  @Column({ type: "timestamptz", name: "first_seen_at", precision: 3 })
  firstSeenAt!: Date;

  @Column({ type: "timestamptz", name: "last_seen_at", precision: 3 })
  lastSeenAt!: Date;
}

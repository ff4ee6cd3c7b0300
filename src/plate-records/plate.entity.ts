/** A plate and the count of its readings. Triggers on the readings write it; the program does not. */
import { Column, Entity, Index, PrimaryColumn } from "typeorm";

@Entity("plates")
// GIN indexes, which TypeORM can't declare; the migration makes them.
@Index("plates_by_substring", { synchronize: false })
@Index("plates_by_search_key", { synchronize: false })
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

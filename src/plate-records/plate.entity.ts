/** A plate and what was seen of it; the database counts as readings come and go, nothing else writes here. */
import { Column, Entity, Index, PrimaryColumn } from "typeorm";

@Entity("plates")
// Kinds of index that TypeORM has no words for; the migration makes them.
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

/**
 * The number of each plate, without what is counted of it: the indexes of parts and of likeness, which are dear to write, stand here, where a row is
 * written once. Triggers of the database add and remove the rows with those of `plates`.
 */
import { Entity, Index, PrimaryColumn } from "typeorm";

@Entity("plate_numbers")
// Kinds of index that TypeORM has no words for; the migration makes them.
@Index("plate_numbers_by_substring", { synchronize: false })
@Index("plate_numbers_by_search_key", { synchronize: false })
export class PlateNumberEntity {
  @PrimaryColumn("uuid", { name: "partner_id", primaryKeyConstraintName: "plate_numbers_pkey" })
  partnerId!: string;

  @PrimaryColumn("text", { collation: "C", primaryKeyConstraintName: "plate_numbers_pkey" })
  number!: string;
}

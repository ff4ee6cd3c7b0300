/** One correction of a reading: who changed its number, when, from what to what. */
import { Column, Entity, Index, JoinColumn, ManyToOne, PrimaryColumn, type Relation } from "typeorm";
import { PlateRecognitionEntity } from "./plate-recognition.entity.js";

@Entity("plate_corrections")
@Index("plate_corrections_by_recognition", ["partnerId", "recognitionId", "id"])
export class PlateCorrectionEntity {
  @PrimaryColumn("uuid", { name: "partner_id", primaryKeyConstraintName: "plate_corrections_pkey" })
  partnerId!: string;

  /** UUIDv7: ids sort by the time they were made. */
  @PrimaryColumn("uuid", { primaryKeyConstraintName: "plate_corrections_pkey" })
  id!: string;

  @Column("uuid", { name: "recognition_id" })
  recognitionId!: string;

  @ManyToOne(() => PlateRecognitionEntity, { nullable: false, onDelete: "CASCADE" })
  @JoinColumn([
    {
      name: "partner_id",
      referencedColumnName: "partnerId",
      foreignKeyConstraintName: "plate_corrections_recognition_fkey",
    },
    {
      name: "recognition_id",
      referencedColumnName: "id",
      foreignKeyConstraintName: "plate_corrections_recognition_fkey",
    },
  ])
  recognition?: Relation<PlateRecognitionEntity>;

  @Column({ type: "timestamptz", name: "corrected_at", precision: 3 })
  correctedAt!: Date;

  /** The 12 characters of the key that was used; null for callers without a key. */
  @Column("text", { name: "actor_key", nullable: true })
  actorKey!: string | null;

  /** Empty where the number was erased. */
  @Column({ type: "text", name: "from_number", collation: "C" })
  fromNumber!: string;

  @Column({ type: "text", name: "to_number", collation: "C" })
  toNumber!: string;
}

/** One reading: a plate read in a photo. */
import { Check, Column, Entity, Index, JoinColumn, ManyToOne, PrimaryColumn, type Relation } from "typeorm";
import type { Direction, PlateColor, PlateType } from "../../plates/plate.vocabulary.js";
import type { RecognitionEngine } from "../../engines/engine.js";
import { RecognitionRequestEntity } from "./recognition-request.entity.js";

@Entity("plate_recognitions")
@Check("plate_recognitions_box", "num_nulls(box_left, box_top, box_right, box_bottom) IN (0, 4)")
@Index("plate_recognitions_by_captured_at", ["partnerId", "capturedAt", "id"])
@Index("plate_recognitions_by_recognized_at", ["partnerId", "recognizedAt", "id"])
@Index("plate_recognitions_by_confidence", ["partnerId", "confidence", "id"])
@Index("plate_recognitions_by_plate", ["partnerId", "plateNumber", "capturedAt", "id"])
@Index("plate_recognitions_by_request", ["partnerId", "requestId", "rank"])
@Index("plate_recognitions_by_camera", ["partnerId", "cameraId", "capturedAt", "id"])
@Index("plate_recognitions_by_type", ["partnerId", "type", "capturedAt", "id"])
@Index("plate_recognitions_by_read_plate", ["partnerId", "readPlateNumber", "capturedAt", "id"], {
  where: `"read_plate_number" IS NOT NULL`,
})
@Index("plate_recognitions_by_correction", ["partnerId", "plateNumber", "readPlateNumber"], {
  where: `"read_plate_number" IS NOT NULL`,
})
// A kind of index that TypeORM has no words for; the migration makes it.
@Index("plate_recognitions_by_read_text", { synchronize: false })
export class PlateRecognitionEntity {
  @PrimaryColumn("uuid", { name: "partner_id", primaryKeyConstraintName: "plate_recognitions_pkey" })
  partnerId!: string;

  /** UUIDv7: ids sort by the time they were made. */
  @PrimaryColumn("uuid", { primaryKeyConstraintName: "plate_recognitions_pkey" })
  id!: string;

  @Column("uuid", { name: "request_id" })
  requestId!: string;

  @ManyToOne(() => RecognitionRequestEntity, { nullable: false, onDelete: "CASCADE" })
  @JoinColumn([
    {
      name: "partner_id",
      referencedColumnName: "partnerId",
      foreignKeyConstraintName: "plate_recognitions_request_fkey",
    },
    { name: "request_id", referencedColumnName: "id", foreignKeyConstraintName: "plate_recognitions_request_fkey" },
  ])
  request?: Relation<RecognitionRequestEntity>;

  /** Place among the readings of its photo, best first, from 0. */
  @Column("smallint")
  rank!: number;

  /** Normalised: upper case, no separators. The corrected number, where the reading was corrected. */
  @Column({ type: "text", name: "plate_number", collation: "C" })
  plateNumber!: string;

  @Column("text", { nullable: true })
  province!: string | null;

  @Column("text")
  color!: PlateColor;

  @Column("text")
  type!: PlateType;

  /** 整牌可信度, 0 to 100. */
  @Column("smallint")
  confidence!: number;

  /** 亮度评价 as the engine reports it. */
  @Column("integer", { nullable: true })
  brightness!: number | null;

  @Column("text")
  direction!: Direction;

  @Column("integer", { name: "box_left", nullable: true })
  boxLeft!: number | null;

  @Column("integer", { name: "box_top", nullable: true })
  boxTop!: number | null;

  @Column("integer", { name: "box_right", nullable: true })
  boxRight!: number | null;

  @Column("integer", { name: "box_bottom", nullable: true })
  boxBottom!: number | null;

  @Column({ type: "timestamptz", name: "captured_at", precision: 3 })
  capturedAt!: Date;

  @Column({ type: "timestamptz", name: "recognized_at", precision: 3 })
  recognizedAt!: Date;

  @Column("text", { name: "camera_id", nullable: true })
  cameraId!: string | null;

  @Column("text")
  engine!: RecognitionEngine;

  /** What the engine read, where that was corrected; null otherwise. */
  @Column({ type: "text", name: "read_plate_number", collation: "C", nullable: true })
  readPlateNumber!: string | null;
}

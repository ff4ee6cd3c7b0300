/** Readings of a camera: the sum of its rows. Triggers on the readings write them; the program does not. */
import { Column, Entity, PrimaryColumn } from "typeorm";

@Entity("camera_counts")
export class CameraCountEntity {
  @PrimaryColumn("uuid", { name: "partner_id", primaryKeyConstraintName: "camera_counts_pkey" })
  partnerId!: string;

  @PrimaryColumn("text", { name: "camera_id", primaryKeyConstraintName: "camera_counts_pkey" })
  cameraId!: string;

  /** 0 to 15, by the connection that counted: connections that store readings of one camera seldom wait for each other. */
  @PrimaryColumn("smallint", { primaryKeyConstraintName: "camera_counts_pkey" })
  slot!: number;

  /** Below 0 where more readings went through this slot than came. */
  @Column("bigint")
  readings!: string;
}

/** One entry of the audit log: an action on a partner's keys or records. Of erased records it has the number, never a plate number. */
import { Column, Entity, JoinColumn, ManyToOne, PrimaryColumn, type Relation } from "typeorm";
import { PartnerEntity } from "./partner.entity.js";

export const AUDIT_ACTIONS = [
  "KEY_CREATED",
  "KEY_REVOKED",
  "KEY_ROTATED",
  "RECOGNITION_CORRECTED",
  "RECOGNITIONS_ERASED",
  "REQUESTS_ERASED",
  "PLATES_SEARCHED",
] as const;
export type AuditAction = (typeof AUDIT_ACTIONS)[number];

@Entity("audit_entries")
export class AuditEntryEntity {
  @PrimaryColumn("uuid", { name: "partner_id", primaryKeyConstraintName: "audit_entries_pkey" })
  partnerId!: string;

  /** UUIDv7: ids sort by the time of their creation. */
  @PrimaryColumn("uuid", { primaryKeyConstraintName: "audit_entries_pkey" })
  id!: string;

  @ManyToOne(() => PartnerEntity, { nullable: false })
  @JoinColumn({
    name: "partner_id",
    referencedColumnName: "id",
    foreignKeyConstraintName: "audit_entries_partner_fkey",
  })
  partner?: Relation<PartnerEntity>;

  @Column({ type: "timestamptz", name: "created_at", precision: 3 })
  createdAt!: Date;

  /** The 12 characters of the key that was used; null for the command line and anonymous callers. */
  @Column("text", { name: "actor_key", nullable: true })
  actorKey!: string | null;

  @Column("text")
  action!: AuditAction;

  /** What the action concerned: a key's first 12 characters, a record's id or a search's conditions; null where only the count is kept. */
  @Column("text", { nullable: true })
  subject!: string | null;

  /** The number of records that were changed or erased. */
  @Column("integer")
  affected!: number;
}

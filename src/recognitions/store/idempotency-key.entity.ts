/** A caller's key for one recognition, kept for 24 hours: the same call again gets the first answer. */
import { Column, Entity, Index, PrimaryColumn } from "typeorm";

@Entity("idempotency_keys")
@Index("idempotency_keys_by_created_at", ["createdAt"])
@Index("idempotency_keys_by_request", ["partnerId", "requestId"])
export class IdempotencyKeyEntity {
  @PrimaryColumn("uuid", { name: "partner_id", primaryKeyConstraintName: "idempotency_keys_pkey" })
  partnerId!: string;

  @PrimaryColumn("text", { primaryKeyConstraintName: "idempotency_keys_pkey" })
  key!: string;

  /** SHA-256 of the photo and the options: the same key with others is refused. 32 bytes. */
  @Column("bytea")
  fingerprint!: Buffer;

  /** The recognition request that the first call stores. */
  @Column("uuid", { name: "request_id" })
  requestId!: string;

  /** Whether the request is stored; until then `serverId` works on it. */
  @Column("boolean")
  done!: boolean;

  /** The server that works on it, by its presence lock. */
  @Column("integer", { name: "server_id" })
  serverId!: number;

  @Column({ type: "timestamptz", name: "created_at", precision: 3 })
  createdAt!: Date;
}

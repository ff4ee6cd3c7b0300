/** One API key of a partner. The key itself is not stored, only its hash. */
import { Check, Column, Entity, Index, JoinColumn, ManyToOne, PrimaryColumn, type Relation } from "typeorm";
import type { ApiScope } from "../scopes.js";
import { PartnerEntity } from "./partner.entity.js";

@Entity("api_keys")
@Check("api_keys_hash", "octet_length(hash) = 32")
@Check("api_keys_scopes", "scopes <@ ARRAY['RECOGNIZE', 'READ', 'ADMIN'] AND cardinality(scopes) > 0")
@Index("api_keys_by_lookup", ["lookup"], { unique: true })
@Index("api_keys_by_partner", ["partnerId", "createdAt"])
export class ApiKeyEntity {
  @PrimaryColumn("uuid", { primaryKeyConstraintName: "api_keys_pkey" })
  id!: string;

  @Column("uuid", { name: "partner_id" })
  partnerId!: string;

  @ManyToOne(() => PartnerEntity, { nullable: false })
  @JoinColumn({ name: "partner_id", referencedColumnName: "id", foreignKeyConstraintName: "api_keys_partner_fkey" })
  partner?: Relation<PartnerEntity>;

  /** The 12 characters by which the key is looked up. */
  @Column({ type: "text", collation: "C" })
  lookup!: string;

  /** SHA-256 of the whole key, 32 bytes. */
  @Column("bytea")
  hash!: Buffer;

  @Column("text", { array: true })
  scopes!: ApiScope[];

  /** Requests a minute of this key's partner; null for the server's own limit. */
  @Column("integer", { name: "rate_limit_per_minute", nullable: true })
  rateLimitPerMinute!: number | null;

  @Column({ type: "timestamptz", name: "created_at", precision: 3 })
  createdAt!: Date;

  /** From then on the key is refused; null for a key that does not expire. */
  @Column({ type: "timestamptz", name: "expires_at", precision: 3, nullable: true })
  expiresAt!: Date | null;

  @Column({ type: "timestamptz", name: "revoked_at", precision: 3, nullable: true })
  revokedAt!: Date | null;

  /** Written at most once a minute by each server. */
  @Column({ type: "timestamptz", name: "last_used_at", precision: 3, nullable: true })
  lastUsedAt!: Date | null;
}

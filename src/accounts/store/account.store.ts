/** Reads and writes of partners and keys through TypeORM's repositories: they are few and small. */
import { IsNull, type DataSource } from "typeorm";
import { newRecordId } from "../../database/record.id.js";
import { ApiKeyEntity } from "./api-key.entity.js";
import { AuditEntryEntity, type AuditAction } from "./audit-entry.entity.js";
import { PartnerEntity } from "./partner.entity.js";

/** A key without its partner's relation: a plain row. */
export type ApiKeyRow = Omit<ApiKeyEntity, "partner">;

export interface ApiKeyWithPartner extends ApiKeyRow {
  partnerName: string;
}

export class AccountStore {
  constructor(private readonly dataSource: DataSource) {}

  /** The partner of that name; it is created where it does not exist. */
  async findOrCreatePartner(name: string): Promise<PartnerEntity> {
    const partners = this.dataSource.getRepository(PartnerEntity);
    await partners.createQueryBuilder().insert().values({ id: newRecordId(), name }).orIgnore().execute();
    return partners.findOneByOrFail({ name });
  }

  async partnerIds(): Promise<string[]> {
    const partners = await this.dataSource.getRepository(PartnerEntity).find({ select: { id: true } });
    return partners.map(({ id }) => id);
  }

  async insertKey(key: ApiKeyRow, action: "KEY_CREATED" | "KEY_ROTATED"): Promise<void> {
    await this.dataSource.transaction(async (manager) => {
      await manager.insert(ApiKeyEntity, key);
      await manager.insert(AuditEntryEntity, keyEntry(key, action));
    });
  }

  /** Revoked and expired keys too. */
  async findKey(lookup: string): Promise<ApiKeyRow | null> {
    return this.dataSource.getRepository(ApiKeyEntity).findOneBy({ lookup });
  }

  async listKeys(): Promise<ApiKeyWithPartner[]> {
    const keys = await this.dataSource
      .getRepository(ApiKeyEntity)
      .find({ relations: { partner: true }, order: { createdAt: "ASC" } });
    return keys.map(({ partner, ...key }) => ({ ...key, partnerName: partner?.name ?? "" }));
  }

  /** Whether there was such a key that was not revoked. */
  async revokeKey(lookup: string, at: Date): Promise<boolean> {
    return this.dataSource.transaction(async (manager) => {
      const key = await manager.findOneBy(ApiKeyEntity, { lookup, revokedAt: IsNull() });
      if (key === null) return false;
      await manager.update(ApiKeyEntity, { id: key.id }, { revokedAt: at });
      await manager.insert(AuditEntryEntity, keyEntry(key, "KEY_REVOKED"));
      return true;
    });
  }

  async expireKey(id: string, at: Date): Promise<void> {
    await this.dataSource.getRepository(ApiKeyEntity).update({ id }, { expiresAt: at });
  }

  async markUsed(id: string, at: Date): Promise<void> {
    await this.dataSource.getRepository(ApiKeyEntity).update({ id }, { lastUsedAt: at });
  }

  async hasUsableKey(now: Date): Promise<boolean> {
    return this.dataSource
      .getRepository(ApiKeyEntity)
      .createQueryBuilder("key")
      .where("key.revokedAt IS NULL AND (key.expiresAt IS NULL OR key.expiresAt > :now)", { now })
      .getExists();
  }
}

/** Keys are created and revoked on the command line, so the entry has no actor key. */
function keyEntry({ partnerId, lookup }: ApiKeyRow, action: AuditAction): Omit<AuditEntryEntity, "partner"> {
  return { partnerId, id: newRecordId(), createdAt: new Date(), actorKey: null, action, subject: lookup, affected: 1 };
}

/** Creates, lists, revokes and rotates API keys, for `npm run keys`. */
import { newRecordId } from "../database/record.id.js";
import { AppError } from "../errors.js";
import { createApiKey } from "./api-key.secret.js";
import type { ApiScope } from "./scopes.js";
import type { AccountStore, ApiKeyWithPartner } from "./store/account.store.js";

export interface NewKeyOptions {
  /** The partner's name; a partner that does not exist is created. */
  partner: string;
  scopes: readonly ApiScope[];
  expiresAt: Date | null;
  rateLimitPerMinute: number | null;
}

export class KeyService {
  constructor(private readonly store: AccountStore) {}

  /** @returns the key's text, which is stored nowhere */
  async create({ partner, scopes, expiresAt, rateLimitPerMinute }: NewKeyOptions): Promise<string> {
    const { id: partnerId } = await this.store.findOrCreatePartner(partner);
    return this.insert({ partnerId, scopes, expiresAt, rateLimitPerMinute }, "KEY_CREATED");
  }

  list(): Promise<ApiKeyWithPartner[]> {
    return this.store.listKeys();
  }

  /** @throws AppError NOT_FOUND */
  async revoke(lookup: string): Promise<void> {
    if (!(await this.store.revokeKey(lookup, new Date()))) throw noSuchKey(lookup);
  }

  /**
   * Creates a key with the old one's partner, scopes and limit, and an expiry of its own. The old one works for another `graceMs` milliseconds.
   * @returns the new key's text
   * @throws AppError NOT_FOUND for a key that does not exist, is revoked or has expired
   */
  async rotate(lookup: string, { graceMs, expiresAt }: { graceMs: number; expiresAt: Date | null }): Promise<string> {
    const old = await this.store.findKey(lookup);
    const now = new Date();
    if (old?.revokedAt !== null || (old.expiresAt !== null && old.expiresAt <= now)) {
      throw noSuchKey(lookup);
    }
    const text = await this.insert({ ...old, expiresAt }, "KEY_ROTATED");
    const end = new Date(now.getTime() + graceMs);
    if (old.expiresAt === null || old.expiresAt > end) await this.store.expireKey(old.id, end);
    return text;
  }

  private async insert(
    { partnerId, scopes, expiresAt, rateLimitPerMinute }: Omit<NewKeyOptions, "partner"> & { partnerId: string },
    action: "KEY_CREATED" | "KEY_ROTATED",
  ): Promise<string> {
    const { text, lookup, hash } = createApiKey();
    await this.store.insertKey(
      {
        id: newRecordId(),
        partnerId,
        lookup,
        hash,
        scopes: [...scopes],
        rateLimitPerMinute,
        createdAt: new Date(),
        expiresAt,
        revokedAt: null,
        lastUsedAt: null,
      },
      action,
    );
    return text;
  }
}

function noSuchKey(lookup: string): AppError {
  return new AppError("NOT_FOUND", `There is no usable key ${lookup}; \`keys list\` shows every key.`);
}

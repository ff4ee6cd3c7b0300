/** The audit log as callers with the scope admin read it. */
import type { Page, PageRequest } from "../database/keyset.js";
import { requireScope, type Principal } from "./principal.js";
import type { AuditRepository, AuditRow } from "./store/audit.repository.js";

export class AuditService {
  constructor(private readonly repositoryFor: (clientId: string) => AuditRepository) {}

  /** Latest first. @throws AppError FORBIDDEN */
  async findPage(principal: Principal, page: PageRequest<"CREATED_AT_DESC">): Promise<Page<AuditRow>> {
    requireScope(principal, "ADMIN");
    return this.repositoryFor(principal.clientId).findPage(principal, page);
  }

  /** @throws AppError FORBIDDEN */
  async count(principal: Principal): Promise<number> {
    requireScope(principal, "ADMIN");
    return this.repositoryFor(principal.clientId).count(principal);
  }
}

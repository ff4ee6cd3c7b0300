/** The audit log. */
import { Args, Ctx, Query, Resolver } from "type-graphql";
import type { AuditService } from "../../accounts/audit.service.js";
import { AUDIT_LIST, type AuditRow } from "../../accounts/store/audit.repository.js";
import type { GraphQLContext } from "../context.js";
import { pageRequestOf, PagingArgs } from "../paging.js";
import { AuditEntryConnectionType, connectionOf, type Connection } from "../types/connection.type.js";

@Resolver()
export class AuditResolver {
  constructor(private readonly service: AuditService) {}

  @Query(() => AuditEntryConnectionType, {
    description: "Actions on this partner's keys and records, latest first. Needs the scope admin.",
  })
  async auditLog(
    @Args(() => PagingArgs) paging: PagingArgs,
    @Ctx() { principal }: GraphQLContext,
  ): Promise<Connection<AuditRow>> {
    const page = pageRequestOf(paging, AUDIT_LIST, "CREATED_AT_DESC");
    const found = await this.service.findPage(principal, page);
    return connectionOf(found, AUDIT_LIST, page.order, () => this.service.count(principal));
  }
}

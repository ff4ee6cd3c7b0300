/** The audit log. */
import { Args, Ctx, Query, Resolver } from "type-graphql";
import { AUDIT_LIST, type AuditRow } from "../../accounts/store/audit.repository.js";
import type { GraphQLContext } from "../context.js";
import { pageRequestOf, PagingArgs } from "../paging.js";
import { AuditEntryConnectionType, connectionOf, type Connection } from "../types/connection.type.js";

@Resolver()
export class AuditResolver {
  @Query(() => AuditEntryConnectionType, {
    description: "Actions on this partner's keys and records, latest first. Needs the scope admin.",
  })
  async auditLog(
    @Args(() => PagingArgs) paging: PagingArgs,
    @Ctx() { principal, reads: { audit } }: GraphQLContext,
  ): Promise<Connection<AuditRow>> {
    const page = pageRequestOf(paging, AUDIT_LIST, "CREATED_AT_DESC");
    const found = await audit.findPage(principal, page);
    return connectionOf(found, AUDIT_LIST, page.order, () => audit.count(principal));
  }
}

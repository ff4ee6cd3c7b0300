/** The contract of one entry of the audit log. */
import { Field, ID, Int, ObjectType } from "type-graphql";
import type { AuditAction } from "../../accounts/store/audit-entry.entity.js";
import type { AuditRow } from "../../accounts/store/audit.repository.js";
import type { Timestamp } from "../../database/statement.js";
import { DateTimeScalar } from "../date-time.scalar.js";
import { AuditActionEnum } from "../enums.js";

@ObjectType("AuditEntry", { simpleResolvers: true, description: "One action on this partner's keys or records." })
export class AuditEntryType implements Omit<AuditRow, "key"> {
  @Field(() => ID, { description: "Opaque." })
  id!: string;

  @Field(() => DateTimeScalar, { description: "When the action began." })
  createdAt!: Timestamp;

  @Field(() => AuditActionEnum, { description: "The action." })
  action!: AuditAction;

  @Field(() => String, {
    nullable: true,
    description:
      "The key that was used, by its first 12 characters; null for commands, jobs and callers without a key.",
  })
  actorKey!: string | null;

  @Field(() => String, {
    nullable: true,
    description:
      "What the action concerned: a key's first 12 characters, a reading's id, or the field of a search and, unless that plate was erased since, what was searched; null where only the count is kept.",
  })
  subject!: string | null;

  @Field(() => Int, { description: "The number of records that were changed or erased; 0 for a search." })
  affected!: number;
}

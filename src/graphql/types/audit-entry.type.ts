/** The contract of one line of the audit log. */
import { Field, ID, Int, ObjectType } from "type-graphql";
import type { AuditAction } from "../../accounts/store/audit-entry.entity.js";
import type { AuditRow } from "../../accounts/store/audit.repository.js";
import type { Timestamp } from "../../database/statement.js";
import { DateTimeScalar } from "../date-time.scalar.js";
import { AuditActionEnum } from "../enums.js";

@ObjectType("AuditEntry", { simpleResolvers: true, description: "Who did what to this partner's keys and records." })
export class AuditEntryType implements Omit<AuditRow, "key"> {
  @Field(() => ID, { description: "Opaque." })
  id!: string;

  @Field(() => DateTimeScalar, { description: "When it began." })
  createdAt!: Timestamp;

  @Field(() => AuditActionEnum, { description: "What was done." })
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
      "What it was done to: a key's 12 characters, a reading's id, what was searched; null where only the count remains.",
  })
  subject!: string | null;

  @Field(() => Int, { description: "How many records it touched; 0 for a search." })
  affected!: number;
}

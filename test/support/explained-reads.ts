/** Runs the store's statements as the server does, planned once for any values, and gives the plan that each ran with. */
import pg from "pg";
import type { Reader, Statement } from "../../src/database/statement.js";

export interface PlanNode {
  "Node Type": string;
  "Relation Name"?: string;
  "Index Name"?: string;
  "Shared Hit Blocks": number;
  "Shared Read Blocks": number;
  Plans?: PlanNode[];
}

/** What the statements of one call did. */
export interface Explained {
  milliseconds: number;
  /** Pages of 8 KiB that were looked at. */
  pages: number;
  nodes: PlanNode[];
}

interface LoggedPlan {
  Plan: PlanNode;
}

export class ExplainedReads implements Reader {
  private readonly client: pg.Client;
  private readonly plans: LoggedPlan[] = [];

  /** @param url of a superuser, who alone may load `auto_explain` */
  constructor(url: string) {
    this.client = new pg.Client({ connectionString: url });
    this.client.on("notice", ({ message }) => {
      const plan = /\{[\s\S]*\}/.exec(message ?? "")?.[0];
      if (plan !== undefined) this.plans.push(JSON.parse(plan) as LoggedPlan);
    });
  }

  async open(): Promise<void> {
    await this.client.connect();
    await this.client.query("LOAD 'auto_explain'");
    for (const setting of [
      "auto_explain.log_min_duration = 0",
      "auto_explain.log_analyze = on",
      "auto_explain.log_timing = off",
      "auto_explain.log_buffers = on",
      "auto_explain.log_format = 'json'",
      "auto_explain.log_level = 'notice'",
    ])
      await this.client.query(`SET ${setting}`);
  }

  close(): Promise<void> {
    return this.client.end();
  }

  async rows<Row>({ text, values, read, customPlan = false }: Statement<Row>): Promise<Row[]> {
    await this.client.query(`SET plan_cache_mode = force_${customPlan ? "custom" : "generic"}_plan`);
    const { rows } = await this.client.query<(string | null)[]>({
      text,
      values: values as unknown[],
      rowMode: "array",
      types: { getTypeParser: () => (column: string) => column },
    });
    return rows.map((columns) => read(columns));
  }

  /** Runs `work` and tells what its statements did. */
  async explained(work: () => Promise<unknown>): Promise<Explained> {
    this.plans.length = 0;
    const started = performance.now();
    await work();
    const milliseconds = performance.now() - started;
    const tops = this.plans.map(({ Plan }) => Plan);
    return {
      milliseconds,
      pages: tops.reduce((sum, top) => sum + top["Shared Hit Blocks"] + top["Shared Read Blocks"], 0),
      nodes: tops.flatMap(withPlansBelow),
    };
  }
}

function withPlansBelow(node: PlanNode): PlanNode[] {
  return [node, ...(node.Plans ?? []).flatMap(withPlansBelow)];
}

/** Tells of the statements of TypeORM's repositories what the pools tell of theirs. */
import type { AfterQueryEvent, BeforeQueryEvent, DataSource, EntitySubscriberInterface, QueryRunner } from "typeorm";
import type { StatementObserver } from "./statement.watch.js";

/** @param dataSource must be initialised */
export function watchRepositories(dataSource: DataSource, onStatement: StatementObserver): void {
  dataSource.subscribers.push(new StatementSubscriber(onStatement));
}

class StatementSubscriber implements EntitySubscriberInterface {
  /** A query runner sends one statement after the other. */
  private readonly running = new WeakMap<QueryRunner, ReturnType<StatementObserver>>();

  constructor(private readonly onStatement: StatementObserver) {}

  beforeQuery({ queryRunner, query }: BeforeQueryEvent): void {
    this.running.set(
      queryRunner,
      this.onStatement({ text: query, name: undefined, plan: "custom", server: "primary" }),
    );
  }

  afterQuery({ queryRunner, success, error }: AfterQueryEvent): void {
    this.running.get(queryRunner)?.(success ? null : (error as Error));
    this.running.delete(queryRunner);
  }
}

/** The queue before an engine: order, turns between partners, room. */
import { describe, expect, test } from "@jest/globals";
import { TaskQueue } from "../../src/engines/task.queue.js";

const STAYING = new AbortController().signal;

interface BusyQueue {
  queue: TaskQueue;
  /** The tasks that ran, in that order. */
  order: string[];
  wait: (name: string, partnerId: string, priority?: number) => Promise<void>;
  letGo: () => void;
}

/** A queue of one at a time whose first task runs until it is let go. */
function busyQueue(): BusyQueue {
  const queue = new TaskQueue(1);
  const order: string[] = [];
  let letGo: () => void = () => undefined;
  const gate = new Promise<void>((resolve) => (letGo = resolve));
  void queue.run(() => gate, { partnerId: "first", leaving: STAYING });
  const wait = (name: string, partnerId: string, priority = 0): Promise<void> =>
    queue.run(
      () => {
        order.push(name);
        return Promise.resolve();
      },
      { partnerId, leaving: STAYING, priority },
    );
  return { queue, order, wait, letGo: () => letGo() };
}

describe("turns", () => {
  test("with 200 of one partner waiting, another partner's single task is next or next but one", async () => {
    const { order, wait, letGo } = busyQueue();
    const burst = Array.from({ length: 200 }, (_, i) => wait(`a${i}`, "a"));
    const single = wait("b", "b");
    letGo();
    await Promise.all([...burst, single]);
    expect(order.indexOf("b")).toBeLessThanOrEqual(1);
    expect(order.filter((name) => name !== "b")).toEqual(Array.from({ length: 200 }, (_, i) => `a${i}`));
  });

  test("partners alternate, and each keeps its own order", async () => {
    const { order, wait, letGo } = busyQueue();
    const tasks = ["a1", "a2", "a3", "b1", "c1", "b2"].map((name) => wait(name, name.charAt(0)));
    letGo();
    await Promise.all(tasks);
    expect(order).toEqual(["a1", "b1", "c1", "a2", "b2", "a3"]);
  });

  test("a higher priority comes first, whosever it is", async () => {
    const { order, wait, letGo } = busyQueue();
    const tasks = [wait("slow", "a", 0), wait("quick", "b", 1), wait("quick too", "a", 1)];
    letGo();
    await Promise.all(tasks);
    expect(order).toEqual(["quick", "quick too", "slow"]);
  });
});

test("a task that leaves while it waits never runs and gives up its place", async () => {
  const { queue, order, wait, letGo } = busyQueue();
  const leaving = new AbortController();
  const left = queue.run(() => Promise.resolve(order.push("left")), { partnerId: "a", leaving: leaving.signal });
  const stays = wait("stays", "a");
  leaving.abort(new Error("gone"));
  await expect(left).rejects.toThrow("gone");
  expect(queue.isFullFor("a", 1)).toBe(true);
  expect(queue.isFullFor("a", 2)).toBe(false);
  letGo();
  await stays;
  expect(order).toEqual(["stays"]);
  await queue.idle();
});

test("a full queue still has room for a partner with little in it, up to twice its length", async () => {
  const { queue, wait, letGo } = busyQueue();
  const tasks = Array.from({ length: 20 }, (_, i) => wait(`a${i}`, "a"));
  expect(queue.isFullFor("a", 20)).toBe(true);
  expect(queue.isFullFor("b", 20)).toBe(false);
  for (let i = 0; i < 8; i++) tasks.push(wait(`b${i}`, "b"));
  expect(queue.isFullFor("b", 20)).toBe(true);
  for (let i = 0; i < 12; i++) tasks.push(wait(`c${i}`, `c${i}`));
  expect(queue.isFullFor("d", 20)).toBe(true);
  letGo();
  await Promise.all(tasks);
  expect(queue.isFullFor("a", 20)).toBe(false);
});

/** The built server as its users run it: a process of its own, spoken to over HTTP. */
import { spawn } from "node:child_process";
import { once } from "node:events";

export interface TestServer {
  url: string;
  pid: number;
  /** Everything that it wrote so far. */
  output(): string;
  /** Its exit code, once it has ended; null when a signal ended it. */
  exited: Promise<number | null>;
  /** Sends the signal and gives the exit code. */
  stop(signal?: NodeJS.Signals): Promise<number | null>;
}

/** Only what a test sets stands in the environment, so that a developer's own settings don't leak in. */
function environment(settings: Record<string, string>): NodeJS.ProcessEnv {
  return {
    PATH: process.env.PATH,
    HOME: process.env.HOME,
    PORT: "0",
    LOG_LEVEL: "info",
    LOCAL_THREADS: "1",
    ...settings,
  };
}

/** Resolves once the server listens; rejects with its output when it ends before. */
export async function startServer(settings: Record<string, string>): Promise<TestServer> {
  const child = spawn(process.execPath, ["dist/src/main.js"], {
    env: environment(settings),
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  const exited = once(child, "exit").then(([code]) => code as number | null);
  const url = await new Promise<string>((resolve, reject) => {
    const read = (chunk: Buffer): void => {
      output += chunk.toString();
      const address = /listening on (http:\/\/[^\s"]+)/.exec(output)?.[1];
      if (address !== undefined) resolve(address);
    };
    child.stdout.on("data", read);
    child.stderr.on("data", read);
    void exited.then((code) => reject(new Error(`the server ended with ${code}:\n${output}`)));
  });
  return {
    url,
    // A process that has written something was started.
    pid: child.pid ?? 0,
    output: () => output,
    exited,
    stop: async (signal = "SIGTERM") => {
      child.kill(signal);
      return exited;
    },
  };
}

/** Starts a server that is expected not to come up, and gives its exit code and what it wrote. */
export async function startFailing(settings: Record<string, string>): Promise<{ code: number | null; output: string }> {
  const child = spawn(process.execPath, ["dist/src/main.js"], {
    env: environment(settings),
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  child.stdout.on("data", (chunk: Buffer) => (output += chunk.toString()));
  child.stderr.on("data", (chunk: Buffer) => (output += chunk.toString()));
  const [code] = (await once(child, "exit")) as [number | null];
  return { code, output };
}

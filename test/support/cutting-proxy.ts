/** A TCP proxy before PostgreSQL that cuts a connection at a chosen moment of a chosen statement. */
import { connect, createServer, type AddressInfo, type Server, type Socket } from "node:net";

/** "sent": the statement never reaches the server. "answered": the server has run it, its answer never reaches the client. */
export type CutWhen = "sent" | "answered";

export class CuttingProxy {
  /** Cuts so far. */
  cuts = 0;
  private plan: { holding: string; when: CutWhen; times: number } | null = null;
  private readonly sockets = new Set<Socket>();

  private constructor(
    private readonly server: Server,
    private readonly target: URL,
  ) {}

  static async start(databaseUrl: string): Promise<CuttingProxy> {
    const server = createServer();
    const proxy = new CuttingProxy(server, new URL(databaseUrl));
    server.on("connection", (client) => proxy.forward(client));
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return proxy;
  }

  /** The connection string of the same database through the proxy. */
  get url(): string {
    const { port } = this.server.address() as AddressInfo;
    return Object.assign(new URL(this.target), { hostname: "127.0.0.1", port: String(port) }).href;
  }

  /** From now on, the first `times` messages that hold this text end in a cut. */
  cut(holding: string, when: CutWhen, times: number): void {
    this.plan = { holding, when, times };
  }

  async close(): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private forward(client: Socket): void {
    const server = connect(Number(this.target.port), this.target.hostname);
    let swallowing = false;
    for (const socket of [client, server]) {
      this.sockets.add(socket);
      socket.on("error", () => undefined);
      socket.on("close", () => {
        this.sockets.delete(socket);
        client.destroy();
        server.destroy();
      });
    }
    client.on("data", (bytes) => {
      if (this.plan !== null && this.plan.times > 0 && bytes.includes(this.plan.holding)) {
        this.plan.times -= 1;
        this.cuts += 1;
        if (this.plan.when === "sent") return void client.destroy();
        swallowing = true;
      }
      server.write(bytes);
    });
    server.on("data", (bytes) => {
      if (!swallowing) client.write(bytes);
      // `Z`, ready for the next statement: what was sent is committed.
      else if (bytes.includes("Z\0\0\0\x05I")) client.destroy();
    });
  }
}

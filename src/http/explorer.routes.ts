/** The page that a browser finds at /graphql and /explorer, and its scripts and style sheet. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import Negotiator from "negotiator";
import type { Asset, Encoding, ExplorerAssets } from "./explorer.assets.js";
import { headersOf, statusOf } from "./http.fault.js";
import type { SiteGuard } from "./site.guard.js";

export interface ExplorerOptions {
  explorer: ExplorerAssets;
  checkSite: SiteGuard;
}

const SANDBOX_SCRIPTS = "https://embeddable-sandbox.cdn.apollographql.com";
const SANDBOX_FRAMES = "https://sandbox.embed.apollographql.com";

/** The explorer runs under a policy that allows this server only; `data:` and `blob:` are photos and icons that the page holds itself. */
const policy = (scripts = "", frames = "'none'"): string =>
  [
    "default-src 'none'",
    `script-src 'self'${scripts}`,
    "style-src 'self'",
    "img-src 'self' blob: data:",
    "connect-src 'self'",
    `frame-src ${frames}`,
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'self'",
  ].join("; ");

const ENCODINGS: readonly Encoding[] = ["br", "gzip"];

const EXPLORER_POLICY = policy();
const SANDBOX_POLICY = policy(` ${SANDBOX_SCRIPTS}`, SANDBOX_FRAMES);

export function explorerRoutes(app: FastifyInstance, { explorer, checkSite }: ExplorerOptions): void {
  const guarded =
    (answer: (request: FastifyRequest, reply: FastifyReply) => FastifyReply) =>
    (request: FastifyRequest, reply: FastifyReply): FastifyReply => {
      try {
        checkSite(request);
      } catch (error) {
        const message = error instanceof Error ? error.message : String(error);
        return reply.code(statusOf(error)).headers(headersOf(error)).send({ error: message });
      }
      return answer(request, reply);
    };
  app.get(
    "/explorer",
    guarded((_request, reply) => sendPage(reply, explorer.explorerPage, EXPLORER_POLICY)),
  );
  app.get(
    "/explorer/assets/:name",
    guarded((request, reply) => {
      const asset = explorer.assets.get((request.params as { name: string }).name);
      if (asset !== undefined) return sendAsset(request, reply, asset);
      return reply.code(404).send({ error: "The page has no such file; it was built anew. Load the page again." });
    }),
  );
}

/** The page at GET /graphql; http/graphql.route.ts has checked the site. */
export function sendSandboxPage(reply: FastifyReply, { sandboxPage }: ExplorerAssets): FastifyReply {
  return sendPage(reply, sandboxPage, SANDBOX_POLICY);
}

function sendPage(reply: FastifyReply, html: string, contentPolicy: string): FastifyReply {
  return reply
    .type("text/html; charset=utf-8")
    .header("content-security-policy", contentPolicy)
    .header("referrer-policy", "no-referrer")
    .header("x-content-type-options", "nosniff")
    .header("cache-control", "no-cache")
    .header("vary", "accept")
    .send(html);
}

/** The name changes with the content, so that a browser asks once. */
function sendAsset({ headers }: FastifyRequest, reply: FastifyReply, { contentType, bodies }: Asset): FastifyReply {
  const accept = headers["accept-encoding"] ?? "identity";
  const accepted = new Negotiator({ headers: { "accept-encoding": accept } }).encodings([...bodies.keys()]);
  // Smallest first; browsers list them all as equals.
  const encoding = ENCODINGS.find((name) => accepted.includes(name)) ?? "identity";
  if (encoding !== "identity") reply.header("content-encoding", encoding);
  return reply
    .type(contentType)
    .header("cache-control", "public, max-age=31536000, immutable")
    .header("vary", "accept-encoding")
    .header("x-content-type-options", "nosniff")
    .send(bodies.get(encoding));
}

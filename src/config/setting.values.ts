/** Checks and conversions of single settings, shared by the subjects. */
import { isIP } from "node:net";
import { z } from "zod";

export const MIB = 1024 * 1024;

/** What a group of settings gives once it is read. */
export type ValuesOf<Shape extends z.ZodRawShape> = z.output<z.ZodObject<Shape>>;

export const wholeNumber = (min: number, max: number) =>
  z
    .string()
    .regex(/^\d+$/, `must be a whole number from ${min} to ${max}`)
    .transform(Number)
    .refine((value) => value >= min && value <= max, `must be a whole number from ${min} to ${max}`);

export const oneOf = <const Values extends readonly [string, ...string[]]>(values: Values) =>
  z.enum(values, `must be one of ${values.join(", ")}`);

/** @param protocols such as `https:` */
export const urlOf = (protocols: readonly string[]) =>
  z
    .string()
    .refine(
      (text) => hasProtocol(text, protocols),
      `must be an address that begins with ${protocols.map((protocol) => `${protocol}//`).join(" or ")}`,
    );

export function hasProtocol(text: string, protocols: readonly string[]): boolean {
  const url = safeUrl(text);
  return url !== null && protocols.includes(url.protocol);
}

export const originList = z
  .string()
  .transform(listOf)
  .refine(
    (origins) => origins.every((origin) => safeUrl(origin)?.origin === origin),
    "must be comma-separated origins such as https://app.example.com, without a path",
  );

export const hostList = z
  .string()
  .transform(listOf)
  .refine(
    (hosts) => hosts.every((host) => /^[\w.-]+$/.test(host) || isIP(host) === 6),
    "must be comma-separated host names such as plates.example.com, without scheme and port",
  );

/** Names of networks that Fastify knows. */
const PROXY_NETWORKS = ["loopback", "linklocal", "uniquelocal"];

/** A number of hops is not taken: callers that reach the server without the proxy could choose their address. Fastify trusts nobody then. */
export const proxyList = z
  .string()
  .transform(listOf)
  .superRefine((proxies, context) => {
    const wrong = proxies.filter((proxy) => !isNetwork(proxy) && !PROXY_NETWORKS.includes(proxy));
    if (wrong.length === 0) return;
    context.addIssue({
      code: "custom",
      message: `must be comma-separated addresses, networks such as 10.0.0.0/8, or ${PROXY_NETWORKS.join(", ")}; not ${wrong.join(", ")}`,
    });
  });

function isNetwork(text: string): boolean {
  const [address = "", bits, ...rest] = text.split("/");
  const version = isIP(address);
  if (version === 0 || rest.length > 0) return false;
  return (
    bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) >= 1 && Number(bits) <= (version === 4 ? 32 : 128))
  );
}

export function listOf(text: string): string[] {
  return text
    .split(",")
    .map((item) => item.trim())
    .filter((item) => item !== "");
}

export function isLoopback(host: string): boolean {
  return host === "localhost" || host === "::1" || (isIP(host) === 4 && host.startsWith("127."));
}

function safeUrl(text: string): URL | null {
  return URL.canParse(text) ? new URL(text) : null;
}

import { readFile } from "node:fs/promises";
import { ApolloServerErrorCode } from "@apollo/server/errors";
import { describe, expect, test } from "@jest/globals";
import { ConfigError, misspeltSettings, readConfig, SETTINGS } from "../../src/config.js";
import { ERROR_CODES } from "../../src/errors.js";

describe("settings", () => {
  test("have the contract's defaults", () => {
    expect(readConfig({})).toMatchObject({
      http: { host: "127.0.0.1", port: 4000 },
      database: { url: null, dataDir: "./data" },
      recognizer: { mode: "local", localMinConfidence: 80 },
      juhe: null,
      images: { maxBytes: 10 * 1024 * 1024, maxPixels: 40_000_000 },
      allowAnonymous: true,
    });
  });

  test("a key makes Juhe the engine, a public address keeps strangers out", () => {
    expect(readConfig({ JUHE_KEY: "k", HOST: "0.0.0.0" })).toMatchObject({
      recognizer: { mode: "juhe" },
      juhe: { key: "k", baseUrl: "http://apis.juhe.cn", timeoutMs: 15_000 },
      allowAnonymous: false,
    });
    expect(readConfig({ HOST: "0.0.0.0", ALLOW_ANONYMOUS: "everyone" }).allowAnonymous).toBe(true);
    expect(() => readConfig({ HOST: "0.0.0.0", ALLOW_ANONYMOUS: "true" })).toThrow("everyone");
    expect(readConfig({ HOST: "::1" }).allowAnonymous).toBe(true);
  });

  test("every variable of .env.example is known, and its values are the defaults", async () => {
    const lines = (await readFile(".env.example", "utf8")).split("\n").filter((line) => /^[A-Z_]+=/.test(line));
    const example = Object.fromEntries(lines.map((line) => line.split("=", 2) as [string, string]));
    expect(readConfig(example)).toEqual(readConfig({}));
    expect(Object.keys(example).sort()).toEqual([...SETTINGS].sort());
  });

  test("every setting stands in README", async () => {
    const readme = await readFile("README.md", "utf8");
    expect(SETTINGS.filter((name) => !readme.includes(`\`${name}\``))).toEqual([]);
  });

  // E8
  test.each([
    ["LOCAL_THREAD", "LOCAL_THREADS"],
    ["LOCAL_TREADS", "LOCAL_THREADS"],
    ["local_threads", "LOCAL_THREADS"],
    ["JUHE_TIMEOUT", "JUHE_TIMEOUT_MS"],
    ["MAX_IMAGE_BYTE", "MAX_IMAGE_BYTES"],
  ])("%s is named as a misspelt %s", (name, setting) =>
    expect(misspeltSettings({ [name]: "4", LOCAL_QUEUE: "1" })).toEqual([{ name, setting }]),
  );

  test("variables of other programs are not", () => {
    const others = [
      "HOME",
      "PATH",
      "HOSTS",
      "SHELL",
      "NODE_ENV",
      "LOCALE",
      "DATABASE",
      "POSTGRES_URL",
      "npm_config_cache",
    ];
    expect(misspeltSettings(Object.fromEntries(others.map((name) => [name, "x"])))).toEqual([]);
  });

  test("proxies are addresses and networks", () => {
    const trustedProxies = ["10.0.0.1", "10.0.0.0/8", "fd00::/8", "::1", "loopback"];
    expect(readConfig({ TRUSTED_PROXIES: trustedProxies.join(" , ") }).http).toMatchObject({ trustedProxies });
  });

  test.each(["3", "true", "proxy.example.com", "10.0.0.0/33", "10.0.0.0/0", "::1/129", "10.0.0.0/8/8", "10.0.0.300"])(
    "%s is no proxy and is named",
    (proxy) => expect(() => readConfig({ TRUSTED_PROXIES: `127.0.0.1, ${proxy}` })).toThrow(`not ${proxy}`),
  );

  test("all faults come at once", () => {
    expect.assertions(2);
    try {
      readConfig({
        PORT: "x",
        JUHE_TIMEOUT_MS: "0",
        RECOGNIZER: "local-then-juhe",
        CORS_ORIGINS: "https://a.example/path",
      });
    } catch (error) {
      expect(error).toBeInstanceOf(ConfigError);
      expect((error as ConfigError).faults).toHaveLength(4);
    }
  });
});

describe("error codes", () => {
  test("every one of ours and of Apollo Server's stands in README", async () => {
    const readme = await readFile("README.md", "utf8");
    const codes = [...ERROR_CODES, ...Object.values(ApolloServerErrorCode)];
    expect(codes.filter((code) => !readme.includes(`\`${code}\``))).toEqual([]);
  });
});

/** A real Chromium with all traffic to other hosts blocked, for tests of the page. */
import { existsSync } from "node:fs";
import { chromium, type Browser, type BrowserContextOptions, type Page, type Route } from "playwright-core";

const EXECUTABLE = process.env.CHROMIUM ?? "/usr/bin/chromium";

/** Why no browser test can run here; null where they can. */
export const NO_BROWSER = existsSync(EXECUTABLE) ? null : `there is no Chromium at ${EXECUTABLE} (set CHROMIUM)`;

export async function launchBrowser(): Promise<Browser> {
  return chromium.launch({
    executablePath: EXECUTABLE,
    args: ["--no-sandbox", "--disable-background-networking", "--disable-component-update"],
  });
}

export interface Visit {
  page: Page;
  /** Addresses on other hosts that the page asked for. */
  outside: string[];
  /** Faults that the page met: exceptions, and what its content policy refused. */
  faults: string[];
}

/** @param answerOutside what becomes of requests to other hosts; they fail by default */
export async function visit(
  browser: Browser,
  url: string,
  options: BrowserContextOptions = {},
  answerOutside: (route: Route) => Promise<void> = (route) => route.abort(),
): Promise<Visit> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, ...options });
  const page = await context.newPage();
  // Shorter than a test may take, so that the step that waits is named.
  page.setDefaultTimeout(40_000);
  const outside: string[] = [];
  const faults: string[] = [];
  page.on("pageerror", (error) => faults.push(error.message));
  page.on("console", (message) => {
    if (/Content.Security.Policy/i.test(message.text())) faults.push(message.text());
  });
  const { host } = new URL(url);
  await page.route(
    (address) => address.host !== host && address.protocol.startsWith("http"),
    async (route) => {
      outside.push(route.request().url());
      await answerOutside(route);
    },
  );
  await page.goto(url);
  return { page, outside, faults };
}

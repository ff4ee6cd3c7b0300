/** The page at /graphql in a real Chromium without the internet. `SCREENSHOTS=1` writes docs/images. */
import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { setTimeout } from "node:timers/promises";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import type { Browser, Page } from "playwright-core";
import { launchBrowser, NO_BROWSER, visit } from "../support/browser.js";
import { createTestDatabase, type TestDatabase } from "../support/test-database.js";
import { startServer, type TestServer } from "../support/test-server.js";

const PHOTO = "test/fixtures/blue.jpg";
const PHONE = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true };
/** Rules that GraphiQL's own tabs and CodeMirror's own scrolling fail. */
const OF_GRAPHIQL = ["nested-interactive", "scrollable-region-focusable"];
const SANDBOX_FRAME = "https://sandbox.embed.apollographql.com/";

if (NO_BROWSER !== null) process.stderr.write(`The tests of the page are skipped: ${NO_BROWSER}.\n`);

(NO_BROWSER === null ? describe : describe.skip)("the page in a browser without the internet", () => {
  let database: TestDatabase;
  let server: TestServer;
  let browser: Browser;
  let plate: string;

  beforeAll(async () => {
    const fixtures = JSON.parse(await readFile("test/fixtures/fixtures.json", "utf8")) as {
      blue: { plateNumber: string }[];
    };
    plate = fixtures.blue[0]?.plateNumber ?? "";
    database = await createTestDatabase();
    server = await startServer({ DATABASE_URL: database.url });
    browser = await launchBrowser();
  });
  afterAll(async () => {
    await browser.close();
    await server.stop();
    await database.drop();
  });

  test("E5: the explorer is there at once, asks no other host but Apollo's for its script, and runs a query", async () => {
    const { page, outside, faults } = await visit(browser, `${server.url}/graphql`);
    await ready(page);
    await page.getByLabel("Show Examples").click();
    await page.getByRole("button", { name: "Every camera" }).click();
    await page.locator(".graphiql-query-editor").getByText("Cameras", { exact: true }).waitFor();
    await page.locator(".graphiql-execute-button").click();
    await answered(page, '"cameras"');
    expect(outside.map((url) => new URL(url).host)).toEqual(["embeddable-sandbox.cdn.apollographql.com"]);
    expect(faults).toEqual([]);
    await page.context().close();
  });

  test("E5: a host that hangs keeps nothing waiting", async () => {
    const { page } = await visit(browser, `${server.url}/graphql`, {}, () => new Promise(() => undefined));
    await page.locator(".graphiql-execute-button").waitFor({ timeout: 10_000 });
    await page.context().close();
  });

  test("/explorer asks no other host at all; a photo goes in as a file variable", async () => {
    const { page, outside, faults } = await visit(browser, `${server.url}/explorer`);
    await ready(page);
    await page.locator(".files input").setInputFiles(PHOTO);
    await page.locator(".graphiql-execute-button").click();
    await answered(page, plate);
    expect(outside).toEqual([]);
    expect(faults).toEqual([]);
    await page.context().close();
  });

  test("examples open in tabs of their own, documentation and history are there, a header goes with the query", async () => {
    const { page } = await visit(browser, `${server.url}/explorer`);
    await ready(page);
    await page.getByLabel("Show Examples").click();
    await page.getByRole("button", { name: "Every camera" }).click();
    await page.locator(".graphiql-query-editor").getByText("Cameras", { exact: true }).waitFor();
    await page.getByRole("button", { name: "Headers" }).click();
    await page.getByRole("textbox", { name: "Headers" }).focus();
    await page.keyboard.insertText('{ "authorization": "Bearer wrong" }');
    const [request] = await Promise.all([
      page.waitForRequest((sent) => sent.postData()?.includes("query Cameras") === true),
      page.keyboard.press("Control+Enter"),
    ]);
    expect(request.headers().authorization).toBe("Bearer wrong");
    await page.getByLabel("Show Documentation Explorer").click();
    await page.getByText("A GraphQL schema provides a root type").or(page.getByText("Root Types")).first().waitFor();
    await page.getByLabel("Show History").click();
    await page.locator(".graphiql-history-item").getByText("Cameras").first().waitFor();
    await page.context().close();
  });

  test("a photo that is dropped is shown with its box and reading; its request runs in curl", async () => {
    const { page, faults } = await visit(browser, `${server.url}/explorer`);
    await drop(page);
    await page.locator("#photo-readings td").first().waitFor();
    expect(await page.locator("#photo-readings td").first().textContent()).toBe(plate);
    expect(await page.locator("#photo-view text").textContent()).toContain(plate);
    const box = await page.locator("#photo-view rect").boundingBox();
    const photo = await page.locator("#photo-view img").boundingBox();
    if (box === null || photo === null) throw new Error("The box or the photo is not shown.");
    expect(box.x).toBeGreaterThan(photo.x);
    expect(box.x + box.width).toBeLessThan(photo.x + photo.width);
    expect(box.width).toBeGreaterThan(photo.width / 20);
    await page.getByRole("button", { name: "Copy as curl" }).click();
    const curl = (await page.locator("#photo-snippet").textContent()) ?? "";
    const { stdout } = await promisify(execFile)("sh", ["-c", curl], { cwd: "test/fixtures" });
    expect(stdout).toContain(plate);
    await page.getByRole("button", { name: "Copy as GraphQL" }).click();
    expect(await page.locator("#photo-snippet").textContent()).toContain("recognizeUpload");
    expect(faults).toEqual([]);
    await page.context().close();
  });

  test("what is refused is said in one line", async () => {
    const { page } = await visit(browser, `${server.url}/explorer`);
    await page.locator("#photo-file").setInputFiles("package.json");
    await page.locator("#photo-status").getByText("INVALID_IMAGE: ").waitFor();
    await page.context().close();
  });

  test("by keyboard alone, at the width of a phone: out of the editor, to the photo panel, a photo in", async () => {
    const { page } = await visit(browser, `${server.url}/explorer`, PHONE);
    // Asked for early: on a busy machine the browser took the key before it had been told to hand file choosers over.
    const choosing = page.waitForEvent("filechooser", { timeout: 90_000 });
    await page.locator(".graphiql-query-editor .CodeMirror textarea").first().focus();
    await page.keyboard.press("Tab");
    expect(await page.evaluate("document.activeElement.closest('.graphiql-query-editor .CodeMirror') === null")).toBe(
      true,
    );
    await tabTo(page, "button[data-shows=photo]");
    await page.keyboard.press("Enter");
    await tabTo(page, "#photo-file");
    await page.keyboard.press("Enter");
    await (await choosing).setFiles(PHOTO);
    await page.locator("#photo-readings td").first().waitFor();
    await tabTo(page, "[data-copies=javascript]");
    await page.keyboard.press("Enter");
    expect(await page.locator("#photo-snippet").textContent()).toContain("new FormData()");
    await page.context().close();
  });

  test("nothing is wider than the window of a phone", async () => {
    const { page } = await visit(browser, `${server.url}/explorer`, PHONE);
    await page.locator(".graphiql-execute-button").waitFor();
    expect(await page.evaluate("document.documentElement.scrollWidth")).toBe(390);
    await ready(page);
    await page.locator(".files input").setInputFiles(PHOTO);
    await page.locator(".graphiql-execute-button").click();
    await answered(page, plate);
    await screenshot(page, "explorer-narrow");
    await page.getByRole("button", { name: "Photo", exact: true }).click();
    await page.locator("#photo-file").setInputFiles(PHOTO);
    await page.locator("#photo-readings td").first().waitFor();
    expect(await page.evaluate("document.documentElement.scrollWidth")).toBe(390);
    await screenshot(page, "photo-narrow");
    await page.context().close();
  });

  test.each(["light", "dark"] as const)("no serious fault of accessibility, %s", async (colorScheme) => {
    const { page } = await visit(browser, `${server.url}/explorer`, { colorScheme });
    await ready(page);
    await page.locator(".files input").setInputFiles(PHOTO);
    await page.locator(".graphiql-execute-button").click();
    await answered(page, plate);
    await page.locator("#photo-file").setInputFiles(PHOTO);
    await page.locator("#photo-readings td").first().waitFor();
    await screenshot(page, colorScheme === "light" ? "explorer-wide" : "explorer-dark");
    await page.evaluate(await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8"));
    const violations = await page.evaluate<string[]>(
      `axe.run().then(({ violations }) => violations.filter(({ impact }) => impact === "serious" || impact === "critical")
        .filter(({ id }) => !${JSON.stringify(OF_GRAPHIQL)}.includes(id))
        .flatMap(({ id, nodes }) => nodes.map(({ html }) => id + ": " + html.slice(0, 200))))`,
    );
    expect(violations).toEqual([]);
    await page.context().close();
  });

  test("Apollo Sandbox comes in its place where it loads, and not under a visitor's hands", async () => {
    let comes: Promise<unknown> = setTimeout(500);
    const stand = async (route: Parameters<NonNullable<Parameters<typeof visit>[3]>>[0]): Promise<void> => {
      if (route.request().url().startsWith(SANDBOX_FRAME)) {
        await route.fulfill({ contentType: "text/html", body: "Sandbox<script>parent.postMessage({}, '*')</script>" });
      } else {
        await comes;
        await route.fulfill({
          contentType: "text/javascript",
          body: `window.EmbeddedSandbox = class { constructor({ target }) {
            const frame = document.createElement("iframe"); frame.src = "${SANDBOX_FRAME}"; target.append(frame); } };`,
        });
      }
    };
    const first = await visit(browser, `${server.url}/graphql`, {}, stand);
    await first.page.locator("body[data-view=sandbox]").waitFor();
    await first.page.frameLocator("#sandbox iframe").getByText("Sandbox").waitFor();
    expect(first.faults).toEqual([]);
    await first.page.context().close();
    // Not before the key is pressed, however long that takes.
    let pressed = (): void => undefined;
    comes = new Promise((resolve) => (pressed = () => resolve(null)));
    const second = await visit(browser, `${server.url}/graphql`, {}, stand);
    await second.page.keyboard.press("Tab");
    pressed();
    await second.page.getByRole("button", { name: "Apollo Sandbox" }).waitFor();
    expect(await second.page.getAttribute("body", "data-view")).toBe("explorer");
    await second.page.context().close();
  });
});

/** Once the editors are made and the schema is loaded; GraphiQL ignores the execute button while it has no pane for the answer. */
async function ready(page: Page): Promise<void> {
  await page.locator(".graphiql-execute-button").waitFor();
  await page.locator(".graphiql-query-editor .CodeMirror").waitFor();
  await page.locator(".result-window .CodeMirror").waitFor();
  await page.waitForLoadState("networkidle");
}

async function answered(page: Page, text: string): Promise<void> {
  // The pane holds the answer in pieces. The page's content policy allows no script of ours to wait for it there.
  const deadline = Date.now() + 30_000;
  let shown = "";
  while (!shown.includes(text)) {
    if (Date.now() > deadline) throw new Error(`The answer without ${text}: ${shown}`);
    await page.waitForTimeout(100);
    shown = await page.locator(".result-window").innerText();
  }
}

/** At most 60 presses of the Tab key. */
async function tabTo(page: Page, selector: string): Promise<void> {
  for (let presses = 0; presses < 60; presses++) {
    if (await page.evaluate<boolean>(`document.activeElement.matches(${JSON.stringify(selector)})`)) return;
    await page.keyboard.press("Tab");
  }
  throw new Error(`The Tab key does not lead to ${selector}.`);
}

async function drop(page: Page): Promise<void> {
  const base64 = (await readFile(PHOTO)).toString("base64");
  await page.evaluate(`{
    const bytes = Uint8Array.from(atob(${JSON.stringify(base64)}), (character) => character.charCodeAt(0));
    const dataTransfer = new DataTransfer();
    dataTransfer.items.add(new File([bytes], "blue.jpg", { type: "image/jpeg" }));
    document.getElementById("drop").dispatchEvent(new DragEvent("drop", { dataTransfer, bubbles: true, cancelable: true }));
  }`);
}

async function screenshot(page: Page, name: string): Promise<void> {
  if (process.env.SCREENSHOTS !== undefined) await page.screenshot({ path: `docs/images/${name}.png` });
}

// Chromium, and what must never happen in it.

import assert from "node:assert/strict";
import { chromium } from "playwright-core";

const PIXEL = Buffer.from("R0lGODlhAQABAIAAAP///wAAACH5BAEAAAAALAAAAAABAAEAAAICRAEAOw==", "base64");

/** Its profile is new, and removed when it is closed. `more` are arguments for it. */
export const openBrowser = (...more) =>
  chromium.launch({
    executablePath: "/usr/bin/chromium",
    args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
      "--disable-component-update", "--disable-sync", ...more],
  });

/**
 * A visitor with cookies of their own. `faults` are broken policies, errors of script, and whatever the browser
 * complains about; `elsewhere` the requests that left this machine (a pixel answers in the world's place).
 */
export async function visit(browser, site, options = {}) {
  const context = await browser.newContext({ baseURL: site.address, viewport: { width: 1440, height: 900 }, ...options });
  context.setDefaultTimeout(30_000);
  const faults = [];
  const elsewhere = [];
  context.on("console", (message) => {
    if (["error", "warning"].includes(message.type())) faults.push(`console: ${message.text()} (${message.location().url})`);
  });
  context.on("weberror", (error) => faults.push(`script: ${error.error()}`));
  const here = site.hosts ?? ["127.0.0.1"];
  await context.route((url) => !here.includes(url.hostname), (route) => {
    elsewhere.push(route.request().url());
    return route.fulfill({ contentType: "image/gif", body: PIXEL });
  });
  const page = await context.newPage();
  return { context, page, faults, elsewhere };
}

/** Signs in through the form and lands in the inbox. */
export async function signIn(page, site) {
  await page.goto("/login");
  await page.getByLabel("User name").fill(site.user);
  await page.getByLabel("Password").fill(site.password);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.waitForURL("**/mail/INBOX");
}

/** Ends a visit; nothing may have gone wrong in it, and nothing may have left the machine. */
export async function leave({ context, faults, elsewhere }) {
  await context.close();
  assert.deepEqual({ faults, elsewhere }, { faults: [], elsewhere: [] });
}

/** Asks for a page again until something is on it. */
export async function reloadUntil(page, locator) {
  const deadline = Date.now() + 30_000;
  while ((await locator.count()) === 0) {
    assert.ok(Date.now() < deadline, `still not there: ${locator}`);
    await page.reload();
  }
}

// The message frame: what mail brings along stays in it, and does nothing there.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { after, before, test } from "node:test";
import { leave, openBrowser, signIn, visit } from "./browser.mjs";
import { append } from "./imap.mjs";
import { startSite } from "./site.mjs";

const hostile = new URL("../fixtures/hostile/", import.meta.url);
const PIXEL = Buffer.from(
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==",
  "base64",
);
const SANDBOX = "allow-same-origin allow-popups allow-popups-to-escape-sandbox";

let site;
let browser;
before(async () => {
  site = await startSite({ POSTROOM_EGRESS_ALLOW: "127.0.0.1:*" });
  browser = await openBrowser();
});
after(async () => {
  await browser?.close();
  await site?.stop();
});

const letter = (subject, html) =>
  `From: Mallory <mallory@example.org>\nTo: ${site.user}\nSubject: ${subject}\nMIME-Version: 1.0\n` +
  `Content-Type: text/html; charset=utf-8\n\n${html}\n`;

/** A visit to a message, and its frame. */
async function read(subject, options) {
  const visitor = await visit(browser, site, options);
  const { page } = visitor;
  await signIn(page, site);
  const [answer] = await Promise.all([
    page.waitForResponse((response) => response.url().includes("/body")),
    page.locator("li.row", { hasText: subject }).getByRole("link").first().click(),
  ]);
  const element = await page.locator("iframe.message-frame").elementHandle();
  const frame = await element.contentFrame();
  await frame.waitForLoadState();
  return { ...visitor, answer, element, frame };
}

test("the sandbox is in the attribute and in the header, and neither lets scripts run", async () => {
  const visitor = await read("The keeper of the last paper map");
  assert.equal(await visitor.element.getAttribute("sandbox"), SANDBOX);
  const policy = await visitor.answer.headerValue("content-security-policy");
  assert.ok(policy.startsWith(`sandbox ${SANDBOX};`), policy);
  assert.doesNotMatch(policy, /allow-scripts|script-src (?!'none')/);
  await leave(visitor);
});

test("what runs in no message does not run when it comes past the sanitiser either", async () => {
  const visitor = await read("The keeper of the last paper map");
  await visitor.page.evaluate(() => {
    const inside = document.querySelector("iframe.message-frame").contentDocument;
    const image = inside.createElement("img");
    image.setAttribute("onerror", "parent.document.title = 'ran'");
    image.src = "data:,";
    const loaded = new Promise((resolve) => image.addEventListener("error", resolve));
    inside.body.append(image);
    return loaded;
  });
  assert.doesNotMatch(await visitor.page.title(), /ran/);
  // The browser says that it refused.
  assert.notEqual(visitor.faults.splice(0).length, 0);
  await leave(visitor);
});

test("hostile messages run nothing, ask for nothing and lead nowhere", async () => {
  const { messages } = JSON.parse(await readFile(new URL("manifest.json", hostile)));
  const files = messages.filter(({ group }) => ["html-script", "overlay"].includes(group)).map(({ file }) => file);
  assert.ok(files.length >= 80, `${files.length} messages`);
  await append(site, "Junk", ...(await Promise.all(files.map((file) => readFile(new URL(file, hostile))))));
  const visitor = await visit(browser, site);
  const { context, page, faults } = visitor;
  await signIn(page, site);
  await page.goto("/mail/Junk");
  const addresses = [];
  for (;;) {
    addresses.push(...(await page.locator("li.row .row-link").evaluateAll((links) => links.map((link) => link.href))));
    if (addresses.length >= files.length) break;
    await page.goto(await page.getByRole("link", { name: "Older", exact: true }).evaluate((link) => link.href));
  }
  // What the browser says about their broken styles is no fault of ours.
  faults.splice(0);
  const ran = [];
  page.on("console", (message) => message.text().includes("PWNED") && ran.push(message.text()));
  page.on("dialog", (dialog) => {
    ran.push(`dialog: ${dialog.message()}`);
    return dialog.dismiss();
  });
  context.on("page", (opened) => ran.push(`opened ${opened.url()}`));
  for (const address of addresses.slice(0, files.length)) {
    await page.goto(address);
    assert.equal(await page.locator("main h1").count(), 1, address);
    assert.equal(page.url(), address, "nothing leads away");
  }
  assert.deepEqual(ran, []);
  faults.splice(0);
  await leave(visitor);
});

test("the frame is as high as its content", async () => {
  const lines = "<p style='margin:0;height:50px'>line</p>".repeat(60);
  await append(site, "INBOX", letter("sixty lines", `<html><body style='margin:0'>${lines}`));
  const visitor = await read("sixty lines");
  const height = () => visitor.element.evaluate((frame) => frame.getBoundingClientRect().height);
  await visitor.page.waitForFunction(() => document.querySelector("iframe.message-frame").clientHeight >= 3000);
  assert.ok((await height()) < 3100, `${await height()}`);
  await leave(visitor);
  const without = await read("sixty lines", { javaScriptEnabled: false });
  const [own, content] = await without.frame.evaluate(() => [innerHeight, document.documentElement.scrollHeight]);
  assert.ok(own > 300 && content > own, "without script it scrolls by itself");
  await leave(without);
});

test("remote images wait until they are asked for, and then come from this site alone", async () => {
  const asked = [];
  const server = createServer((request, response) => {
    asked.push(request);
    response.writeHead(200, { "Content-Type": "image/png", "Set-Cookie": "seen=1" }).end(PIXEL);
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const there = `http://127.0.0.1:${server.address().port}`;
  const html =
    `<style>.a{background:url(${there}/sheet.png)}</style><p class="a" style="background-image:url(${there}/style.png)">x</p>` +
    `<p class="a">y</p><table background="${there}/table.png"><tr><td>z</table><img src="${there}/image.png" srcset="${there}/set.png 2x">`;
  await append(site, "INBOX", letter("pictures from elsewhere", html));
  const visitor = await read("pictures from elsewhere");
  const { page } = visitor;
  const requests = [];
  page.on("request", (request) => requests.push(request.url()));
  await page.reload();
  await page.waitForLoadState("load");
  assert.equal(asked.length, 0);
  await page.getByText("4 images from 127.0.0.1 were not shown").waitFor();
  await page.getByRole("link", { name: "Show images" }).click();
  await page.getByText("are shown for now").waitFor();
  const image = page.frameLocator("iframe.message-frame").locator("img");
  await image.evaluate((image) => image.decode());
  assert.equal(await image.evaluate((image) => image.naturalWidth), 1);
  await page.waitForLoadState("networkidle");
  assert.deepEqual(asked.map(({ url }) => url).sort(), ["/image.png", "/sheet.png", "/style.png", "/table.png"]);
  for (const { headers } of asked) {
    assert.deepEqual(Object.keys(headers).sort(), ["accept", "accept-encoding", "connection", "host", "user-agent"]);
  }
  await page.getByRole("button", { name: `Always show images from mallory@example.org` }).click();
  await page.getByText("as always from mallory@example.org").waitFor();
  await page.frameLocator("iframe.message-frame").locator("img").evaluate((image) => image.decode());
  await page.getByRole("button", { name: "Stop showing images" }).click();
  await page.getByText("4 images from 127.0.0.1 were not shown").waitFor();
  const foreign = requests.filter((url) => !url.startsWith(site.address) && !url.startsWith("data:"));
  assert.deepEqual(foreign, []);
  await leave(visitor);
  server.close();
});

test("with images shown a newsletter asks nobody else for anything", async () => {
  const visitor = await read("New bags from old sails");
  const { page } = visitor;
  assert.deepEqual(visitor.elsewhere, []);
  const failed = page.waitForResponse((response) => response.url().includes("/remote?"));
  await page.getByRole("link", { name: "Show images" }).click();
  // There is no such host: the proxy says no more than that.
  assert.equal((await failed).status(), 502);
  await page.waitForLoadState("load");
  assert.deepEqual(visitor.elsewhere, []);
  const complaints = visitor.faults.splice(0);
  assert.ok(complaints.every((fault) => fault.includes("502") && fault.includes("/remote?")), complaints.join("\n"));
  await leave(visitor);
});

test("a link opens another page that cannot reach back", async () => {
  await append(site, "INBOX", letter("a link", `<a href="${site.address}healthz">there</a>`));
  const visitor = await read("a link");
  const [opened] = await Promise.all([
    visitor.context.waitForEvent("page"),
    visitor.frame.getByRole("link", { name: "there" }).click(),
  ]);
  await opened.waitForLoadState();
  assert.equal(opened.url(), `${site.address}healthz`);
  assert.equal(await opened.evaluate(() => opener), null);
  assert.equal(await visitor.element.evaluate((frame) => frame.isConnected), true, "the message stays open");
  await leave(visitor);
});

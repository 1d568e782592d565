// Messages under a host name of their own: they are shown, with script and without, and no cookie goes there.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { leave, openBrowser, signIn, visit } from "./browser.mjs";
import { append } from "./imap.mjs";
import { startSite } from "./site.mjs";

// Below localhost, so that the browser takes them for as safe as https.
const MAIL = "http://mail.localhost";
const CONTENT = "http://content.localhost";
const PIXEL =
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";

let site;
let browser;
before(async () => {
  const started = await startSite({ POSTROOM_PUBLIC_ORIGIN: MAIL, POSTROOM_BODY_ORIGIN: CONTENT });
  const { host } = new URL(started.address);
  site = { ...started, address: `${MAIL}/`, hosts: [MAIL, CONTENT].map((origin) => new URL(origin).hostname) };
  browser = await openBrowser(`--host-resolver-rules=${site.hosts.map((name) => `MAP ${name}:80 ${host}`).join(",")}`);
  await append(
    site,
    "INBOX",
    `From: Bob <bob@example.org>\nTo: ${site.user}\nSubject: apart\nMIME-Version: 1.0\n` +
      `Content-Type: multipart/related; boundary=r\n\n--r\nContent-Type: text/html\n\n` +
      `<p>on a host of its own</p><img src="cid:p@x" alt="p"><p><a href="${MAIL}/healthz">there</a></p>\n--r\n` +
      `Content-Type: image/png; name=p.png\nContent-ID: <p@x>\nContent-Transfer-Encoding: base64\n\n${PIXEL}\n--r--\n`,
  );
});
after(async () => {
  await browser?.close();
  await site?.stop();
});

for (const javaScriptEnabled of [true, false]) {
  test(`a message is shown ${javaScriptEnabled ? "with" : "without"} script`, async () => {
    const visitor = await visit(browser, site, { javaScriptEnabled });
    const { context, page } = visitor;
    const asked = [];
    context.on("request", (request) => request.url().startsWith(CONTENT) && asked.push(request));
    await signIn(page, site);
    await page.locator("li.row", { hasText: "apart" }).getByRole("link").first().click();
    await page.locator("iframe.message-frame").waitFor();
    await page.waitForLoadState("load");
    assert.deepEqual(visitor.faults, []);
    const frame = page.frameLocator("iframe.message-frame");
    await frame.getByText("on a host of its own").waitFor();
    const image = frame.locator("img");
    await image.evaluate((image) => image.decode());
    assert.equal(await image.evaluate((image) => image.naturalWidth), 1);
    assert.equal(await frame.locator("body").evaluate(() => origin), "null", "it is of no origin");
    assert.equal(asked.length, 2);
    for (const request of asked) {
      const { cookie, referer } = await request.allHeaders();
      assert.deepEqual({ cookie, referer }, { cookie: undefined, referer: undefined });
    }
    assert.deepEqual(new Set((await context.cookies()).map(({ domain }) => domain)), new Set(["mail.localhost"]));
    const [opened] = await Promise.all([
      context.waitForEvent("page"),
      frame.getByRole("link", { name: "there" }).click(),
    ]);
    await opened.waitForLoadState();
    assert.equal(opened.url(), `${MAIL}/healthz`);
    assert.equal(await opened.evaluate(() => opener), null);
    // What the sandbox refuses is this test, which looks into it.
    const refused = visitor.faults.splice(0);
    assert.ok(refused.every((fault) => fault.includes("Blocked script execution")), refused.join("\n"));
    await leave(visitor);
  });
}

test("no other site's page frames a message", async () => {
  const visitor = await visit(browser, site);
  const { page } = visitor;
  await signIn(page, site);
  await page.locator("li.row", { hasText: "apart" }).getByRole("link").first().click();
  const address = await page.locator("iframe.message-frame").getAttribute("src");
  await page.route(`${CONTENT}/framing`, (route) =>
    route.fulfill({ contentType: "text/html", body: `<iframe src="${address.replaceAll("&", "&amp;")}"></iframe>` }),
  );
  await page.goto(`${CONTENT}/framing`);
  await page.waitForLoadState("networkidle");
  assert.equal(await page.frameLocator("iframe").getByText("on a host of its own").count(), 0);
  assert.match(visitor.faults.splice(0).join("\n"), /frame-ancestors/);
  await leave(visitor);
});

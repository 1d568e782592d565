// What people do in Postroom, with script and without.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { after, before, describe, test } from "node:test";
import { leave, openBrowser, reloadUntil, signIn, visit } from "./browser.mjs";
import { startSite } from "./site.mjs";

let site;
let browser;
before(async () => {
  site = await startSite();
  browser = await openBrowser();
});
after(async () => {
  await browser?.close();
  await site?.stop();
});

const row = (page, subject) => page.locator("li.row", { hasText: subject });
const open = (page, subject) => row(page, subject).getByRole("link").first().click();
const heading = (page, name) => page.getByRole("heading", { level: 1, name }).waitFor();
const flash = (page, text) => page.getByRole("status").filter({ hasText: text }).waitFor();
const menu = (page, label) => page.locator("summary").filter({ hasText: label }).first();

for (const script of [true, false]) {
  const with_ = `with script ${script ? "on" : "off"}`;
  /** A signed-in visit in which nothing may go wrong. */
  const flow = (name, run) =>
    test(`${name}, ${with_}`, async () => {
      const visitor = await visit(browser, site, { javaScriptEnabled: script });
      await signIn(visitor.page, site);
      await run(visitor.page, visitor);
      await leave(visitor);
    });

  describe(with_, () => {
    test(`signing in and out, ${with_}`, async () => {
      const visitor = await visit(browser, site, { javaScriptEnabled: script });
      const { page } = visitor;
      await page.goto("/mail/INBOX");
      await page.waitForURL("**/login*");
      await page.getByLabel("User name").fill(site.user);
      await page.getByLabel("Password").fill("wrong");
      await page.getByRole("button", { name: "Sign in" }).click();
      await page.getByRole("alert").waitFor();
      // The answer to a wrong password is a 4xx, which the console notes.
      visitor.faults.splice(0);
      await page.getByLabel("Password").fill(site.password);
      await page.getByRole("button", { name: "Sign in" }).click();
      await heading(page, "Inbox");
      await menu(page, site.user).click();
      await page.getByRole("button", { name: "Sign out" }).click();
      await heading(page, "Sign in");
      await page.goto("/mail/INBOX");
      await heading(page, "Sign in");
      await leave(visitor);
    });

    flow("reading", async (page, visitor) => {
      await open(page, "The panorama, in full size this time");
      await heading(page, "The panorama, in full size this time");
      await page.locator(".message-text", { hasText: "do not open it on the train" }).waitFor();
      await page.goBack();
      await open(page, "The keeper of the last paper map");
      await heading(page, "The keeper of the last paper map");
      await page.frameLocator(".message-frame").getByText("Marta Eide").last().waitFor();
      assert.deepEqual(visitor.elsewhere, [], "nothing is asked for before somebody wants it");
      await page.getByRole("link", { name: "Show images" }).click();
      await page.getByText("shown for now").waitFor();
      await page.frameLocator(".message-frame").locator("img[src*='/remote?']").first().waitFor({ state: "attached" });
      assert.deepEqual(visitor.elsewhere, [], "asked for, they come through this site");
      await page.waitForLoadState("networkidle");
      // There is nobody by that name, which the console notes.
      const others = visitor.faults.splice(0).filter((fault) => !(fault.includes("502") && fault.includes("/remote?")));
      assert.deepEqual(others, []);
      await page.goto("/mail/INBOX");
      await page.getByRole("link", { name: "Older", exact: true }).click();
      await page.getByRole("link", { name: "Newer", exact: true }).waitFor();
    });

    flow("flagging, archiving and undo", async (page) => {
      const lunch = row(page, "Lunch on Wednesday?");
      const star = lunch.getByRole("button", { name: /^Flag/ });
      await star.click();
      await lunch.locator("button[aria-pressed=true]").waitFor();
      await star.click();
      await lunch.locator("button[aria-pressed=false]").waitFor();
      await lunch.getByRole("checkbox").check();
      await page.locator("#bulk").getByRole("button", { name: "Archive", exact: true }).click();
      await flash(page, "1 message");
      assert.equal(await lunch.count(), 0);
      await page.getByRole("button", { name: "Undo", exact: true }).click();
      await lunch.waitFor();
      await open(page, "Lunch on Wednesday?");
      await page.locator(".reader").locator("summary", { hasText: "Move" }).click();
      await page.locator(".reader").getByLabel("Folder").selectOption("Archive");
      await page.locator(".reader").getByRole("button", { name: "Move", exact: true }).click();
      await flash(page, "moved");
      await page.goto("/mail/Archive");
      await lunch.getByRole("checkbox").check();
      await page.locator("#bulk summary", { hasText: "Move" }).click();
      await page.locator("#bulk").getByLabel("Folder").selectOption("INBOX");
      await page.locator("#bulk").getByRole("button", { name: "Move", exact: true }).click();
      await flash(page, "moved");
    });

    flow("searching", async (page) => {
      await page.getByRole("searchbox").fill("from:grace contract");
      await page.getByRole("searchbox").press("Enter");
      await page.waitForURL("**/mail/INBOX?q=*");
      await row(page, "Draft contract").first().waitFor();
      assert.ok((await page.locator("li.row").count()) < 5);
      await page.getByRole("link", { name: "Clear search" }).click();
      await row(page, "Lunch on Wednesday?").waitFor();
    });

    flow("answering with a draft and a file", async (page) => {
      const subject = `Re: Lunch ${script ? "with" : "without"} script \u{1f41f}`;
      await open(page, "Lunch on Wednesday?");
      await page.getByRole("link", { name: "Reply", exact: true }).click();
      await heading(page, "Reply");
      assert.match(await page.getByLabel("Text", { exact: true }).inputValue(), /> Ada! I am in Hamburg/);
      await page.getByLabel("To", { exact: true }).fill(`Ada <${site.user}>`);
      await page.getByLabel("Subject").fill(subject);
      await page.getByLabel("Text", { exact: true }).fill("Yes!\n\nAda");
      await page.getByLabel("Attach files").setInputFiles("package.json");
      await page.getByRole("button", { name: "Attach", exact: true }).click();
      await page.getByText("package.json").first().waitFor();
      await page.getByRole("button", { name: "Save draft" }).click();
      await flash(page, "aved");
      await page.goto("/mail/Drafts");
      await open(page, subject);
      await heading(page, "Draft");
      await page.getByText("package.json").first().waitFor();
      assert.equal((await page.getByLabel("Text", { exact: true }).inputValue()).trimEnd(), "Yes!\n\nAda");
      await page.getByRole("button", { name: "Send" }).click();
      await flash(page, "ent");
      await page.goto("/mail/INBOX");
      await reloadUntil(page, row(page, subject));
      await open(page, subject);
      await heading(page, subject);
      const [download] = await Promise.all([
        page.waitForEvent("download"),
        page.getByRole("listitem").filter({ hasText: "package.json" }).getByRole("link").last().click(),
      ]);
      assert.deepEqual(await readFile(await download.path()), await readFile("package.json"));
      await page.goto("/mail/Drafts");
      assert.equal(await row(page, subject).count(), 0, "what was sent is no draft any more");
    });

    flow("folders", async (page) => {
      const [first, second] = ["Boote & 船", "Schiffe & 船"].map((name) => `${name} ${script ? 1 : 2}`);
      const manage = () => page.getByRole("link", { name: "Manage folders" }).click();
      const managed = (name) => page.locator("li.managed", { hasText: name });
      await manage();
      await page.getByLabel("New folder").fill(first);
      await page.getByRole("button", { name: "Create" }).click();
      await managed(first).waitFor();
      await page.getByRole("navigation", { name: "Folders" }).getByRole("link", { name: first }).click();
      await heading(page, first);
      await manage();
      await managed(first).locator("summary", { hasText: "Rename" }).click();
      await managed(first).getByLabel("New name").fill(second);
      await managed(first).getByRole("button", { name: "Rename" }).click();
      await managed(second).waitFor();
      await managed(second).locator("summary", { hasText: "Delete" }).click();
      await managed(second).getByRole("button", { name: "Delete folder" }).click();
      await flash(page, "eleted");
      assert.equal(await managed(second).count(), 0);
    });
  });
}

test("the browser keeps no secret where a script could read it", async () => {
  const visitor = await visit(browser, site);
  const { page } = visitor;
  const seen = [];
  page.on("framenavigated", (frame) => seen.push(frame.url()));
  await signIn(page, site);
  await page.locator("li.row .row-link").first().click();
  await page.waitForLoadState("load");
  await page.goto("/compose");
  await page.getByLabel("Subject").fill("half a thought");
  await page.goto("/mail/INBOX");
  const kept = await page.evaluate(() =>
    JSON.stringify([{ ...localStorage }, { ...sessionStorage }, document.cookie, history.state, window.name]));
  const cookies = await visitor.context.cookies();
  const secrets = [site.password, ...cookies.filter(({ name }) => name.startsWith("postroom")).map(({ value }) => value)];
  assert.ok(secrets.length >= 3, "the password, the session and its key");
  assert.equal(await page.evaluate(() => localStorage.length), 0);
  for (const secret of secrets) {
    // The demo's password is a word that pages and keys of ours have, too.
    const whole = new RegExp(`"${secret.replace(/[^\w]/g, "\\$&")}"`);
    assert.doesNotMatch(kept, whole);
    if (secret !== site.password) assert.ok(!kept.includes(secret));
    assert.ok(seen.every((url) => !url.includes(`=${secret}`)), seen.join("\n"));
  }
  await leave(visitor);
});

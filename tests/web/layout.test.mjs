// Every page at every width and in both schemes: nothing sticks out, everybody can use it, and without a pointer.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { after, before, test } from "node:test";
import { leave, openBrowser, signIn, visit } from "./browser.mjs";
import { SCHEMES, VIEWPORTS, everyPage, settled } from "./pages.mjs";
import { startSite } from "./site.mjs";

const axe = await readFile(new URL("../../node_modules/axe-core/axe.min.js", import.meta.url), "utf8");
/** 320 px is where WCAG 1.4.10 asks for reflow. */
const WIDTHS = [320, ...VIEWPORTS.map(({ width }) => width)];

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

/** Looks at the sign-in page, signs in, and looks at every other page. */
async function eachPage(page, look) {
  await page.goto("/login");
  await look("login");
  await signIn(page, site);
  for (const [name, address] of Object.entries(await everyPage(page))) {
    await page.goto(address);
    await settled(page);
    await look(name);
  }
}

for (const colorScheme of SCHEMES) {
  test(`nothing is wider than the window, ${colorScheme}`, async () => {
    const visitor = await visit(browser, site, { colorScheme });
    const { page } = visitor;
    await eachPage(page, async (name) => {
      for (const width of WIDTHS) {
        await page.setViewportSize({ width, height: 900 });
        const wide = await page.evaluate(() => document.documentElement.scrollWidth);
        assert.ok(wide <= width, `${name} is ${wide} px wide in a window of ${width}`);
      }
    });
    await leave(visitor);
  });

  for (const viewport of [VIEWPORTS[0], VIEWPORTS[2]]) {
    test(`axe finds nothing serious at ${viewport.width} px, ${colorScheme}`, async () => {
      // It is put into the page, which the page's policy would refuse.
      const visitor = await visit(browser, site, { colorScheme, viewport, bypassCSP: true });
      const { page } = visitor;
      const found = [];
      await eachPage(page, async (name) => {
        await page.evaluate(axe);
        const { violations } = await page.evaluate(() => globalThis.axe.run({ resultTypes: ["violations"] }));
        for (const { id, impact, nodes } of violations) {
          if (["serious", "critical"].includes(impact)) found.push({ name, id, nodes: nodes.map(({ html, any }) => `${html} ${any[0]?.message ?? ""}`) });
        }
      });
      assert.deepEqual(found, []);
      await leave(visitor);
    });
  }
}

test("without a pointer: the skip link, a message, back, selecting and archiving", async () => {
  // Where a message has the window for itself, a link leads back.
  const visitor = await visit(browser, site, { viewport: VIEWPORTS[0] });
  const { page } = visitor;
  await page.goto("/login");
  await page.locator("#username:focus").waitFor();
  await page.keyboard.type(site.user);
  await page.keyboard.press("Tab");
  await page.keyboard.type(site.password);
  await page.keyboard.press("Enter");
  await page.waitForURL("**/mail/INBOX");

  /** Presses Tab until what is sought has the focus; every stop on the way must be seen to have it. */
  async function tabTo(sought, key = "Tab") {
    for (let n = 0; n < 40; n += 1) {
      await page.keyboard.press(key);
      const stop = await page.evaluate((selector) => {
        const focused = document.activeElement;
        const box = (focused.matches(".row .pick input") ? focused : focused.closest("label") ?? focused).getBoundingClientRect();
        const style = getComputedStyle(focused);
        const around = focused.closest(".search");
        const outline = [style, around && getComputedStyle(around)].some((s) => s && s.outlineStyle !== "none" && parseFloat(s.outlineWidth) > 0);
        const seen = box.width > 0 && box.height > 0 && box.bottom > 0 && box.top < innerHeight && style.opacity !== "0";
        return { found: focused.matches(selector), seen: outline && seen, html: focused.outerHTML.slice(0, 120) };
      }, sought);
      assert.ok(stop.seen, `the focus is not seen on ${stop.html}`);
      if (stop.found) return;
    }
    assert.fail(`${sought} is not reached within 40 steps`);
  }

  await tabTo(".skip");
  await page.keyboard.press("Enter");
  await tabTo(".row-link");
  const subject = await page.evaluate(() => document.activeElement.querySelector(".subject").textContent);
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { level: 1, name: subject }).waitFor();
  await tabTo(".back");
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { level: 1, name: "Inbox" }).waitFor();

  await page.reload();
  await tabTo(".skip");
  await page.keyboard.press("Enter");
  await tabTo(".row .pick input");
  await page.keyboard.press("Space");
  assert.equal(await page.locator("li.row :checked").count(), 1);
  await tabTo(".bulk-bar [value=archive]", "Shift+Tab");
  await page.keyboard.press("Enter");
  await page.getByRole("status").filter({ hasText: "1 message" }).waitFor();
  await leave(visitor);
});

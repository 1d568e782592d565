// Takes pictures of every page: `node screenshots.mjs FOLDER [name-width-scheme …]`, without names all of them.

import { mkdir } from "node:fs/promises";
import { openBrowser, signIn, visit } from "./browser.mjs";
import { SCHEMES, VIEWPORTS, everyPage, settled } from "./pages.mjs";
import { startSite } from "./site.mjs";

const [folder, ...wanted] = process.argv.slice(2);
await mkdir(folder, { recursive: true });
const site = await startSite();
const browser = await openBrowser();
try {
  for (const colorScheme of SCHEMES) {
    const { context, page } = await visit(browser, site, { colorScheme, reducedMotion: "reduce" });
    const take = async (name) => {
      for (const viewport of VIEWPORTS) {
        const picture = `${name}-${viewport.width}-${colorScheme}`;
        if (wanted.length > 0 && !wanted.includes(picture)) continue;
        await page.setViewportSize(viewport);
        await settled(page);
        await page.screenshot({ path: `${folder}/${picture}.png` });
      }
    };
    await page.goto("/login");
    await take("login");
    await signIn(page, site);
    for (const [name, address] of Object.entries(await everyPage(page))) {
      if (wanted.length > 0 && !wanted.some((picture) => picture.startsWith(`${name}-`))) continue;
      await page.goto(address);
      await take(name);
    }
    await context.close();
  }
} finally {
  await browser.close();
  await site.stop();
}

// The pages that are looked at, each by the way that leads to it.

/** The address of a message whose subject holds these words. */
async function message(page, words) {
  await page.goto(`/mail/INBOX?q=${encodeURIComponent(`subject:"${words}"`)}`);
  const link = page.locator("li.row .row-link").first();
  return new URL(await link.getAttribute("href"), page.url()).pathname;
}

/** Puts something on the pages that begin empty. */
async function furnish(page) {
  await page.goto("/outbox");
  if ((await page.locator("li.entry").count()) > 0) return;
  await page.goto("/settings");
  await page.getByLabel("Another name and address").fill("Ada at the Lighthouse <keeper@lighthouse.example>");
  await page.getByRole("button", { name: "Add" }).click();
  await page.goto("/collectors/new");
  for (const [label, text] of [["Name", "Old provider"], ["Server", "pop.elsewhere.invalid"], ["User name", "ada.elsewhere"],
    ["Password or token", "secret"], [/^Label/, "old"]]) {
    await page.getByRole("main").getByLabel(label, { exact: typeof label === "string" }).fill(text);
  }
  await page.getByRole("button", { name: "Save" }).click();
  await page.getByRole("button", { name: /^Pause/ }).click();
  await page.goto("/compose?to=grace@example.org&subject=Many happy returns&text=Dear Grace");
  await page.locator("summary", { hasText: "Send later" }).click();
  await page.getByLabel("Send at").fill("2999-12-31T08:00");
  await page.getByRole("button", { name: "Send", exact: true }).click();
  await page.waitForURL("**/mail/INBOX");
  await page.goto(await message(page, "Podcast about boring software?"));
  await page.locator(".reader summary", { hasText: "Snooze" }).click();
  await page.locator(".reader").getByRole("button", { name: /^Next week/ }).click();
}

/** Name and address of each, for somebody who is signed in. */
export async function everyPage(page) {
  await furnish(page);
  await page.goto("/collectors");
  const collector = await page.locator(".entry-name a").first().getAttribute("href");
  return {
    inbox: "/mail/INBOX",
    search: "/mail/INBOX?q=from:grace",
    empty: "/mail/INBOX?q=nothing-is-called-like-this",
    message: await message(page, "Accessibility review, round two"),
    newsletter: await message(page, "The keeper of the last paper map"),
    attachments: await message(page, "Everything for the print shop"),
    compose: "/compose",
    reply: `/compose?reply=${(await message(page, "Draft contract")).replace("/mail/", "")}`,
    folders: "/folders",
    settings: "/settings",
    collectors: "/collectors",
    "collector-new": "/collectors/new",
    collector,
    outbox: "/outbox",
    snoozed: "/snoozed",
    headers: `${await message(page, "Draft contract")}/headers`,
  };
}

/** Phone, tablet and desktop. */
export const VIEWPORTS = [
  { width: 390, height: 844 },
  { width: 820, height: 1180 },
  { width: 1440, height: 900 },
];

export const SCHEMES = ["light", "dark"];

/** Fonts and pictures are there, and the frame has its height. */
export async function settled(page) {
  await page.waitForLoadState("load");
  await page.evaluate(() => document.fonts.ready);
  await page.waitForFunction(() => [...document.images].every((image) => image.complete || image.loading === "lazy"));
  await page.waitForFunction(() => [...document.querySelectorAll(".message-frame")].every((frame) => frame.style.blockSize));
}

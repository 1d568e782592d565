// A part of the hostile corpus through the browser oracle: every kind of trick, and whatever was found once.
// `make oracle` looks at all of it.

import assert from "node:assert/strict";
import { test } from "node:test";
import { runOracle } from "../oracle/run.mjs";

/** Of each group every so many. */
const EVERY = { "html-script": 14, "remote-fetch": 13, attachment: 16, header: 11, "text-body": 9, overlay: 6, dos: 9 };

test("hostile mail runs nothing, asks for nothing and hides nothing", { timeout: 300_000 }, async () => {
  const seen = {};
  const wanted = ({ group, file }) => {
    seen[group] = (seen[group] ?? -1) + 1;
    return file !== undefined && seen[group] % (EVERY[group] ?? 10) === 0;
  };
  assert.equal(await runOracle(["--jobs", "4", "--settle", "200"], wanted), 0);
});

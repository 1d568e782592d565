// Puts the hostile corpus into the demo's mailbox and lets the oracle look at it.
//   node tests/oracle/run.mjs [--only h001,h002] [--group overlay] [--jobs 4] [--out report.json] …
// The oracle's options pass through; it ends with 1 on any finding. `--bombs FOLDER` says where the big ones are,
// written by `target/debug/bombs FOLDER`; without it they are left out.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { append } from "../web/imap.mjs";
import { startSite } from "../web/site.mjs";

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const corpus = here("../fixtures/hostile");

/** Runs the oracle with `options` over the messages that `wanted` says; gives its exit code. */
export async function runOracle(options, wanted = () => true, bombs = undefined) {
  const folder = mkdtempSync(join(tmpdir(), "postroom-oracle-"));
  const site = await startSite();
  try {
    const { messages } = JSON.parse(readFileSync(join(corpus, "manifest.json"), "utf8"));
    const places = {};
    for (const message of messages.filter(wanted)) {
      const file = message.file ? join(corpus, message.file) : join(bombs ?? folder, `${message.id}.eml`);
      if (!existsSync(file)) continue;
      const [id] = await append(site, "Hostile", readFileSync(file));
      places[message.id] = `Hostile/${id}`;
    }
    const sitePath = join(folder, "site.json");
    writeFileSync(sitePath, JSON.stringify({ places, user: site.user, password: site.password }));
    const only = ["--only", Object.keys(places).join(",")];
    const words = [here("oracle.mjs"), "--adapter", here("postroom.mjs"), "--base", site.address, "--corpus", corpus];
    const oracle = spawn(process.execPath, [...words, ...only, ...options], {
      env: { ...process.env, ORACLE_SITE: sitePath },
      stdio: ["ignore", "inherit", "inherit"],
    });
    const [code] = await once(oracle, "exit");
    return code;
  } finally {
    await site.stop();
    rmSync(folder, { recursive: true });
  }
}

/** The options that are ours, and the rest. */
function take(words, name) {
  const at = words.indexOf(name);
  return at < 0 ? undefined : words.splice(at, 2)[1];
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const options = process.argv.slice(2);
  const bombs = take(options, "--bombs");
  const only = take(options, "--only")?.split(",");
  process.exitCode = await runOracle(options, ({ id }) => only?.includes(id) ?? true, bombs);
}

// The demo as the tests' site: a private mail system, a filled mailbox, and Postroom before it.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

const built = fileURLToPath(new URL("../../target/debug/", import.meta.url));

/**
 * Starts a site of its own for one test file; `stop` ends it. It ends with this process in any case. `settings` are
 * variables that Postroom is started with.
 */
export async function startSite(settings = {}) {
  const words = ["--pdeathsig", "TERM", `${built}demo`, `${built}postroom`];
  const demo = spawn("setpriv", words, { env: { ...process.env, ...settings }, stdio: ["ignore", "pipe", "pipe"] });
  const ended = once(demo, "exit");
  const said = [];
  const site = await new Promise((resolve, reject) => {
    const found = {};
    const read = (line) => {
      said.push(line);
      const [, name, value] = line.match(/^(Address|User|Password|IMAP): (.+)$/) ?? [];
      if (name) found[name.toLowerCase()] = value;
      if (Object.keys(found).length === 4) resolve(found);
    };
    for (const stream of [demo.stdout, demo.stderr]) createInterface({ input: stream }).on("line", read);
    const failed = (why) => reject(new Error(`the demo did not start (${why}); cargo build --workspace --bins\n${said.join("\n")}`));
    demo.on("error", failed);
    ended.then(([code]) => failed(`exit code ${code}`), failed);
  });
  return {
    ...site,
    stop: async () => {
      demo.kill("SIGTERM");
      await ended;
    },
  };
}

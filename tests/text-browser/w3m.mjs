// A person at w3m: what is on the screen, and keys. tmux is the terminal.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const PATIENCE = 30_000;

export class W3m {
  #home = mkdtempSync(join(tmpdir(), "postroom-w3m-"));
  #answer = join(this.#home, "answer.txt");

  constructor(address) {
    // Where w3m would start an editor, `cp` puts into the text what `write` was given.
    // What was sought is not shown afterwards: w3m waits ten seconds on that.
    const w3m = ["w3m", "-cookie", "-o", `editor=cp ${this.#answer}`, "-o", "show_srch_str=0", address];
    this.#tmux("-f", "/dev/null", "new-session", "-d", "-x", "100", "-y", "60", `HOME=${this.#home} ${w3m.map((word) => `'${word}'`).join(" ")}`);
  }

  #tmux(...words) {
    return execFileSync("tmux", ["-S", join(this.#home, "tmux"), ...words], { encoding: "utf8" });
  }

  screen() {
    return this.#tmux("capture-pane", "-p");
  }

  /** Waits until this is on the screen. */
  sees(text) {
    const deadline = Date.now() + PATIENCE;
    while (!this.screen().includes(text)) {
      assert.ok(Date.now() < deadline, `“${text}” does not appear:\n${this.screen()}`);
    }
  }

  /** Waits until the page of this title is there. */
  arrives(title) {
    this.sees(`Viewing <${title}`);
  }

  /** Asks for the page again until this is on it. */
  reloadUntil(text) {
    const deadline = Date.now() + PATIENCE;
    while (!this.screen().includes(text)) {
      assert.ok(Date.now() < deadline, `“${text}” does not come:\n${this.screen()}`);
      this.#type("R");
      this.sees("Viewing <");
    }
  }

  #keys(...keys) {
    this.#tmux("send-keys", ...keys);
  }

  #type(text) {
    this.#tmux("send-keys", "-l", text);
  }

  /** Goes to the next place that says this, in lower or upper case. */
  find(text) {
    this.#type("/");
    this.sees("Forward:");
    this.#type(text.replace(/[[\](){}?*+.^$\\]/g, "\\$&"));
    this.#keys("Enter");
    this.gone("Forward:");
  }

  /** Waits until this is no longer on the screen. */
  gone(text) {
    const deadline = Date.now() + PATIENCE;
    while (this.screen().includes(text)) {
      assert.ok(Date.now() < deadline, `“${text}” stays:\n${this.screen()}`);
    }
  }

  /** Goes back to the page before. */
  back() {
    this.#type("B");
  }

  /** Goes back to the first line. */
  top() {
    this.#type("g");
  }

  /** Follows the link, or presses the button, that says this. */
  press(text) {
    this.find(text);
    this.#keys("Enter");
  }

  /** Fills the field after this label. */
  fill(label, text, prompt = "TEXT:") {
    this.find(label);
    this.#keys("Tab", "Enter");
    this.sees(prompt);
    this.#keys("C-u");
    this.#type(text);
    this.#keys("Enter");
    this.gone(prompt);
  }

  /** Replaces the text of the form. */
  write(label, text) {
    writeFileSync(this.#answer, text);
    this.find(label);
    this.#keys("Tab", "Enter");
    this.sees(text.split("\n")[0]);
  }

  /** Chooses from the list after this label. */
  choose(label, option) {
    this.find(label);
    this.#keys("Tab", "Enter");
    this.sees(option);
    this.#type("/");
    this.#type(option);
    this.#keys("Enter", "Enter");
  }

  close() {
    try {
      this.#tmux("kill-server");
    } catch {
      // w3m has ended, and tmux with it.
    }
    rmSync(this.#home, { recursive: true, force: true });
  }
}

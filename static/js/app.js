// Niceties. Every page and action works without any of this.
import { start as frame } from "./frame.js";
import { start as menus } from "./menus.js";
import { start as place } from "./place.js";
import { start as select } from "./select.js";

for (const start of [frame, menus, place, select]) start();

// Training: a run begun, and followed while it learns; searches; and the curves of all runs beside each other.

import { mountBegin } from "../training/begin.js";
import { mountBoard } from "../training/board.js";
import { mountRun } from "../training/run.js";
import { mountSearch } from "../training/search.js";

export const name = "training";

export const mount = (root, context) => (context.path[0] ? mountRun(root, context) : mountAll(root, context));

async function mountAll(root, context) {
  const left = [await mountBegin(root, context)];
  const parts = root.querySelector(".training-parts");
  left.push(await mountSearch(parts, context));
  await mountBoard(parts, context);
  return (staying) => { for (const leave of left) leave(staying); };
}

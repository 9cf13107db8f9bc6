// Training: a run begun, and followed while it learns.

import { mountBegin } from "../training/begin.js";
import { mountRun } from "../training/run.js";

export const name = "training";

export const mount = (root, context) => (context.path[0] ? mountRun(root, context) : mountBegin(root, context));

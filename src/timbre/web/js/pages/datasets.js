// Datasets: recordings of a person on their way to something that a model can learn from.

import { mountList } from "../datasets/list.js";
import { mountOne } from "../datasets/one.js";

export const name = "datasets";

export const mount = (root, context) => (context.path[0] ? mountOne(root, context) : mountList(root, context));

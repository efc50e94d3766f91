// Which image each node of a system runs, by its own configuration.
import { configOf, type ImageSource, isCustom, type Model } from '../stack/model.ts';
import { systems } from '../systems/index.ts';

/** Node -> its image, in the order of the model. */
export const imageSources = (model: Model): [string, ImageSource][] =>
  model.nodes
    .filter((node) => !isCustom(node))
    .map((node) => [node.name, systems[node.system]!.image(configOf(model, node), node)]);

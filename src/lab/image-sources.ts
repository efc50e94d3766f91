// Which image each node of a system runs, by its own configuration.
import { MONITOR_FACTS } from '../render/monitor.ts';
import { configOf, type ImageSource, isCustom, type Model } from '../stack/model.ts';
import { type MonitorName, monitorsOf } from '../stack/monitor.ts';
import { systems } from '../systems/index.ts';

/** Node -> its image, in the order of the model. */
export const imageSources = (model: Model): [string, ImageSource][] =>
  model.nodes
    .filter((node) => !isCustom(node))
    .map((node) => [node.name, systems[node.system]!.image(configOf(model, node), node)]);

/** Monitor -> its image. One without a recipe is left out where it cannot be had. */
export const monitorSources = ({ stack }: Model): [MonitorName, ImageSource][] =>
  monitorsOf(stack).map((name) => [name, MONITOR_FACTS[name].image]);

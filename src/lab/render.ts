// render: the compose file, and a folder in which plain docker compose brings up the same lab.
import { cpSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { proxyImageTag, recipeDir, stageProxyContext } from '../docker/proxy-context.ts';
import { ownVersion } from '../package/files.ts';
import { type ComposeImage, renderCompose } from '../render/compose.ts';
import type { ImageSource, Model } from '../stack/model.ts';
import { imageSources, monitorSources } from './image-sources.ts';
import { loadModel, type StackChoice } from './load-model.ts';
import { placeBlindly, SUBNETS_DEFAULT } from './place-blindly.ts';

interface RenderOptions extends StackChoice {
  readonly subnets?: string;
}

/** The compose file. Deterministic: no engine is asked. Throws stack-not-found, lab-invalid. */
export function renderText(options: RenderOptions): Promise<string> {
  return composeText(loadModel(options), options);
}

async function composeText(
  model: Model,
  { subnets = SUBNETS_DEFAULT }: RenderOptions,
): Promise<string> {
  // Compose pulls first, and builds what cannot be pulled: the order that `up` has.
  const withBuild = <T>([name, { ref, recipe }]: [T, ImageSource]): [T, ComposeImage] => {
    const build = recipe && { context: `./images/${recipe.name}`, suite: recipe.suite };
    return [name, { ref, ...(build && { build }) }];
  };
  return renderCompose(model, {
    ...(await placeBlindly(model, subnets)),
    images: new Map(imageSources(model).map(withBuild)),
    monitors: new Map(monitorSources(model).map(withBuild)),
    proxyImage: { ref: proxyImageTag(), build: { context: './images/proxy' } },
    version: ownVersion(),
  });
}

/** Writes `compose.yaml` and the build contexts it needs; returns the files' paths in `out`. */
export async function renderFolder(options: RenderOptions, out: string): Promise<string[]> {
  const model = loadModel(options);
  mkdirSync(out, { recursive: true });
  writeFileSync(join(out, 'compose.yaml'), await composeText(model, options));
  const sources = [...imageSources(model), ...monitorSources(model)];
  const recipes = new Map(sources.map(([, { recipe }]) => [recipe?.name, recipe]));
  for (const recipe of recipes.values())
    if (recipe) cpSync(recipeDir(recipe), join(out, 'images', recipe.name), { recursive: true });
  const proxyDir = join(out, 'images', 'proxy');
  mkdirSync(proxyDir, { recursive: true });
  stageProxyContext(proxyDir);
  return ['compose.yaml', ...listFiles(join(out, 'images')).map((file) => join('images', file))];
}

function listFiles(dir: string): string[] {
  return readdirSync(dir, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(dir, join(entry.parentPath, entry.name)))
    .sort();
}

// What is started is bundled after tsc: to read hundreds of small files takes node longer than all
// else (docs/decisions/0010 and 0015).
const dist = process.env.LABCTL_DIST ?? 'dist';

const bundle = (input, output, external = []) => ({
  input: `${dist}/${input}`,
  platform: 'node',
  external,
  output: { format: 'esm', ...output },
});

export default [
  bundle('proxy/main.js', { file: `${dist}/proxy.mjs` }),
  // dockerode reads files that lie beside its code.
  bundle('cli/main.js', { dir: `${dist}/bin`, chunkFileNames: '[name].js' }, ['dockerode']),
];

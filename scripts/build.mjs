// Builds dist/ from the sources: one file for each thread and what they share, since reading hundreds of modules is most of the start-up. Checks no types (npm run check does).
import { readdirSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { build } from 'esbuild';

const top = `${import.meta.dirname}/..`;

/** Each file of cases stays one: they are found by their names. */
const suites = readdirSync(`${top}/suites`, { recursive: true })
  .map((file) => file.replaceAll('\\', '/'))
  .filter((file) => /^rfc\d+\/.*(?<!\.test)\.ts$/.test(file))
  .map((file) => `suites/${file}`);

await rm(`${top}/dist`, { recursive: true, force: true });
await build({
  absWorkingDir: top,
  entryPoints: [
    'src/cli/main.ts',
    'src/engine/worker.ts',
    // Files of their own, so that a preload can reach the classes the worker uses.
    'src/transport/udp-batched.ts',
    'src/transport/udp-dgram.ts',
    ...suites,
  ],
  outdir: 'dist',
  outbase: '.',
  // As deep as the folders of the sources: they look for their files by relative paths.
  chunkNames: 'src/shared/[name]-[hash]',
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node20.19',
  sourcemap: 'linked',
  sourcesContent: false,
  // Native parts, what starts threads from files of its own, and what is loaded in few runs.
  external: ['koffi', 'piscina', 'ws'],
  // What is CommonJS among the packages asks for built-in modules with require.
  banner: {
    js: "import { createRequire as newRequire } from 'node:module'; const require = newRequire(import.meta.url);",
  },
  logLevel: 'warning',
});

// One worker of the engine in a thread whose heap can be asked about while it runs. Runs the built engine as it is; changes nothing in it.
import { readFileSync } from 'node:fs';
import { Session } from 'node:inspector';
import { PerformanceObserver } from 'node:perf_hooks';
import { getHeapSpaceStatistics, getHeapStatistics } from 'node:v8';
import { parentPort, workerData } from 'node:worker_threads';

const { default: work } = await import(workerData.engine);

let collections = 0;
new PerformanceObserver((list) => {
  collections += list.getEntries().length;
}).observe({ entryTypes: ['gc'] });

/** Full collection first, when asked: then `heapBytes` is what is kept. */
function sample(collect) {
  if (collect) {
    globalThis.gc();
    globalThis.gc();
  }
  const heap = getHeapStatistics();
  const spaces = {};
  for (const space of getHeapSpaceStatistics()) spaces[space.space_name] = space.space_used_size;
  // Nanoseconds on a processor, of this thread alone.
  const cpuUs = Number(readFileSync('/proc/thread-self/schedstat', 'latin1').split(' ')[0]) / 1_000;
  return { cpuUs, heapBytes: heap.used_heap_size, outsideBytes: heap.external_memory, collections, spaces };
}

const session = new Session();
session.connect();
const profiler = (method, params) =>
  new Promise((resolve, reject) =>
    session.post(`HeapProfiler.${method}`, params, (error, result) => (error ? reject(error) : resolve(result))),
  );

parentPort.on('message', async ({ ask, collect }) => {
  if (ask === 'sample') parentPort.postMessage({ ask, ...sample(collect) });
  else if (ask === 'profile') {
    await profiler('startSampling', {
      samplingInterval: 4096,
      includeObjectsCollectedByMajorGC: true,
      includeObjectsCollectedByMinorGC: true,
    });
    parentPort.postMessage({ ask });
  } else if (ask === 'profiled') {
    const { profile } = await profiler('stopSampling');
    const bytes = new Map();
    const visit = (node) => {
      const { functionName, url, lineNumber } = node.callFrame;
      const name = `${functionName || '(anonymous)'} ${url.replace(/^.*\/dist\//, '')}:${lineNumber + 1}`;
      bytes.set(name, (bytes.get(name) ?? 0) + node.selfSize);
      node.children.forEach(visit);
    };
    visit(profile.head);
    parentPort.postMessage({ ask, bytes: [...bytes].filter(([, n]) => n > 0).sort((a, b) => b[1] - a[1]) });
  }
});

await work({ port: workerData.port, config: workerData.config });
// Time for the last answer to leave.
setTimeout(() => process.exit(0), 100);

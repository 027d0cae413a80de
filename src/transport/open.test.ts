// Which transport is picked, and what is said where the one asked for cannot be had.

import { describe, expect, it, vi } from 'vitest';
import { Memory } from '../sip/memory.ts';
import { loadLibc } from './libc.ts';
import { openUdp } from './open.ts';
import type { OpenOptions } from './transport.ts';
import { hasReusePort } from './udp-dgram.ts';

const { libc } = await loadLibc();

const options = (io: OpenOptions['io'], reusePort = false): OpenOptions => ({
  io,
  address: '127.0.0.1',
  port: 0,
  reusePort,
  segmentation: true,
  rcvbufBytes: 1 << 20,
  memory: new Memory(32 << 20),
  nowUs: () => performance.now() * 1000,
});

describe('openUdp', () => {
  it('takes the batched transport where it is to be had, else dgram', async () => {
    const transport = await openUdp(options('auto'));
    expect(transport.io).toBe(libc === null ? 'dgram' : 'batched');
    expect(transport.blocking).toBe(libc !== null);
    transport.close();
  });

  it('without koffi: auto takes dgram, batched says what to do', async () => {
    vi.resetModules();
    vi.doMock('koffi', () => {
      throw new Error('no such package');
    });
    try {
      const fresh = await import('./open.ts');
      const transport = await fresh.openUdp(options('auto'));
      expect(transport.io).toBe('dgram');
      transport.close();
      await expect(fresh.openUdp(options('batched'))).rejects.toThrow(/npm install koffi.*--io dgram/);
    } finally {
      vi.doUnmock('koffi');
      vi.resetModules();
    }
  });

  it('dgram shares a port only where the runtime can, and says so elsewhere', async () => {
    if (hasReusePort(process.versions.node)) {
      const one = await openUdp(options('dgram', true));
      const two = await openUdp({ ...options('dgram', true), port: one.localPort });
      expect(two.localPort).toBe(one.localPort);
      one.close();
      two.close();
    } else {
      await expect(openUdp(options('dgram', true))).rejects.toThrow('Node 22.12');
    }
  });

  it.each([
    ['20.20.2', false],
    ['22.11.0', false],
    ['22.12.0', true],
    ['23.0.0', false],
    ['23.1.0', true],
    ['24.0.0', true],
  ])('knows that Node %s shares ports: %s', (version, can) => {
    expect(hasReusePort(version)).toBe(can);
  });
});

// How addresses stand in messages: with brackets and without.
import { expect, it } from 'vitest';
import { bareAddress, hostPortText, hostText, mediaAddress } from './host.ts';

it.each([
  ['127.0.0.1', '127.0.0.1', '127.0.0.1:5060', 'IP4 127.0.0.1'],
  ['::1', '[::1]', '[::1]:5060', 'IP6 ::1'],
  ['proxy.example.com', 'proxy.example.com', 'proxy.example.com:5060', 'IP4 proxy.example.com'],
])('%s', (address, host, hostPort, media) => {
  expect(hostText(address)).toBe(host);
  expect(hostPortText(address, 5060)).toBe(hostPort);
  expect(bareAddress(host)).toBe(address);
  expect(mediaAddress(host)).toBe(media);
});

it('one bracket alone is none', () => {
  expect(bareAddress('[::1')).toBe('[::1');
});

// The report in a real browser without scripts: nothing is fetched, nothing overflows, a link of the matrix opens its case. Never looks at pixels.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { renderHtml } from '../src/report/html/page.ts';
import { find, have } from './peers/have.ts';
import { tempDir } from './peers/temp-dir.ts';
import { sampleConformance } from './samples/conformance.ts';

describe.skipIf(!have('chromium'))('the conformance report in Chromium', () => {
  let browser: Browser;
  const requests: string[] = [];
  const file = join(tempDir(), 'report.html');

  async function open(colorScheme: 'light' | 'dark', width = 1200): Promise<Page> {
    const context = await browser.newContext({
      viewport: { width, height: 800 },
      colorScheme,
      javaScriptEnabled: false,
    });
    const page = await context.newPage();
    page.on('request', (request) => requests.push(request.url()));
    await page.goto(`file://${file}`);
    return page;
  }

  beforeAll(async () => {
    writeFileSync(file, renderHtml(sampleConformance()));
    browser = await chromium.launch({ executablePath: find('chromium')!, args: ['--no-sandbox'] });
  }, 30_000);
  afterAll(async () => {
    await browser.close();
  });

  it('fetches nothing but itself', async () => {
    await open('light');
    expect(requests.filter((url) => !url.startsWith('data:'))).toEqual([`file://${file}`]);
  });

  it('opens a case by the link of its mark', async () => {
    const page = await open('light');
    const known = page.locator('details.case', { hasText: 'require-known-bug' });
    const got = known.getByText('SIP/2.0 200 OK', { exact: true }).first();
    expect(await got.isVisible()).toBe(false);
    await page.locator('a.chip.known').click();
    expect(await got.isVisible()).toBe(true);
  });

  it('is dark where the reader wants it so', async () => {
    const background = async (scheme: 'light' | 'dark') =>
      (await open(scheme)).evaluate<string>('getComputedStyle(document.body).backgroundColor');
    expect(await background('light')).toBe('rgb(246, 247, 248)');
    expect(await background('dark')).toBe('rgb(20, 23, 27)');
  });

  it('does not overflow a narrow screen', async () => {
    const page = await open('light', 400);
    const width = await page.locator('html').evaluate((root) => root.scrollWidth);
    expect(width).toBeLessThanOrEqual(400);
  });
});

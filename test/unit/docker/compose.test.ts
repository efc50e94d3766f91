// What compose prints: versions as `docker compose version --short` has them, and warnings.
import { expect, test } from 'vitest';
import { CONFIGS_SINCE, isSince, warningsIn } from '../../../src/docker/compose.ts';

test.each([
  ['2.23.1', true],
  ['v2.23.1', true],
  ['2.23.3-desktop.2', true],
  ['2.26.1-4', true],
  ['5.0.0', true],
  ['dev', true],
  ['vdev-1a2b3c', true],
  ['2.23.0', false],
  ['2.23.0-desktop.1', false],
  ['v2.20.3', false],
  ['1.29.2', false],
])('%s takes configs with their text: %s', (version, takes) => {
  expect(isSince(version, CONFIGS_SINCE)).toBe(takes);
});

test('warnings are told once each, as Go quotes them', () => {
  const warn = (text: string) => `time="2026-01-01T00:00:00Z" level=warning msg="${text}"`;
  const unset = 'The \\"SCHEMA\\" variable is not set.';
  const odd = 'unknown \\x1b\\a in C:\\\\stack';
  const said = [unset, unset, odd, '/a/compose.yml: `version` is obsolete'].map(warn).join('\n');
  expect(warningsIn(said)).toEqual([
    'The "SCHEMA" variable is not set.',
    'unknown \\x1b\\a in C:\\stack',
  ]);
});

// The passive rules as the report names them. Data only.

import { catalogue } from '../rules/catalogue.ts';

export function ruleFacts(): { id: string; rfc: number; section: string; level: string; title: string }[] {
  return catalogue().map(({ id, rfc, section, level, title }) => ({ id, rfc, section, level, title }));
}

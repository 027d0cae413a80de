// Which peers this machine has. Never lets one go missing in silence: with CI=true that is an error.
import { accessSync, constants, existsSync, readdirSync } from 'node:fs';
import { delimiter, join } from 'node:path';

const FOLDERS = [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/sbin'];

/** The peer's full path, or null. */
export function find(command: string): string | null {
  for (const folder of FOLDERS) {
    const path = join(folder, command);
    try {
      accessSync(path, constants.X_OK);
      return path;
    } catch {
      // Not in this folder: look in the next.
    }
  }
  return null;
}

/** For `describe.skipIf(!have('sipp'))`: the report then shows the tests as skipped. Throws with CI=true. */
export function have(...commands: readonly string[]): boolean {
  const missing = commands.filter((command) => find(command) === null);
  return isToRun(missing);
}

function isToRun(missing: readonly string[]): boolean {
  if (missing.length > 0 && process.env.CI === 'true')
    throw new Error(
      `with CI=true every peer must be there; missing: ${missing.join(', ')}. Run scripts/peers.sh as root.`,
    );
  return missing.length === 0;
}

/** The peer's full path; throws when it is missing. */
export function need(command: string): string {
  const path = find(command);
  if (path === null) throw new Error(`${command} is not installed; run scripts/peers.sh`);
  return path;
}

/** The same of modules of Kamailio: `outbound.so`. */
export function haveModules(...modules: readonly string[]): boolean {
  const folders = ['/usr/lib64', ...readdirSync('/usr/lib').map((name) => join('/usr/lib', name))];
  const isThere = (module: string) => folders.some((folder) => existsSync(join(folder, 'kamailio/modules', module)));
  return isToRun(modules.filter((module) => !isThere(module)));
}

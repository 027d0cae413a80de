// Accounts of the profile, each lent to one case at a time. Sends nothing.

import type { Need } from './case.ts';
import type { Account } from './profile.ts';

interface Waiting {
  readonly fits: (account: Account) => boolean;
  readonly give: (account: Account) => void;
}

export class Accounts {
  private readonly free: Account[];
  private readonly waiting: Waiting[] = [];

  /** Those without a password go first, so that those with one are left for the cases that need it. */
  constructor(accounts: readonly Account[]) {
    this.free = [...accounts].sort((a, b) => Number(a.password !== null) - Number(b.password !== null));
  }

  /** Null for a case that needs none. */
  lease(needs: readonly Need[]): Promise<Account | null> {
    const password = needs.includes('password');
    if (!password && !needs.includes('account')) return Promise.resolve(null);
    const fits = (account: Account) => !password || account.password !== null;
    const at = this.free.findIndex(fits);
    if (at >= 0) return Promise.resolve(this.free.splice(at, 1)[0]!);
    return new Promise((give) => this.waiting.push({ fits, give }));
  }

  release(account: Account | null): void {
    if (account === null) return;
    const at = this.waiting.findIndex(({ fits }) => fits(account));
    if (at >= 0) this.waiting.splice(at, 1)[0]!.give(account);
    else this.free.push(account);
  }
}

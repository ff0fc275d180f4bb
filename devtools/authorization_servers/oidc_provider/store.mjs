// The store of the provider: in memory, one table for each of its models.

import { errors } from 'oidc-provider';

/** The tables; `clients` is the registry, `terms` returns the policy of a client, `journal` numbers codes and refresh tokens. */
export class Storage {
  #tables = new Map();

  constructor(clients, terms, journal) {
    this.#tables.set('Client', clients);
    this.terms = terms;
    this.journal = journal;
  }

  table(model) {
    if (!this.#tables.has(model)) this.#tables.set(model, new Map());
    return this.#tables.get(model);
  }

  /** Revoke a grant with all its codes and tokens. */
  revoke(grantId) {
    this.table('Grant').delete(grantId);
    for (const rows of this.#tables.values()) {
      for (const [id, row] of rows) if (row.grantId === grantId) rows.delete(id);
    }
  }

  /** Revoke the grants of a user: to one client, or to all. */
  withdraw(username, client) {
    for (const [id, { accountId, clientId }] of [...this.table('Grant')]) {
      if (accountId === username && (!client || clientId === client)) this.revoke(id);
    }
  }
}

/** The provider's interface to one table (its "adapter"). */
export class Table {
  constructor(model, storage) {
    this.model = model;
    this.storage = storage;
    this.rows = storage.table(model);
    this.spent = new Map(); // when each code or refresh token was first used, in milliseconds
  }

  async upsert(id, row) {
    this.storage.journal.number(this.model, id, row.grantId);
    this.rows.set(id, row);
  }

  async find(id) {
    const row = this.rows.get(id);
    return row?.consumed && this.#mayBeUsedAgain(id, row) ? { ...row, consumed: undefined } : row;
  }

  async findByUid(uid) {
    return [...this.rows.values()].find((row) => row.uid === uid);
  }

  async findByUserCode(userCode) {
    return [...this.rows.values()].find((row) => row.userCode === userCode);
  }

  async destroy(id) {
    this.rows.delete(id);
  }

  /** Spend a code or a refresh token. The second of two simultaneous requests is treated as a later one. */
  async consume(id) {
    const row = this.rows.get(id);
    if (!row) throw new errors.InvalidGrant('revoked meanwhile');
    if (!row.consumed) {
      row.consumed = Math.floor(Date.now() / 1000);
      this.spent.set(id, Date.now());
    } else if (!this.#mayBeUsedAgain(id, row)) {
      this.storage.revoke(row.grantId);
      throw new errors.InvalidGrant('used at the same time');
    }
  }

  async revokeByGrantId(grantId) {
    for (const [id, row] of this.rows) if (row.grantId === grantId) this.rows.delete(id);
  }

  /** Return whether a refresh token is within the grace period after its first use. */
  #mayBeUsedAgain(id, { clientId }) {
    if (this.model !== 'RefreshToken') return false;
    return Date.now() - this.spent.get(id) < this.storage.terms(clientId).grace * 1000;
  }
}

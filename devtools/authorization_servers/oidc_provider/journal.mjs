// Which client sent which code or refresh token, when, and with what result; never a token itself.

import { setTimeout as sleep } from 'node:timers/promises';

const GRANT_TYPES = { authorization_code: 'code', refresh_token: 'refresh' };
const PARAMETERS = { code: 'code', refresh: 'refresh_token' };
const KINDS = { AuthorizationCode: 'code', RefreshToken: 'refresh' };

const now = () => (performance.timeOrigin + performance.now()) / 1000;

/** Number grants in order, and the codes and refresh tokens of each grant in order of issue, from 1. */
export class Journal {
  entries = [];
  #grants = new Map();
  #issued = new Map(); // by code or token: {grant, kind, serial}
  #counts = new Map();

  /** Number a new entry of the store if it is a code or a refresh token. */
  number(model, token, grantId) {
    const kind = KINDS[model];
    if (!kind || this.#issued.has(token)) return;
    if (!this.#grants.has(grantId)) this.#grants.set(grantId, this.#grants.size + 1);
    const grant = this.#grants.get(grantId);
    const family = `${kind} ${grant}`;
    const serial = (this.#counts.get(family) ?? 0) + 1;
    this.#counts.set(family, serial);
    this.#issued.set(token, { grant, kind, serial });
  }

  /** Record a token request with its response; `ended` is set when the response is sent or the connection closed. */
  record(ctx, started) {
    const { params, client } = ctx.oidc;
    const kind = GRANT_TYPES[params?.grant_type];
    if (!kind) return;
    const presented = this.#issued.get(params[PARAMETERS[kind]]);
    const entry = {
      client: client?.clientId ?? null,
      kind,
      grant: presented?.grant ?? null,
      serial: presented?.serial ?? null,
      successor: this.#issued.get(ctx.body?.refresh_token)?.serial ?? null,
      result: ctx.body?.error ?? 'granted',
      started,
      ended: null,
      delivered: false,
    };
    this.entries.push(entry);
    const end = () => Object.assign(entry, { ended: now(), delivered: ctx.res.writableFinished });
    if (ctx.res.closed) end();
    else ctx.res.once('close', end);
  }
}

/**
 * Return the middleware that writes the journal. `delay` returns the seconds by which responses to a client are
 * delayed. It is read repeatedly, so that a test can release them.
 */
export function recording(journal, delay) {
  return async (ctx, next) => {
    const started = now();
    await next();
    if (ctx.oidc?.route !== 'token') return;
    journal.record(ctx, started);
    if (!GRANT_TYPES[ctx.oidc.params?.grant_type]) return;
    while (now() - started < (delay(ctx.oidc.client?.clientId) ?? 0)) await sleep(20);
  };
}

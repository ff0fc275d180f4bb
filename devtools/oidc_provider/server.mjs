// oidc-provider on loopback, for tests and the demo: a certified, strict authorization server.
//
// Standard input and output speak lines of JSON (server_process.py). The first line is
// {"port": 0, "scopes": […], "tls": {"certificate": path, "key": path} | null}, answered by {"port": 1234} once the
// server listens. Then come {"register": {"id", "secret", "authentication", "lifetime"}} and
// {"enroll": {"username", "password"}}, which add a client or a person, or change the one of that name; each is
// answered by {}. The server ends with its input.

import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import http from 'node:http';
import https from 'node:https';
import { createInterface } from 'node:readline';

import Provider, { errors } from 'oidc-provider';

const HOST = '127.0.0.1';
const PATH = '/op'; // the issuer has a path, so that clients have to find its discovery document
const RESOURCES = ['urn:test:api', 'https://api.example.com/'];
const GRANTS = ['client_credentials', 'password'];
const RESERVED = 'admin'; // a scope that the server knows and no client may ask for: `invalid_scope`

// Standard output is for answers; the provider's notices go to the log.
console.info = console.warn;

// oidc-provider 9 asks for URL.parse, which Node.js has from version 22 on.
URL.parse ??= (text, base) => (URL.canParse(text, base) ? new URL(text, base) : null);

const clients = new Map();
const lifetimes = new Map();
const people = new Map();

/** What the provider keeps, by model; clients come from the registry above. */
class Store {
  constructor(model) {
    this.rows = model === 'Client' ? clients : new Map();
  }

  async upsert(id, payload) {
    this.rows.set(id, payload);
  }

  async find(id) {
    return this.rows.get(id);
  }

  async destroy(id) {
    this.rows.delete(id);
  }

  async consume(id) {
    this.rows.get(id).consumed = Math.floor(Date.now() / 1000);
  }

  async revokeByGrantId(grantId) {
    for (const [id, payload] of this.rows) if (payload.grantId === grantId) this.rows.delete(id);
  }
}

/** The one API, under two names, whose tokens this server hands out (RFC 8707). */
function resourceServer(scopes) {
  return (ctx, resource) => {
    if (!RESOURCES.includes(resource)) throw new errors.InvalidTarget();
    return { scope: scopes.join(' '), audience: resource, accessTokenFormat: 'opaque' };
  };
}

const lifetime = (ctx, token, client) => lifetimes.get(client.clientId);

function configuration(scopes) {
  return {
    adapter: Store,
    clientAuthMethods: ['client_secret_basic', 'client_secret_post'],
    cookies: { keys: ['of no use: nobody logs in with a browser here'] },
    features: {
      clientCredentials: { enabled: true },
      devInteractions: { enabled: false },
      introspection: { enabled: true, allowedPolicy: async () => true },
      resourceIndicators: {
        enabled: true,
        defaultResource: async (ctx, client, several) => several ?? RESOURCES[0],
        getResourceServerInfo: resourceServer([...scopes, RESERVED]),
      },
      revocation: { enabled: true, allowedPolicy: async () => true },
    },
    findAccount: async (ctx, sub) => ({ accountId: sub, claims: async () => ({ sub }) }),
    scopes: [...scopes, RESERVED],
    ttl: { AccessToken: lifetime, ClientCredentials: lifetime },
  };
}

/** RFC 6749 §4.3, which oidc-provider has no handler for, through its documented way to add a grant. */
async function passwordGrant(provider, scopes, ctx) {
  const { client, params } = ctx.oidc;
  if (!params.username || !params.password) throw new errors.InvalidRequest('missing username or password');
  if (people.get(params.username) !== params.password) throw new errors.InvalidGrant('invalid user credentials');
  const asked = params.scope ? params.scope.split(' ') : [];
  if (!asked.every((scope) => scopes.includes(scope))) throw new errors.InvalidScope('requested scope is not allowed');

  const token = new provider.AccessToken({ accountId: params.username, client, gty: 'password', scope: params.scope });
  ctx.body = {
    access_token: await token.save(),
    expires_in: token.expiration,
    scope: token.scope,
    token_type: token.tokenType,
  };
}

function issue(issuer, scopes) {
  const provider = new Provider(issuer, configuration(scopes));
  const handler = (ctx) => passwordGrant(provider, scopes, ctx);
  provider.registerGrantType('password', handler, ['username', 'password', 'scope']);
  provider.on('server_error', (ctx, error) => console.error(error));
  return provider.callback();
}

/** Requests below the issuer's path, as a router in front of the provider would hand them on. */
function below(path, callback) {
  return (request, response) => {
    if (!request.url.startsWith(`${path}/`)) return response.writeHead(404).end();
    request.originalUrl = request.url;
    request.url = request.url.slice(path.length);
    return callback(request, response);
  };
}

async function listen({ port, scopes, tls }) {
  const server = tls
    ? https.createServer({ cert: readFileSync(tls.certificate), key: readFileSync(tls.key) })
    : http.createServer();
  await once(server.listen(port, HOST), 'listening');
  const address = server.address();
  const issuer = `${tls ? 'https' : 'http'}://${HOST}:${address.port}${PATH}`;
  server.on('request', below(PATH, issue(issuer, scopes)));
  return { port: address.port };
}

const verbs = {
  register({ id, secret, authentication, lifetime: seconds }, scopes) {
    lifetimes.set(id, seconds);
    clients.set(id, {
      client_id: id,
      client_secret: secret,
      grant_types: GRANTS,
      redirect_uris: [],
      response_types: [],
      scope: scopes.join(' '),
      token_endpoint_auth_method: authentication,
    });
  },

  enroll({ username, password }) {
    people.set(username, password);
  },
};

const answer = (message) => process.stdout.write(`${JSON.stringify(message)}\n`);

let settings;
for await (const line of createInterface({ input: process.stdin })) {
  const message = JSON.parse(line);
  if (settings) {
    for (const [verb, details] of Object.entries(message)) verbs[verb](details, settings.scopes);
    answer({});
  } else {
    settings = message;
    answer(await listen(settings));
  }
}
process.exit(0);

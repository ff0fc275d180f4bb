// oidc-provider on loopback, for tests and the demo: a certified, strict authorization server.
//
// Standard input and output carry lines of JSON (server_process.py). The first line is
// {"port": 0, "scopes": […], "tls": {"certificate": path, "key": path, "ca": path} | null}, the response is {"port": 1234}
// once the server listens. With TLS there is a second port, which asks for a client certificate of the same authority; the
// metadata name it (RFC 8705 §5). Each further line is a verb; the response is {}, or the result of the verb:
//
// {"register": {"id", "secret", "authentication", "lifetime", "redirect_uris", "terms", "metadata"}} and
// {"enroll": {"username", "password"}} add a client or a user, or change the one of that name;
// {"withdraw": {"username", "client" | null}} revokes the grants of a user;
// {"delay": {"client", "seconds"}} delays the responses to codes and refresh tokens, which are spent at once; another
// number also applies to delayed responses, so that 0 releases them;
// {"journal": {"client" | null}} returns {"journal": […]}, the code and refresh requests (journal.mjs).
//
// The server stops at the end of its input.

import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import http from 'node:http';
import https from 'node:https';
import { createInterface } from 'node:readline';

import Provider, { errors } from 'oidc-provider';

import { addAssertionGrants, JWT_BEARER, TOKEN_EXCHANGE } from './assertions.mjs';
import { Journal, recording } from './journal.mjs';
import { interactions } from './pages.mjs';
import { Storage, Table } from './store.mjs';

const HOST = '127.0.0.1';
const PATH = '/op'; // the issuer has a path, so that clients have to find its discovery document
const INTERACTION = '/interaction/'; // below that path: the pages for login and consent
const RESOURCES = ['urn:test:api', 'https://api.example.com/'];
const LOCAL_RESOURCE = /^http:\/\/127\.0\.0\.1:\d+\/mcp$/; // a protected resource of a test
// What counts for a client that has registered itself (RFC 7591).
const LIFETIME = 60;
const TERMS = { pkce_required: true, rotates: true, grace: 0, refresh_lifetime: 86_400, sends_refresh_lifetime: false };
const DEVICE = 'urn:ietf:params:oauth:grant-type:device_code';
const GRANTS = ['client_credentials', 'password', 'refresh_token', DEVICE, TOKEN_EXCHANGE, JWT_BEARER];
const METHODS = ['client_secret_basic', 'client_secret_post', 'client_secret_jwt', 'private_key_jwt', 'none',
  'tls_client_auth'];
const ALGORITHMS = ['HS256', 'HS512', 'RS256', 'PS256', 'ES256', 'ES384', 'EdDSA', 'Ed25519']; // for assertions
const RESERVED = 'admin'; // a scope of the server that no client may request: `invalid_scope`
const OFFLINE = 'offline_access'; // without it there is no refresh token

// Standard output is for responses; notices of the provider are written to the log.
console.info = console.warn;

// oidc-provider 9 needs URL.parse, which Node.js has from version 22.
URL.parse ??= (text, base) => (URL.canParse(text, base) ? new URL(text, base) : null);

const clients = new Map();
const lifetimes = new Map();
const terms = new Map();
const delays = new Map();
const users = new Map();
const journal = new Journal();
const storage = new Storage(clients, (id) => terms.get(id) ?? TERMS, journal);

/** The one API, under several names, whose tokens this server issues (RFC 8707). */
function resourceServer(scopes) {
  return (ctx, resource) => {
    if (!RESOURCES.includes(resource) && !LOCAL_RESOURCE.test(resource)) throw new errors.InvalidTarget();
    return { scope: scopes.join(' '), audience: resource, accessTokenFormat: 'opaque' };
  };
}

const isUser = (username, password) => users.has(username) && users.get(username) === password;
const lifetime = (ctx, token, client) => lifetimes.get(client.clientId) ?? LIFETIME;
const termsOf = (client) => terms.get(client.clientId) ?? TERMS;

/** Client certificates (RFC 8705 §2.1), which Node.js verifies. */
const mutualTLS = {
  enabled: true,
  tlsClientAuth: true,
  certificateAuthorized: (ctx) => ctx.req.socket.authorized === true,
  certificateSubjectMatches: (ctx, property, expected) =>
    property === 'tls_client_auth_subject_dn' && ctx.req.socket.getPeerX509Certificate()?.subject === expected,
  getCertificate: (ctx) => ctx.req.socket.getPeerX509Certificate?.(),
};

function aliases(base) {
  const paths = {
    token_endpoint: '/token',
    revocation_endpoint: '/token/revocation',
    pushed_authorization_request_endpoint: '/request',
  };
  return Object.fromEntries(Object.entries(paths).map(([name, path]) => [name, `${base}${path}`]));
}

/** Fetch documents of clients, also on loopback, from servers of the authority `ca`. */
function fetching(ca) {
  return (url, { headers }) => new Promise((resolve, reject) => {
    const options = { ca, headers: Object.fromEntries(headers) };
    https.get(url, options, async (answer) => {
      const parts = await answer.toArray();
      resolve(new Response(Buffer.concat(parts), { status: answer.statusCode, headers: answer.headers }));
    }).on('error', reject);
  });
}

function configuration(scopes, alias, ca) {
  return {
    ...(ca ? { fetch: fetching(ca) } : {}),
    adapter: (model) => new Table(model, storage),
    clientAuthMethods: METHODS,
    cookies: { keys: [randomUUID()] },
    discovery: alias ? { mtls_endpoint_aliases: aliases(alias) } : {},
    enabledJWA: { clientAuthSigningAlgValues: ALGORITHMS },
    features: {
      clientCredentials: { enabled: true },
      clientIdMetadataDocument: { enabled: Boolean(ca), ack: 'draft-02' },
      devInteractions: { enabled: false },
      deviceFlow: { enabled: true }, // with its own pages, which have no scripts
      mTLS: mutualTLS,
      registration: { enabled: true },
      registrationManagement: { enabled: true, rotateRegistrationAccessToken: false },
      introspection: { enabled: true, allowedPolicy: async () => true },
      resourceIndicators: {
        enabled: true,
        defaultResource: async (ctx, client, several) => several ?? RESOURCES[0],
        getResourceServerInfo: resourceServer([...scopes, RESERVED]),
        useGrantedResource: async () => true,
      },
      revocation: { enabled: true, allowedPolicy: async () => true },
    },
    findAccount: async (ctx, sub) => ({ accountId: sub, claims: async () => ({ sub }) }),
    interactions: { url: (ctx, interaction) => `${PATH}${INTERACTION}${interaction.uid}` },
    loadExistingGrant: async ({ oidc }) => oidc.provider.Grant.find(oidc.result?.consent?.grantId),
    pkce: { required: (ctx, client) => client.clientAuthMethod === 'none' || termsOf(client).pkce_required },
    rotateRefreshToken: ({ oidc }) => termsOf(oidc.client).rotates,
    scopes: ['openid', OFFLINE, ...scopes, RESERVED],
    ttl: {
      AccessToken: lifetime,
      ClientCredentials: lifetime,
      RefreshToken: (ctx, token, client) => termsOf(client).refresh_lifetime,
    },
  };
}

/** The password grant (RFC 6749 §4.3), added by the documented extension point of oidc-provider. */
async function passwordGrant(provider, scopes, ctx) {
  const { client, params } = ctx.oidc;
  if (!params.username || !params.password) throw new errors.InvalidRequest('missing username or password');
  if (!isUser(params.username, params.password)) throw new errors.InvalidGrant('invalid user credentials');
  const asked = params.scope ? params.scope.split(' ') : [];
  const known = [...scopes, OFFLINE];
  if (!asked.every((scope) => known.includes(scope))) throw new errors.InvalidScope('requested scope is not allowed');

  const granted = asked.filter((scope) => scope !== OFFLINE);
  const source = { accountId: params.username, client, gty: 'password' };
  if (asked.includes(OFFLINE)) source.grantId = await grantByPassword(provider, params.username, client, granted);
  const token = new provider.AccessToken({ ...source, scope: granted.join(' ') || undefined });
  ctx.body = {
    access_token: await token.save(),
    expires_in: token.expiration,
    scope: token.scope,
    token_type: token.tokenType,
  };
  if (source.grantId) {
    const refresh = new provider.RefreshToken({ ...source, resource: RESOURCES[0], scope: asked.join(' ') });
    ctx.body.refresh_token = await refresh.save();
  }
}

/** Create the grant that a consent would create; refresh tokens belong to it. */
async function grantByPassword(provider, accountId, client, granted) {
  const grant = new provider.Grant({ accountId, clientId: client.clientId });
  grant.addOIDCScope([OFFLINE, ...granted].join(' '));
  if (granted.length) grant.addResourceScope(RESOURCES[0], granted.join(' '));
  return grant.save();
}

/** Some servers send the lifetime of a refresh token; RFC 6749 has no member for it. */
async function sendLifetime(ctx, next) {
  await next();
  const { client } = ctx.oidc ?? {};
  if (ctx.oidc?.route !== 'token' || !ctx.body?.refresh_token || !termsOf(client).sends_refresh_lifetime) return;
  ctx.body.refresh_token_expires_in = termsOf(client).refresh_lifetime;
}

function issue(issuer, scopes, alias, ca) {
  const provider = new Provider(issuer, configuration(scopes, alias, ca));
  const handler = (ctx) => passwordGrant(provider, scopes, ctx);
  provider.registerGrantType('password', handler, ['username', 'password', 'scope']);
  addAssertionGrants(provider);
  provider.use(recording(journal, (client) => delays.get(client)));
  provider.use(sendLifetime);
  provider.on('server_error', (ctx, error) => console.error(error));
  const [tokens, pages] = [provider.callback(), interactions(provider, isUser)];
  return (request, response) => (request.url.startsWith(INTERACTION) ? pages : tokens)(request, response);
}

/** Handle requests below the issuer's path, as a router in front of the provider does. */
function below(path, callback) {
  return (request, response) => {
    if (!request.url.startsWith(`${path}/`)) return response.writeHead(404).end();
    request.originalUrl = request.url;
    request.url = request.url.slice(path.length);
    return callback(request, response);
  };
}

async function listen({ port, scopes, tls }) {
  const own = tls && { cert: readFileSync(tls.certificate), key: readFileSync(tls.key) };
  const server = own ? https.createServer(own) : http.createServer();
  await once(server.listen(port, HOST), 'listening');
  const asking = own && https.createServer({ ...own, ca: readFileSync(tls.ca), requestCert: true });
  if (asking) await once(asking.listen(0, HOST), 'listening');
  const address = server.address();
  const issuer = `${tls ? 'https' : 'http'}://${HOST}:${address.port}${PATH}`;
  const alias = asking && `https://${HOST}:${asking.address().port}${PATH}`;
  const handler = below(PATH, issue(issuer, scopes, alias, tls && readFileSync(tls.ca)));
  for (const each of [server, asking].filter(Boolean)) each.on('request', handler);
  return { port: address.port };
}

const verbs = {
  register({ id, secret, authentication, lifetime: seconds, redirect_uris, terms: agreed, metadata }, scopes) {
    const isPublic = authentication === 'none';
    lifetimes.set(id, seconds);
    terms.set(id, agreed);
    const byCode = redirect_uris.length ? ['authorization_code'] : [];
    clients.set(id, {
      client_id: id,
      client_secret: isPublic || !secret ? undefined : secret,
      grant_types: [...(isPublic ? ['refresh_token', DEVICE] : GRANTS), ...byCode],
      redirect_uris,
      response_types: redirect_uris.length ? ['code'] : [],
      scope: ['openid', OFFLINE, ...scopes].join(' '),
      token_endpoint_auth_method: authentication,
      ...metadata,
    });
  },

  enroll({ username, password }) {
    users.set(username, password);
  },

  withdraw({ username, client }) {
    storage.withdraw(username, client);
  },

  delay({ client, seconds }) {
    delays.set(client, seconds);
  },

  journal({ client }) {
    return { journal: journal.entries.filter((entry) => !client || entry.client === client) };
  },
};

const respond = (message) => process.stdout.write(`${JSON.stringify(message)}\n`);

let settings;
for await (const line of createInterface({ input: process.stdin })) {
  const message = JSON.parse(line);
  if (settings) {
    const given = Object.entries(message).map(([verb, details]) => verbs[verb](details, settings.scopes));
    respond(Object.assign({}, ...given));
  } else {
    settings = message;
    respond(await listen(settings));
  }
}
process.exit(0);

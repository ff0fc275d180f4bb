// Two grants of other specifications, added by the documented extension point of oidc-provider (registerGrantType):
// token exchange (RFC 8693) and JWT bearer (RFC 7523 §2.1). Written by the RFCs, section by section.

import { createLocalJWKSet, errors as jose, jwtVerify } from 'jose';
import { errors } from 'oidc-provider';

const TYPE = 'urn:ietf:params:oauth:token-type:';
const ACCESS_TOKEN = `${TYPE}access_token`;
const KNOWN_TYPES = [ACCESS_TOKEN, `${TYPE}jwt`];
const LONGEST = 3600; // seconds: an assertion that is valid for longer is refused (RFC 7523 §3, item 4)

export const TOKEN_EXCHANGE = 'urn:ietf:params:oauth:grant-type:token-exchange';
export const JWT_BEARER = 'urn:ietf:params:oauth:grant-type:jwt-bearer';

const PARAMETERS = {
  [TOKEN_EXCHANGE]: [
    'subject_token', 'subject_token_type', 'actor_token', 'actor_token_type', 'requested_token_type', 'scope',
  ],
  [JWT_BEARER]: ['assertion', 'scope'],
};

async function find(provider, token) {
  const found = await provider.AccessToken.find(token) ?? await provider.ClientCredentials.find(token);
  return found?.isValid ? found : undefined;
}

async function issue(provider, ctx, accountId, gty, further = {}) {
  const { client, params } = ctx.oidc;
  const token = new provider.AccessToken({ accountId, client, gty, scope: params.scope });
  const value = await token.save();
  ctx.body = { access_token: value, expires_in: token.expiration, token_type: token.tokenType, ...further };
  if (token.scope) ctx.body.scope = token.scope;
}

/** RFC 8693: parameters by §2.1, response by §2.2.1, errors by §2.2.2. */
async function exchange(provider, ctx) {
  const { params } = ctx.oidc;
  if (!params.subject_token || !params.subject_token_type) throw new errors.InvalidRequest('missing subject token');
  if (Boolean(params.actor_token) !== Boolean(params.actor_token_type)) {
    throw new errors.InvalidRequest('actor_token and actor_token_type belong together');
  }
  if (!KNOWN_TYPES.includes(params.subject_token_type)) throw new errors.InvalidRequest('unknown subject_token_type');
  const subject = await find(provider, params.subject_token);
  const actor = params.actor_token && await find(provider, params.actor_token);
  if (!subject || (params.actor_token && !actor)) throw new errors.InvalidRequest('the token is invalid');
  if (params.requested_token_type && params.requested_token_type !== ACCESS_TOKEN) {
    throw new errors.InvalidRequest('requested_token_type is not supported');
  }
  await issue(provider, ctx, subject.accountId ?? subject.clientId, 'token_exchange', { issued_token_type: ACCESS_TOKEN });
}

const used = new Set(); // RFC 7523 §3, item 7

/** RFC 7523 §3: the key is one of the client's `jwks`, the audience is the issuer or the token endpoint. */
async function bear(provider, ctx) {
  const { client, params } = ctx.oidc;
  const audience = [provider.issuer, ctx.oidc.urlFor('token')];
  try {
    const { payload } = await jwtVerify(params.assertion ?? '', createLocalJWKSet(client.jwks), {
      audience, issuer: client.clientId, requiredClaims: ['iss', 'sub', 'aud', 'exp'], clockTolerance: 5,
    });
    const isLong = payload.exp > Date.now() / 1000 + LONGEST;
    if (isLong || used.has(payload.jti)) throw new errors.InvalidGrant('the assertion is too long or was used');
    used.add(payload.jti);
    await issue(provider, ctx, payload.sub, 'jwt_bearer');
  } catch (error) {
    if (error instanceof jose.JOSEError) throw new errors.InvalidGrant('the assertion is invalid');
    throw error;
  }
}

/** Add both grants. */
export function addAssertionGrants(provider) {
  const handlers = { [TOKEN_EXCHANGE]: exchange, [JWT_BEARER]: bear };
  for (const [name, handler] of Object.entries(handlers)) {
    provider.registerGrantType(name, (ctx) => handler(provider, ctx), PARAMETERS[name]);
  }
}

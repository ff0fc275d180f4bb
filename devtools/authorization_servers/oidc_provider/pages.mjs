// The two pages for users: login and consent. They work without JavaScript.

const ESCAPES = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };
const escaped = (text) => String(text).replace(/[&<>"']/g, (letter) => ESCAPES[letter]);

const page = (title, body) => `<!DOCTYPE html>
<html lang="en">
<head><meta charset="utf-8"><title>${title}</title></head>
<body><main><h1>${title}</h1>
${body}
</main></body>
</html>
`;

const login = (problem) => page('Log in', `${problem ? `<p role="alert">${problem}</p>` : ''}
<form method="post">
<p><label>User name <input name="username" autocomplete="username" required autofocus></label></p>
<p><label>Password <input name="password" type="password" autocomplete="current-password" required></label></p>
<p><button type="submit">Log in</button></p>
</form>`);

const consent = ({ params, session }) => page('Consent', `
<p>${escaped(session.accountId)}, the application <strong>${escaped(params.client_id)}</strong> asks for:</p>
<ul>${(params.scope ?? '').split(' ').map((scope) => `<li>${escaped(scope)}</li>`).join('')}</ul>
<form method="post">
<p><button type="submit" name="answer" value="accept">Allow</button>
<button type="submit" name="answer" value="deny">Deny</button></p>
</form>`);

async function formOf(request) {
  let text = '';
  for await (const chunk of request) text += chunk;
  return new URLSearchParams(text);
}

function send(response, status, html) {
  response.writeHead(status, { 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-store' }).end(html);
}

/** Each consent is a grant of its own, so that the families of refresh tokens do not mix. */
async function grantOf(provider, { prompt: { details }, session, params }) {
  const grant = new provider.Grant({ accountId: session.accountId, clientId: params.client_id });
  if (details.missingOIDCScope) grant.addOIDCScope(details.missingOIDCScope.join(' '));
  if (details.missingOIDCClaims) grant.addOIDCClaims(details.missingOIDCClaims);
  for (const [resource, scopes] of Object.entries(details.missingResourceScopes ?? {})) {
    grant.addResourceScope(resource, scopes.join(' '));
  }
  return grant.save();
}

const DENIED = { error: 'access_denied', error_description: 'the user denied access' };

/** The handler of requests to `/interaction/…`; `isUser` returns whether user name and password are valid. */
export function interactions(provider, isUser) {
  const finish = (request, response, result, mergeWithLastSubmission) =>
    provider.interactionFinished(request, response, result, { mergeWithLastSubmission });

  const prompts = {
    login: {
      show: () => login(),
      async take(request, response, details, form) {
        const username = form.get('username');
        const isKnown = isUser(username, form.get('password'));
        if (!isKnown) return send(response, 401, login('Wrong user name or password.'));
        return finish(request, response, { login: { accountId: username } }, false);
      },
    },
    consent: {
      show: consent,
      async take(request, response, details, form) {
        if (form.get('answer') !== 'accept') return finish(request, response, DENIED, false);
        const result = { consent: { grantId: await grantOf(provider, details) } };
        return finish(request, response, result, true);
      },
    },
  };

  return async (request, response) => {
    try {
      const details = await provider.interactionDetails(request, response);
      const prompt = prompts[details.prompt.name];
      if (request.method !== 'POST') return send(response, 200, prompt.show(details));
      return await prompt.take(request, response, details, await formOf(request));
    } catch (error) {
      console.error(error);
      return send(response, 400, page('Begin again', '<p>This page has expired.</p>'));
    }
  };
}

// Copyright (c) 2026, the knowledgefront.monitoring contributors
// GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
// SPDX-License-Identifier: GPL-3.0-or-later

// A certified implementation, which decodes id and secret as RFC 6749 has it.

import { Provider } from 'oidc-provider';

export async function open(issuer, clients) {
  const lifetimes = new Map(clients.map(({ id, lifetime }) => [id, lifetime]));
  const provider = new Provider(issuer, {
    clients: clients.map(({ id, secret, grants }) => ({
      client_id: id,
      client_secret: secret,
      grant_types: grants,
      redirect_uris: [],
      response_types: [],
      token_endpoint_auth_method: 'client_secret_basic',
    })),
    features: { clientCredentials: { enabled: true }, devInteractions: { enabled: false } },
    routes: { token: '/v2/token' },
    ttl: { ClientCredentials: (_context, _token, client) => lifetimes.get(client.clientId) },
  });
  const issued = [];
  provider.on('client_credentials.saved', (token) => issued.push(token));
  return {
    answerToken: provider.callback(),
    accepts: async (text) => (await provider.ClientCredentials.find(text))?.isValid ?? false,
    revokeAll: async () => {
      await Promise.all(issued.splice(0).map((token) => token.destroy()));
    },
  };
}

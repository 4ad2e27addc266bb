/** A call that failed: what the server said, or that it said nothing. */
export class CallError extends Error {
  /**
   * @param {{status: number, code?: string, reason?: string, message?: string, retryAfter?: number}} answer status 0:
   *     no answer at all; retryAfter in milliseconds
   */
  constructor({status, code = '', reason = '', message = '', retryAfter = 0}) {
    super(message || `HTTP ${status}`);
    this.name = 'CallError';
    Object.assign(this, {status, code, reason, retryAfter});
  }
}

const CODES = [
  'OK', 'CANCELLED', 'UNKNOWN', 'INVALID_ARGUMENT', 'DEADLINE_EXCEEDED', 'NOT_FOUND', 'ALREADY_EXISTS',
  'PERMISSION_DENIED', 'RESOURCE_EXHAUSTED', 'FAILED_PRECONDITION', 'ABORTED', 'OUT_OF_RANGE', 'UNIMPLEMENTED',
  'INTERNAL', 'UNAVAILABLE', 'DATA_LOSS', 'UNAUTHENTICATED',
];
const STATUS_OF = {
  INVALID_ARGUMENT: 400, FAILED_PRECONDITION: 400, OUT_OF_RANGE: 400, UNAUTHENTICATED: 401, PERMISSION_DENIED: 403,
  NOT_FOUND: 404, ABORTED: 409, RESOURCE_EXHAUSTED: 429, CANCELLED: 499, UNIMPLEMENTED: 501, UNAVAILABLE: 503,
  DEADLINE_EXCEEDED: 504,
};

/** From an error's JSON, a `google.rpc.Status` by itself or under `error`. */
export function fromJson(status, json, retryAfter = 0) {
  const error = json?.error ?? json ?? {};
  const code = CODES[error.code] ?? error.status ?? error.code ?? '';
  const details = Array.isArray(error.details) ? error.details : [];
  const info = details.find((detail) => detail?.['@type']?.endsWith('ErrorInfo'));
  const retry = details.find((detail) => detail?.['@type']?.endsWith('RetryInfo'));
  const asked = retry ? Number.parseFloat(retry.retryDelay) * 1000 || 0 : 0;
  return new CallError({
    status: status || STATUS_OF[code] || 500,
    code,
    reason: info?.reason ?? '',
    message: typeof error === 'string' ? error : (error.message ?? ''),
    retryAfter: Math.max(asked, retryAfter),
  });
}

/**
 * What is wrong, in words for a person, and whether it may pass by itself.
 *
 * @returns {{kind: 'down' | 'key' | 'permission' | 'loading' | 'busy' | 'stale' | 'missing' | 'refused', title: string,
 *     text: string, passing: boolean}}
 */
export function inWords(error) {
  const said = error?.message && !/^HTTP \d+$/.test(error.message) ? sentence(error.message) : '';
  const {status, reason} = error ?? {};
  if (status === 0) {
    return words('down', 'The server does not answer', 'It may be stopped or starting, or the network is gone.', true);
  }
  if (reason === 'ORIGIN_REFUSED' || reason === 'HOST_REFUSED') {
    return words('refused', 'The server does not know this address', said);
  }
  if (status === 401) {
    return words('key', 'This server asks for an API key', 'Paste yours under “API key”. It stays in this tab.');
  }
  if (status === 403) {
    return words('permission', 'Your key may not do this', said || 'Ask whoever runs the server for the permission.');
  }
  if (reason === 'VERSION_NOT_READY') {
    return words('loading', 'The model is not ready yet', 'It is being loaded or warmed up. This takes a moment.', true);
  }
  if (reason === 'OVERLOADED' || status === 429) {
    return words('busy', 'The server is busy', 'It takes no more requests now. They will be tried again.', true);
  }
  if (reason === 'DRAINING') return words('down', 'The server is stopping', 'It takes no new requests.', true);
  if (reason === 'ETAG_MISMATCH' || status === 409) {
    return words('stale', 'Somebody changed the model meanwhile', 'Nothing was done. Look again, then decide.');
  }
  if (status === 502 || status === 503 || status === 504) {
    return words('down', 'The server cannot answer now', said || 'It should be back in a moment.', true);
  }
  if (status === 404) return words('missing', 'There is no such thing here', said || 'It may have been deleted.');
  if (status === 501) return words('missing', 'This server cannot do that', said);
  return words('refused', 'The server refused', said || 'It gave no reason.');
}

const words = (kind, title, text, passing = false) => ({kind, title, text, passing});

/** With a capital and a full stop. */
export const sentence = (text) => text[0].toUpperCase() + text.slice(1) + (/[.!?]$/.test(text) ? '' : '.');

import { createHash, createHmac, timingSafeEqual } from "node:crypto";
import type { IncomingMessage } from "node:http";

const cookieName = "kms_access";
const parameter = "access_token";

/** Value of `WWW-Authenticate` in a refusal (RFC 6750). */
export const challenge = 'Bearer realm="kurento"';

/**
 * Lets in who shows the token: in the header `Authorization: Bearer`, in the query as `access_token`, as kurento-client
 * sends it, or in the cookie that the page got. Comparisons take the same time whatever is shown.
 */
export class TokenGuard {
  readonly #token: Buffer | undefined;
  readonly #cookie: string;

  /** @param token `undefined` = everybody may enter */
  constructor(token: string | undefined) {
    this.#token = token === undefined ? undefined : digest(token);
    // Whoever reads the cookie does not learn the token from it.
    this.#cookie = createHmac("sha256", token ?? "")
      .update(cookieName)
      .digest("base64url");
  }

  /** Whether the request may go on. */
  allows(request: IncomingMessage): boolean {
    return this.#token === undefined || this.#shown(request) || this.#hasCookie(request);
  }

  /** `Set-Cookie` for a page that was opened with the token in its address: its scripts and sockets follow without it. */
  cookieFor(request: IncomingMessage): string | undefined {
    if (this.#token === undefined || !this.#matches(queryToken(request))) return undefined;
    const secure = "encrypted" in request.socket ? "; Secure" : "";
    return `${cookieName}=${this.#cookie}; Path=/; HttpOnly; SameSite=Strict${secure}`;
  }

  #shown(request: IncomingMessage): boolean {
    const bearer = /^Bearer +(\S+) *$/i.exec(request.headers.authorization ?? "")?.[1];
    return this.#matches(bearer) || this.#matches(queryToken(request));
  }

  #matches(shown: string | undefined): boolean {
    return (
      shown !== undefined &&
      this.#token !== undefined &&
      timingSafeEqual(digest(shown), this.#token)
    );
  }

  // Browsers send cookies with sockets that other pages open: only our own page may use it.
  #hasCookie({ headers }: IncomingMessage): boolean {
    const { cookie = "", origin, host } = headers;
    if (origin !== undefined && hostOf(origin) !== host) return false;
    const shown = cookie.split(";").map((part) => part.trim().split("="));
    const value = shown.find(([name]) => name === cookieName)?.[1];
    return value !== undefined && timingSafeEqual(digest(value), digest(this.#cookie));
  }
}

// Equal lengths, whatever was shown.
function digest(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}

function queryToken({ url = "" }: IncomingMessage): string | undefined {
  const query = url.indexOf("?");
  if (query < 0) return undefined;
  return new URLSearchParams(url.slice(query + 1)).get(parameter) ?? undefined;
}

function hostOf(origin: string): string | undefined {
  return URL.canParse(origin) ? new URL(origin).host : undefined;
}

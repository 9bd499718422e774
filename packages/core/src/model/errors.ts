/** Kurento's error codes by the name that travels as `data.type`. */
export const KurentoErrorCode = {
  MARSHALL_ERROR: 40001,
  UNEXPECTED_ERROR: 40003,
  CONNECT_ERROR: 40004,
  UNSUPPORTED_MEDIA_TYPE: 40005,
  NOT_IMPLEMENTED: 40006,
  INVALID_SESSION: 40007,
  MALFORMED_TRANSACTION: 40008,
  NOT_ENOUGH_RESOURCES: 40009,
  MEDIA_OBJECT_TYPE_NOT_FOUND: 40100,
  MEDIA_OBJECT_NOT_FOUND: 40101,
  MEDIA_OBJECT_CONSTRUCTOR_NOT_FOUND: 40104,
  MEDIA_OBJECT_METHOD_NOT_FOUND: 40105,
  MEDIA_OBJECT_EVENT_NOT_SUPPORTED: 40106,
  MEDIA_OBJECT_ILLEGAL_PARAM_ERROR: 40107,
  MEDIA_OBJECT_NOT_AVAILABLE: 40108,
  MEDIA_OBJECT_NOT_FOUND_TRANSACTION_NO_COMMIT: 40109,
  MEDIA_OBJECT_TAG_KEY_NOT_FOUND: 40110,
  MEDIA_OBJECT_OPERATION_NOT_SUPPORTED: 40111,
  SDP_CREATE_ERROR: 40200,
  SDP_PARSE_ERROR: 40201,
  SDP_END_POINT_NO_LOCAL_SDP_ERROR: 40202,
  SDP_END_POINT_NO_REMOTE_SDP_ERROR: 40203,
  SDP_END_POINT_GENERATE_OFFER_ERROR: 40204,
  SDP_END_POINT_PROCESS_OFFER_ERROR: 40205,
  SDP_END_POINT_PROCESS_ANSWER_ERROR: 40206,
  SDP_CONFIGURATION_ERROR: 40207,
  SDP_END_POINT_ALREADY_NEGOTIATED: 40208,
  SDP_END_POINT_NOT_OFFER_GENERATED: 40209,
  // The misspellings of the next two are those on the wire.
  SDP_END_POINT_ANSWER_ALREADY_PROCCESED: 40210,
  SDP_END_POINT_CANNOT_CREATE_SESSON: 40211,
  HTTP_END_POINT_REGISTRATION_ERROR: 40300,
  ICE_GATHER_CANDIDATES_ERROR: 40400,
  ICE_ADD_CANDIDATE_ERROR: 40401,
  /** The original's table has no name for this code: its type travels as `UNDEFINED`. */
  KMD_NOT_FOUND: 40500,
  URI_PATH_FILE_NOT_FOUND: 40600,
  PLAYER_SEEK_FAIL: 40700,
} as const;

/** Name of one of Kurento's own errors. */
export type KurentoErrorName = keyof typeof KurentoErrorCode;

/** The type name of codes that the table does not name. */
export const UNDEFINED_ERROR_TYPE = "UNDEFINED";

const typeByCode: ReadonlyMap<number, string> = new Map(
  Object.entries(KurentoErrorCode)
    .filter(([name]) => name !== "KMD_NOT_FOUND")
    .map(([name, code]) => [code, name]),
);

/** The name that travels as `data.type` for a code, `UNDEFINED` for one that has none. */
export function errorTypeOf(code: number): string {
  return typeByCode.get(code) ?? UNDEFINED_ERROR_TYPE;
}

/** A failure that the client is told about, with Kurento's code. */
export class KurentoError extends Error {
  /** 40000 to 49999. */
  readonly code: number;
  /** What travels as `data.type`. */
  readonly type: string;

  /** @param error one of Kurento's own errors by name, or a code (49000 to 49999 belong to modules) */
  constructor(error: KurentoErrorName | number, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "KurentoError";
    this.code = typeof error === "number" ? error : KurentoErrorCode[error];
    this.type = errorTypeOf(this.code);
  }
}

/** True for any {@link KurentoError}, also one made by another copy of this package. */
export function isKurentoError(value: unknown): value is KurentoError {
  return (
    value instanceof Error &&
    value.name === "KurentoError" &&
    "code" in value &&
    typeof value.code === "number" &&
    "type" in value &&
    typeof value.type === "string"
  );
}

/**
 * What a client is told that names an object which is not there: 40101, or 40109 for an id that only means something within a
 * transaction.
 */
export function objectNotFound(id: string): KurentoError {
  const text = `Object '${id}' not found`;
  if (!/^newref:./.test(id)) return new KurentoError("MEDIA_OBJECT_NOT_FOUND", text);
  return new KurentoError(
    "MEDIA_OBJECT_NOT_FOUND_TRANSACTION_NO_COMMIT",
    `${text}. Possibly using a transactional object without committing the transaction.`,
  );
}

/** The place in the code that a line comes from. */
export interface CallSite {
  /** File name without its folder. */
  readonly file: string;
  readonly line: number;
  readonly functionName: string;
}

/**
 * Who called a function.
 * @param callee the function; its caller is told
 */
export function callSiteOf(callee: (...args: never[]) => unknown): CallSite {
  const { prepareStackTrace, stackTraceLimit } = Error;
  let site: NodeJS.CallSite | undefined;
  Error.stackTraceLimit = 1;
  Error.prepareStackTrace = (_, [first]) => {
    site = first;
    return "";
  };
  const holder: { stack?: string } = {};
  Error.captureStackTrace(holder, callee);
  void holder.stack; // made when it is read
  Object.assign(Error, { prepareStackTrace, stackTraceLimit });
  return {
    file: (site?.getFileName() ?? "unknown").replace(/^.*\//s, ""),
    line: site?.getLineNumber() ?? 0,
    functionName: (site?.getFunctionName() ?? "anonymous").replace(/^.*[.#\s]/s, ""),
  };
}

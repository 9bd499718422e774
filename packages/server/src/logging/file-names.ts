const pattern = /^\d{4}-\d{2}-\d{2}T\d{6}\.\d{5}\.pid\d+\.log$/;

/**
 * Name of a log file as Kurento gives it, `2018-06-14T194426.00000.pid13006.log`: local time of its beginning, number of
 * the file in its process, process.
 */
export function logFileName(timeMs: number, counter: number, pid: number): string {
  const date = new Date(timeMs);
  const day = `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
  const time = `${two(date.getHours())}${two(date.getMinutes())}${two(date.getSeconds())}`;
  return `${day}T${time}.${String(counter).padStart(5, "0")}.pid${pid}.log`;
}

/** Tells log files from everything else in their directory. */
export function isLogFileName(name: string): boolean {
  return pattern.test(name);
}

/** The next local midnight. */
export function midnightAfter(timeMs: number): number {
  const date = new Date(timeMs);
  return new Date(date.getFullYear(), date.getMonth(), date.getDate() + 1).getTime();
}

function two(value: number): string {
  return String(value).padStart(2, "0");
}

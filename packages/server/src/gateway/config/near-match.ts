/** The candidate that was probably meant by a name, or `undefined` when none is near. */
export function nearMatch(name: string, candidates: readonly string[]): string | undefined {
  const wanted = name.toLowerCase().slice(0, 64);
  const rated = candidates.map((candidate) => ({
    candidate,
    distance: editDistance(wanted, candidate.toLowerCase()),
  }));
  const [best] = rated.sort((a, b) => a.distance - b.distance);
  if (best !== undefined && best.distance <= Math.max(1, Math.floor(wanted.length / 3)))
    return best.candidate;
  return candidates.find((candidate) => isPart(wanted, candidate.toLowerCase()));
}

function isPart(name: string, candidate: string): boolean {
  return name.length >= 4 && (candidate.includes(name) || name.includes(candidate));
}

/** Letters to add, take away, replace, or swap with their neighbour (optimal string alignment). */
function editDistance(a: string, b: string): number {
  const rows = [Array.from({ length: b.length + 1 }, (_, index) => index)];
  const at = (i: number, j: number): number => rows[i]?.[j] ?? Infinity;
  for (let i = 1; i <= a.length; i += 1) {
    const row = [i];
    rows.push(row);
    for (let j = 1; j <= b.length; j += 1) {
      const replaced = at(i - 1, j - 1) + (a[i - 1] === b[j - 1] ? 0 : 1);
      const isSwapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      const swapped = isSwapped ? at(i - 2, j - 2) + 1 : Infinity;
      row.push(Math.min(replaced, swapped, at(i - 1, j) + 1, at(i, j - 1) + 1));
    }
  }
  return at(a.length, b.length);
}

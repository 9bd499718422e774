/** Ids of objects are paths: `<parent's id>/<own part>`. True for the object itself and for all below it. */
export function isOrBelow(id: string, ancestorId: string): boolean {
  return id === ancestorId || id.startsWith(`${ancestorId}/`);
}

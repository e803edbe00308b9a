/** Zoom and what belongs to it, in order. */
export type Width = [number, number][];

/** Goes evenly from one zoom to the next. */
export const between = (stops: Width) => (zoom: number) => {
  const first = stops[0];
  const last = stops.at(-1);
  if (!first || !last) return 1;
  if (zoom <= first[0]) return first[1];
  for (let i = 1; i < stops.length; i++) {
    const [z0, w0] = stops[i - 1] as [number, number];
    const [z1, w1] = stops[i] as [number, number];
    if (zoom <= z1) return w0 + ((w1 - w0) * (zoom - z0)) / (z1 - z0);
  }
  return last[1];
};

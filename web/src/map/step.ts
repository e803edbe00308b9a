const METRES_A_DEGREE = 111_320;
const WAYS: Record<string, [number, number]> = {
  ArrowUp: [1, 0],
  ArrowDown: [-1, 0],
  ArrowRight: [0, 1],
  ArrowLeft: [0, -1],
};

/** Where an arrow key leads, some metres from a place; null for other keys. */
export function step(
  key: string,
  lat: number,
  lon: number,
  metres: number,
): [number, number] | null {
  const way = WAYS[key];
  if (!way) return null;
  const degrees = metres / METRES_A_DEGREE;
  return [lat + way[0] * degrees, lon + (way[1] * degrees) / Math.cos((lat * Math.PI) / 180)];
}

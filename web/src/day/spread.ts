// Marks that would hide each other on the map are put side by side.

export interface Place {
  x: number;
  y: number;
  /** Others make room for it. */
  stays?: boolean;
}

const ROUNDS = 60;

/** Moves places apart until no two are closer than `gap`, or the rounds are over; order is kept. */
export function spread(places: readonly Place[], gap: number): Place[] {
  const found: Place[] = [];
  for (const place of places) {
    // In one spot with others: around it, as seeds stand in a sunflower.
    const same = places.slice(0, found.length).filter(({ x, y }) => x === place.x && y === place.y);
    const out = place.stays ? 0 : 0.6 * gap * Math.sqrt(same.length);
    const turn = 2.4 * same.length;
    found.push({ ...place, x: place.x + out * Math.cos(turn), y: place.y + out * Math.sin(turn) });
  }
  for (let round = 0; round < ROUNDS; round++) {
    let moved = false;
    for (let i = 0; i < found.length; i++) {
      for (let j = i + 1; j < found.length; j++) {
        const a = found[i] as Place;
        const b = found[j] as Place;
        if (a.stays && b.stays) continue;
        const [dx, dy] = [b.x - a.x, b.y - a.y];
        const length = Math.hypot(dx, dy);
        if (length >= gap - 0.01) continue;
        const share = (gap - length) / (length || 1);
        const [mine, others] = a.stays ? [0, 1] : b.stays ? [1, 0] : [0.5, 0.5];
        a.x -= dx * share * mine;
        a.y -= dy * share * mine;
        b.x += dx * share * others;
        b.y += dy * share * others;
        moved = true;
      }
    }
    if (!moved) break;
  }
  return found;
}

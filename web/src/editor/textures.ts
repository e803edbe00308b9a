// Textures that lie over a colour: those of teams are light, that of changed units is dark.

const TILE = 12;

type Draw = (context: CanvasRenderingContext2D) => void;

const LIGHT = "rgb(255 255 255 / 62%)";

const TEXTURES: Record<number, Draw> = {
  1: (context) => {
    context.fillStyle = LIGHT;
    for (const [x, y] of [
      [3, 3],
      [9, 9],
    ] as const) {
      context.beginPath();
      context.arc(x, y, 1.4, 0, 7);
      context.fill();
    }
  },
  2: (context) => {
    context.fillStyle = LIGHT;
    context.fillRect(0, 5, TILE, 1.6);
  },
  3: (context) => {
    context.fillStyle = LIGHT;
    context.fillRect(0, 5, TILE, 1.4);
    context.fillRect(5, 0, 1.4, TILE);
  },
};

const made = new Map<string, { pattern: CanvasPattern; scale: number }>();

/** The texture of a team, at the canvas's own size whatever the scale of the drawing. */
export function texture(
  context: CanvasRenderingContext2D,
  number: number,
  scale: number,
): CanvasPattern {
  return tile(context, `team ${number}`, 1, scale, TEXTURES[number] as Draw);
}

/** Dark lines from lower left to upper right: this unit would change team. */
export function hatch(
  context: CanvasRenderingContext2D,
  ratio: number,
  scale: number,
): CanvasPattern {
  return tile(context, "changed", ratio, scale, (on) => {
    on.strokeStyle = "rgb(23 33 43 / 62%)";
    on.lineWidth = 1.3;
    on.beginPath();
    for (const shift of [-TILE, 0, TILE]) {
      on.moveTo(shift - 2, TILE + 2);
      on.lineTo(shift + TILE + 2, -2);
    }
    on.stroke();
  });
}

const pictures = new Map<number, string>();

/** The same texture as a picture for lists. */
export function textureImage(number: number): string {
  if (!number) return "none";
  const known = pictures.get(number);
  if (known) return known;
  const canvas = document.createElement("canvas");
  canvas.width = TILE;
  canvas.height = TILE;
  TEXTURES[number]?.(canvas.getContext("2d") as CanvasRenderingContext2D);
  const picture = `url(${canvas.toDataURL()})`;
  pictures.set(number, picture);
  return picture;
}

function tile(
  context: CanvasRenderingContext2D,
  name: string,
  ratio: number,
  scale: number,
  draw: Draw,
): CanvasPattern {
  const key = `${name} ${ratio}`;
  let one = made.get(key);
  if (!one) {
    const canvas = document.createElement("canvas");
    canvas.width = TILE * ratio;
    canvas.height = TILE * ratio;
    const on = canvas.getContext("2d") as CanvasRenderingContext2D;
    on.scale(ratio, ratio);
    draw(on);
    one = { pattern: context.createPattern(canvas, "repeat") as CanvasPattern, scale: 0 };
    made.set(key, one);
  }
  if (one.scale !== scale) {
    one.pattern.setTransform(new DOMMatrix([scale, 0, 0, scale, 0, 0]));
    one.scale = scale;
  }
  return one.pattern;
}

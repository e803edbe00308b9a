// Canvases over the map that keep their place while the map is dragged and zoomed. There are many
// small ones, as the whole of a canvas is copied to the screen when a part of it changes.
import L from "leaflet";
import { type Picture, picture, show } from "../map/picture.ts";
import type { Rect } from "./shapes.ts";

/** How much of the view is drawn beyond each of its edges, for dragging. */
const BEYOND = 0.06;

/** Canvas pixels of a side. */
const SIDE = 256;

interface Tile extends Picture {
  /** Pixels of the sheet. */
  rect: Rect;
}

export class Sheet {
  /** Canvas pixels a screen pixel. */
  ratio = 1;
  /** Size in canvas pixels. */
  width = 0;
  height = 0;
  /** World pixels, at the level shown, of the upper left corner. */
  corner = L.point(0, 0);
  zoom = 0;
  private place = L.latLng(0, 0);
  private readonly root = document.createElement("div");
  private tiles: Tile[] = [];

  constructor(
    private readonly map: L.Map,
    pane: string,
  ) {
    this.root.className = "editor-sheet leaflet-zoom-animated";
    this.root.setAttribute("aria-hidden", "true");
    map.getPane(pane)?.append(this.root);
    map.on("zoomanim", (event) => this.stretch(event.zoom, event.center));
    map.on("zoom", () => this.stretch(map.getZoom(), map.getCenter()));
  }

  /** Everything, in pixels of the sheet. */
  get whole(): Rect {
    return { x0: 0, y0: 0, x1: this.width, y1: this.height };
  }

  /** Fits the canvases to the view; what was on them stays until it is drawn over. */
  reset(): void {
    const { map } = this;
    const view = map.getSize();
    const beyond = view.multiplyBy(BEYOND).round();
    this.zoom = map.getZoom();
    const ratio = Math.min(2, window.devicePixelRatio || 1);
    const size = view.add(beyond.multiplyBy(2));
    const corner = map.containerPointToLayerPoint(beyond.multiplyBy(-1));
    L.DomUtil.setTransform(this.root, corner, 1);
    this.corner = map.getPixelOrigin().add(corner);
    this.place = map.unproject(this.corner, this.zoom);
    const width = Math.round(size.x * ratio);
    const height = Math.round(size.y * ratio);
    if (this.width === width && this.height === height && this.ratio === ratio) return;
    Object.assign(this, { width, height, ratio });
    this.tiles = [];
    for (let y0 = 0; y0 < height; y0 += SIDE)
      for (let x0 = 0; x0 < width; x0 += SIDE) this.tiles.push(this.tile(x0, y0));
    this.root.replaceChildren(...this.tiles.map(({ shown }) => shown));
  }

  /**
   * Clears and draws parts, canvas by canvas: `paint` gets the pixels of the sheet to fill and where
   * they lie, as an offset of the canvas's own pixels.
   */
  draw(
    parts: readonly Rect[],
    paint: (context: CanvasRenderingContext2D, rect: Rect, x: number, y: number) => void,
  ): void {
    for (const tile of this.tiles) {
      const { context, rect } = tile;
      const within = parts.map((part) => common(part, rect)).filter((part) => part !== null);
      for (const part of within) {
        const size = [part.x1 - part.x0, part.y1 - part.y0] as const;
        context.save();
        context.setTransform(1, 0, 0, 1, -rect.x0, -rect.y0);
        context.beginPath();
        context.rect(part.x0, part.y0, ...size);
        context.clip();
        context.clearRect(part.x0, part.y0, ...size);
        paint(context, part, -rect.x0, -rect.y0);
        context.restore();
      }
      if (within.length) show(tile);
    }
  }

  private tile(x0: number, y0: number): Tile {
    const width = Math.min(SIDE, this.width - x0);
    const height = Math.min(SIDE, this.height - y0);
    const tile = picture(width, height);
    const { style } = tile.shown;
    style.left = `${x0 / this.ratio}px`;
    style.top = `${y0 / this.ratio}px`;
    style.width = `${width / this.ratio}px`;
    style.height = `${height / this.ratio}px`;
    return { ...tile, rect: { x0, y0, x1: x0 + width, y1: y0 + height } };
  }

  private stretch(zoom: number, center: L.LatLng): void {
    const { map } = this;
    const pane = L.DomUtil.getPosition(map.getPanes().mapPane);
    const origin = map.project(center, zoom).subtract(map.getSize().divideBy(2)).add(pane);
    const corner = map.project(this.place, zoom).subtract(origin);
    L.DomUtil.setTransform(this.root, corner, map.getZoomScale(zoom, this.zoom));
  }
}

/** Where two rectangles lie over each other. */
export function common(a: Rect, b: Rect): Rect | null {
  const x0 = Math.max(a.x0, b.x0);
  const y0 = Math.max(a.y0, b.y0);
  const x1 = Math.min(a.x1, b.x1);
  const y1 = Math.min(a.y1, b.y1);
  return x0 < x1 && y0 < y1 ? { x0, y0, x1, y1 } : null;
}

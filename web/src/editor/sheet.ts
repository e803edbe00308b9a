// Canvases over the map that keep their place while the map is dragged and zoomed. There are many
// small ones, as a browser copies the whole of a canvas to the screen when a part of it changes.
import L from "leaflet";
import type { Rect } from "./shapes.ts";

/** How much of the view is drawn beyond each of its edges, for dragging. */
const BEYOND = 0.06;

/** Canvas pixels of a side. */
const SIDE = 256;

interface Tile {
  context: CanvasRenderingContext2D;
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
    this.root.replaceChildren(...this.tiles.map(({ context }) => context.canvas));
  }

  /**
   * Clears and draws a part, canvas by canvas: `paint` gets the pixels of the sheet to fill and where
   * they lie, as an offset of the canvas's own pixels.
   */
  draw(
    part: Rect,
    paint: (context: CanvasRenderingContext2D, rect: Rect, x: number, y: number) => void,
  ): void {
    for (const { context, rect } of this.tiles) {
      const x0 = Math.max(part.x0, rect.x0);
      const y0 = Math.max(part.y0, rect.y0);
      const x1 = Math.min(part.x1, rect.x1);
      const y1 = Math.min(part.y1, rect.y1);
      if (x0 >= x1 || y0 >= y1) continue;
      context.save();
      context.setTransform(1, 0, 0, 1, -rect.x0, -rect.y0);
      context.beginPath();
      context.rect(x0, y0, x1 - x0, y1 - y0);
      context.clip();
      context.clearRect(x0, y0, x1 - x0, y1 - y0);
      paint(context, { x0, y0, x1, y1 }, -rect.x0, -rect.y0);
      context.restore();
    }
  }

  private tile(x0: number, y0: number): Tile {
    const canvas = document.createElement("canvas");
    canvas.width = Math.min(SIDE, this.width - x0);
    canvas.height = Math.min(SIDE, this.height - y0);
    const { style } = canvas;
    style.left = `${x0 / this.ratio}px`;
    style.top = `${y0 / this.ratio}px`;
    style.width = `${canvas.width / this.ratio}px`;
    style.height = `${canvas.height / this.ratio}px`;
    const context = canvas.getContext("2d") as CanvasRenderingContext2D;
    return { context, rect: { x0, y0, x1: x0 + canvas.width, y1: y0 + canvas.height } };
  }

  private stretch(zoom: number, center: L.LatLng): void {
    const { map } = this;
    const pane = L.DomUtil.getPosition(map.getPanes().mapPane);
    const origin = map.project(center, zoom).subtract(map.getSize().divideBy(2)).add(pane);
    const corner = map.project(this.place, zoom).subtract(origin);
    L.DomUtil.setTransform(this.root, corner, map.getZoomScale(zoom, this.zoom));
  }
}
